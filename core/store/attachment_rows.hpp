// SPDX-License-Identifier: Apache-2.0
// Names of attachments in SQL, and their bytes as content-addressed files beside the database.
#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>

#include "desk/ports/attachment_store.hpp"
#include "store/session.hpp"

namespace docket::store {

/// On one session, so one thread at a time.
class AttachmentRows final : public desk::AttachmentStore {
 public:
  explicit AttachmentRows(Session& session) : session_(session) {}

  [[nodiscard]] std::optional<desk::Attachment> find_attachment(AttachmentId id) const override;
  [[nodiscard]] std::vector<desk::Attachment> attachments(TicketId ticket) const override;
  [[nodiscard]] std::int64_t bytes_unbound(const domain::Actor& by) const override;
  [[nodiscard]] std::vector<std::string> without_row(std::vector<std::string> digests) const override;
  AttachmentId add_attachment(const desk::Attachment& attachment) override;
  bool bind(AttachmentId id, TicketId ticket, const domain::Actor& by, bool internal) override;
  std::optional<AttachmentId> take_stray(const std::string& by_name, const domain::Actor& by) override;
  bool hand_over(AttachmentId id, const domain::Actor& from, const domain::Actor& to) override;
  [[nodiscard]] std::int64_t bytes_on_ticket(TicketId ticket) const override;
  std::vector<std::string> drop_unbound(Time before, int limit) override;

 private:
  Session& session_;
};

/// Blobs under "<two hex digits>/<sha256>" in a private directory. Thread-safe: a blob is made under a temporary name
/// and renamed, so that it is there whole or not at all.
class BlobDirectory final : public desk::BlobStore {
 public:
  /// Makes the directory (0700). Throws StoreUnavailable.
  explicit BlobDirectory(std::filesystem::path directory);

  std::string take(const std::string& temporary_file) override;
  [[nodiscard]] std::optional<std::string> verified_path(const std::string& sha256) const override;
  static constexpr int parts = 256;
  /// The digests of what lies in that part of the directory, 0 to parts - 1.
  [[nodiscard]] std::vector<std::string> names(int part) const;
  /// Removes a blob that no row names and that was not taken in again since `before`. True when it is gone.
  bool drop(const std::string& sha256, std::chrono::system_clock::time_point before);

 private:
  [[nodiscard]] std::filesystem::path path_of(const std::string& sha256) const;
  const std::filesystem::path directory_;
  std::mutex moving_;  ///< between looking how old a blob is and removing it, none comes in
};

}  // namespace docket::store
