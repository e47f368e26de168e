// SPDX-License-Identifier: Apache-2.0
// Files on tickets: content-addressed blobs outside the database, their names in rows.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "domain/identity/principal.hpp"

namespace docket::desk {

struct Attachment {
  AttachmentId id{};
  TicketId ticket{};   ///< none until a message refers to it
  std::string name{};  ///< as given, control characters stripped; data only, never a path
  std::string media_type{};
  std::int64_t size = 0;  ///< bytes
  std::string sha256{};   ///< hex; the blob's name
  domain::Actor by{};
  bool internal = false;  ///< hangs on an internal note
  Time created_at{};
};
BOOST_DESCRIBE_STRUCT(Attachment, (), (id, ticket, name, media_type, size, sha256, by, internal, created_at))

class AttachmentReader {
 public:
  virtual ~AttachmentReader() = default;
  [[nodiscard]] virtual std::optional<Attachment> find_attachment(AttachmentId id) const = 0;
  [[nodiscard]] virtual std::vector<Attachment> attachments(TicketId ticket) const = 0;
  /// Bytes that the actor uploaded and no message took.
  [[nodiscard]] virtual std::int64_t bytes_unbound(const domain::Actor& by) const = 0;
  /// Those of the digests that no row names.
  [[nodiscard]] virtual std::vector<std::string> without_row(std::vector<std::string> digests) const = 0;
};

class AttachmentStore : public AttachmentReader {
 public:
  virtual AttachmentId add_attachment(const Attachment& attachment) = 0;
  /// Binds an unbound upload of the same actor to a ticket. False when it is not there, bound already, or another's.
  virtual bool bind(AttachmentId id, TicketId ticket, const domain::Actor& by, bool internal) = 0;
  /// Gives an upload of a stranger (actor id 0), known by the name that it was given, to somebody. None: there is no such
  /// upload that is free.
  virtual std::optional<AttachmentId> take_stray(const std::string& by_name, const domain::Actor& by) = 0;
  /// Makes an unbound upload of one actor, by all of kind, id and name, another's. False when there is none.
  virtual bool hand_over(AttachmentId id, const domain::Actor& from, const domain::Actor& to) = 0;
  [[nodiscard]] virtual std::int64_t bytes_on_ticket(TicketId ticket) const = 0;
  /// Uploads that no message took within a day, at most `limit`; removes their rows and gives their digests.
  virtual std::vector<std::string> drop_unbound(Time before, int limit) = 0;
};

/// Blobs on disk, outside any transaction. Thread-safe.
class BlobStore {
 public:
  virtual ~BlobStore() = default;
  /// Moves a finished temporary file in; gives its hex SHA-256. The file and its directory are synced before it
  /// returns.
  virtual std::string take(const std::string& temporary_file) = 0;
  /// Path of a blob after its digest was verified; none when it is missing or damaged (logged as an alarm).
  [[nodiscard]] virtual std::optional<std::string> verified_path(const std::string& sha256) const = 0;
};

}  // namespace docket::desk
