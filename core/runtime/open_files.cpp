// SPDX-License-Identifier: Apache-2.0
#include "runtime/open_files.hpp"

#include <sys/resource.h>

#include "base/log.hpp"

namespace docket::runtime {

long raise_open_files() {
  constexpr rlim_t enough = 4096;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  if (limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
    static_cast<void>(::getrlimit(RLIMIT_NOFILE, &limit));
  }
  if (limit.rlim_cur < enough) {
    log::warning("few_open_files", {{"limit", static_cast<std::int64_t>(limit.rlim_cur)},
                                    {"note", "raise LimitNOFILE of the service: each connection is an open file"}});
  }
  return static_cast<long>(limit.rlim_cur);
}

}  // namespace docket::runtime
