// SPDX-License-Identifier: Apache-2.0
// The threads for slow work without database.
#pragma once

#include "desk/ports/side_work.hpp"
#include "runtime/work_threads.hpp"

namespace docket::runtime {

class SideThreads final : public desk::SideWork {
 public:
  SideThreads(std::size_t threads, std::size_t queue_limit)
      : threads_("aside", threads, queue_limit,
                 {"The server is busy with other files; try again in a few seconds.", "服务器正忙于处理其他文件，请过几秒再试。"}) {}

  void run(Work work) override { threads_.submit(std::move(work)); }

 private:
  WorkThreads threads_;
};

}  // namespace docket::runtime
