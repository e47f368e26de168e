// SPDX-License-Identifier: Apache-2.0
// What is done once in a while: ended sessions and answered keys are forgotten, abandoned uploads go, heads are
// anchored; and each second, deliveries that nobody took at once are filed.
#pragma once

#include "base/clock.hpp"
#include "desk/ports/attachment_store.hpp"
#include "desk/ports/database.hpp"
#include "runtime/loop.hpp"
#include "server/anchor_key.hpp"
#include "store/attachment_rows.hpp"

namespace docket::server {

/// Each round is short slices on the writer.
class Housekeeping {
 public:
  /// `key` signs anchors; all references outlive this.
  Housekeeping(desk::Database& database, store::BlobDirectory& blobs, const Clock& clock, const AnchorKey& key);
  void stop() { loop_.stop(); }

 private:
  std::chrono::milliseconds step();
  void file_deliveries();
  void forget();
  void sweep();
  void anchor();

  desk::Database& database_;
  store::BlobDirectory& blobs_;
  const Clock& clock_;
  const AnchorKey& key_;
  Time next_round_{};
  int next_part_ = 0;  ///< of the files' directory, to be swept
  runtime::Loop loop_;
};

}  // namespace docket::server
