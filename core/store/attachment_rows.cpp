// SPDX-License-Identifier: Apache-2.0
#include "store/attachment_rows.hpp"

#include "store/query.hpp"

namespace docket::store {
namespace {

constexpr std::size_t most_on_ticket = 10'000;

template <class... Binds>
std::vector<desk::Attachment> select_attachments(Session& session, Sql sql, const Binds&... binds) {
  std::vector<desk::Attachment> out;
  session
      .select<AttachmentId, TicketId, std::string, std::string, std::int64_t, std::string, int, std::int64_t,
              std::string, bool, Time>(sql, binds...)
      .each(most_on_ticket,
            [&](AttachmentId id, TicketId ticket, std::string name, std::string media_type, std::int64_t size,
                std::string sha256, int by_kind, std::int64_t by_id, std::string by_name, bool internal, Time created) {
              desk::Attachment attachment;
              attachment.id = id;
              attachment.ticket = ticket;
              attachment.name = std::move(name);
              attachment.media_type = std::move(media_type);
              attachment.size = size;
              attachment.sha256 = std::move(sha256);
              attachment.by.kind = static_cast<domain::ActorKind>(by_kind);
              attachment.by.id = by_id;
              attachment.by.name = std::move(by_name);
              attachment.internal = internal;
              attachment.created_at = created;
              out.push_back(std::move(attachment));
            });
  return out;
}

}  // namespace

std::optional<desk::Attachment> AttachmentRows::find_attachment(AttachmentId id) const {
  auto found = select_attachments(session_,
                                  "SELECT id, ticket, name, media_type, size, sha256, by_kind, by_id, by_name, "
                                  "internal, created_at FROM attachment WHERE id = ?",
                                  id);
  if (found.empty()) return {};
  return std::move(found.front());
}

std::vector<desk::Attachment> AttachmentRows::attachments(TicketId ticket) const {
  return select_attachments(session_,
                            "SELECT id, ticket, name, media_type, size, sha256, by_kind, by_id, by_name, internal, "
                            "created_at FROM attachment "
                            "WHERE ticket = ? AND ticket <> 0 ORDER BY id LIMIT 10000",
                            ticket);
}

std::int64_t AttachmentRows::bytes_unbound(const domain::Actor& by) const {
  return std::get<0>(session_
                         .select<std::int64_t>("SELECT coalesce(sum(size), 0) FROM attachment "
                                               "WHERE ticket = 0 AND by_kind = ? AND by_id = ? AND ? IN ('', by_name)",
                                               static_cast<int>(by.kind), by.id, by.name)
                         .one());
}

AttachmentId AttachmentRows::add_attachment(const desk::Attachment& a) {
  session_.run(
      "INSERT INTO attachment(ticket, name, media_type, size, sha256, by_kind, by_id, by_name, internal, created_at) "
      "VALUES(?,?,?,?,?,?,?,?,?,?)",
      a.ticket, a.name, a.media_type, a.size, a.sha256, static_cast<int>(a.by.kind), a.by.id, a.by.name, a.internal,
      a.created_at);
  return AttachmentId{session_.last_insert_id()};
}

bool AttachmentRows::bind(AttachmentId id, TicketId ticket, const domain::Actor& by, bool internal) {
  return session_.run("UPDATE attachment SET ticket = ?, by_name = ?, internal = ? "
                      "WHERE id = ? AND ticket = 0 AND by_kind = ? AND by_id = ?",
                      ticket, by.name, internal, id, static_cast<int>(by.kind), by.id) == 1;
}

std::optional<AttachmentId> AttachmentRows::take_stray(const std::string& by_name, const domain::Actor& by) {
  const auto found =
      session_.select<AttachmentId>("SELECT id FROM attachment WHERE by_name = ? AND ticket = 0 AND by_id = 0", by_name)
          .maybe();
  if (!found) return {};
  const auto id = std::get<0>(*found);
  session_.run("UPDATE attachment SET by_kind = ?, by_id = ?, by_name = ? WHERE id = ?", static_cast<int>(by.kind), by.id,
               by.name, id);
  return id;
}

bool AttachmentRows::hand_over(AttachmentId id, const domain::Actor& from, const domain::Actor& to) {
  return session_.run("UPDATE attachment SET by_kind = ?, by_id = ?, by_name = ? "
                      "WHERE id = ? AND ticket = 0 AND by_kind = ? AND by_id = ? AND by_name = ?",
                      static_cast<int>(to.kind), to.id, to.name, id, static_cast<int>(from.kind), from.id, from.name) == 1;
}

std::int64_t AttachmentRows::bytes_on_ticket(TicketId ticket) const {
  return std::get<0>(session_
                         .select<std::int64_t>(
                             "SELECT coalesce(sum(size), 0) FROM attachment WHERE ticket = ? AND ticket <> 0", ticket)
                         .one());
}

std::vector<std::string> AttachmentRows::drop_unbound(Time before, int limit) {
  std::vector<std::string> digests;
  std::vector<AttachmentId> ids;
  session_
      .select<AttachmentId, std::string>(
          "SELECT id, sha256 FROM attachment WHERE ticket = 0 AND created_at < ? AND id NOT IN"
          " (SELECT value FROM draft, json_each(draft.document, '$.attachments') UNION ALL"
          " SELECT value FROM held_message, json_each(held_message.document, '$.written.attachments'))"
          " ORDER BY created_at LIMIT ?",
          before, limit)
      .each(10'000, [&](AttachmentId id, std::string sha256) {
        ids.push_back(id);
        digests.push_back(std::move(sha256));
      });
  for (const auto id : ids) session_.run("DELETE FROM attachment WHERE id = ?", id);
  // Only what nothing else names: the same bytes may hang on a ticket.
  return without_row(std::move(digests));
}

std::vector<std::string> AttachmentRows::without_row(std::vector<std::string> digests) const {
  std::erase_if(digests, [&](const std::string& sha256) {
    return session_.select<std::int64_t>("SELECT 1 FROM attachment WHERE sha256 = ? LIMIT 1", sha256).maybe().has_value();
  });
  return digests;
}

}  // namespace docket::store
