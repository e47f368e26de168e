// SPDX-License-Identifier: Apache-2.0
#include "store/workspace_rows.hpp"

#include "base/json_decode.hpp"
#include "base/json_encode.hpp"
#include "store/query.hpp"

namespace docket::store {
namespace {

constexpr std::size_t most_rows = 1'000;

struct HeldDocument {
  desk::Written written{};
  std::vector<domain::Right> rights{};
};
BOOST_DESCRIBE_STRUCT(HeldDocument, (), (written, rights))

struct ViewDocument {
  std::string title{};
  domain::Condition when{};
  domain::Sorting sort{};
  std::optional<domain::Order> order{};
  std::vector<std::string> columns{};
};
BOOST_DESCRIBE_STRUCT(ViewDocument, (), (title, when, sort, order, columns))

template <class T>
std::optional<T> only(std::vector<T> found) {
  if (found.empty()) return {};
  return std::move(found.front());
}

template <class... Binds>
std::vector<desk::Draft> select_drafts(Session& session, Sql sql, const Binds&... binds) {
  std::vector<desk::Draft> out;
  session.select<UserId, TicketId, std::string, Time>(sql, binds...)
      .each(most_rows, [&](UserId user, TicketId ticket, const std::string& document, Time at) {
        out.push_back({user, ticket, json::decode_stored<desk::Written>(document), at});
      });
  return out;
}

template <class... Binds>
std::vector<desk::HeldMessage> select_held(Session& session, Sql sql, const Binds&... binds) {
  std::vector<desk::HeldMessage> out;
  session.select<HeldMessageId, UserId, TicketId, std::string, Time>(sql, binds...)
      .each(most_rows, [&](HeldMessageId id, UserId user, TicketId ticket, const std::string& text, Time at) {
        auto document = json::decode_stored<HeldDocument>(text);
        out.push_back({id, user, ticket, std::move(document.written), std::move(document.rights), at});
      });
  return out;
}

template <class... Binds>
std::vector<desk::OwnView> select_views(Session& session, Sql sql, const Binds&... binds) {
  std::vector<desk::OwnView> out;
  session.select<ViewId, UserId, std::int64_t, std::string, Time>(sql, binds...)
      .each(most_rows, [&](ViewId id, UserId user, std::int64_t version, const std::string& text, Time created) {
        auto document = json::decode_stored<ViewDocument>(text);
        out.push_back({id, user, version, std::move(document.title), std::move(document.when), document.sort,
                       document.order, std::move(document.columns), created});
      });
  return out;
}

std::string document_of(const desk::OwnView& view) {
  return json::encode(ViewDocument{view.title, view.when, view.sort, view.order, view.columns});
}

}  // namespace

std::optional<desk::Draft> WorkspaceRows::find_draft(UserId user, TicketId ticket, desk::DraftKind kind) const {
  return only(select_drafts(
      session_, "SELECT user, ticket, document, updated_at FROM draft WHERE user = ? AND ticket = ? AND kind = ?", user,
      ticket, kind));
}

std::vector<desk::Draft> WorkspaceRows::drafts(UserId user, int limit) const {
  return select_drafts(
      session_, "SELECT user, ticket, document, updated_at FROM draft WHERE user = ? ORDER BY updated_at DESC LIMIT ?",
      user, limit);
}

void WorkspaceRows::save_draft(const desk::Draft& draft) {
  session_.run(
      "INSERT INTO draft(user, ticket, kind, document, updated_at) VALUES(?,?,?,?,?)"
      " ON CONFLICT(user, ticket, kind) DO UPDATE SET document = excluded.document, updated_at = excluded.updated_at",
      draft.user, draft.ticket, draft.written.kind, json::encode(draft.written), draft.updated_at);
}

bool WorkspaceRows::remove_draft(UserId user, TicketId ticket, desk::DraftKind kind) {
  return session_.run("DELETE FROM draft WHERE user = ? AND ticket = ? AND kind = ?", user, ticket, kind) == 1;
}

int WorkspaceRows::drop_drafts(Time before, int limit) {
  return static_cast<int>(session_.run(
      "DELETE FROM draft WHERE (user, ticket, kind) IN"
      " (SELECT user, ticket, kind FROM draft WHERE updated_at < ? LIMIT ?)",
      before, limit));
}

std::optional<desk::HeldMessage> WorkspaceRows::find_held(HeldMessageId id) const {
  return only(select_held(session_, "SELECT id, user, ticket, document, send_at FROM held_message WHERE id = ?", id));
}

std::vector<desk::HeldMessage> WorkspaceRows::held_of(UserId user, int limit) const {
  return select_held(session_,
                     "SELECT id, user, ticket, document, send_at FROM held_message WHERE user = ? ORDER BY id LIMIT ?",
                     user, limit);
}

HeldMessageId WorkspaceRows::add_held(const desk::HeldMessage& message) {
  session_.run("INSERT INTO held_message(user, ticket, document, send_at) VALUES(?,?,?,?)", message.user, message.ticket,
               json::encode(HeldDocument{message.written, message.rights}), message.send_at);
  return HeldMessageId{session_.last_insert_id()};
}

bool WorkspaceRows::remove_held(HeldMessageId id) {
  return session_.run("DELETE FROM held_message WHERE id = ?", id) == 1;
}

std::vector<desk::HeldMessage> WorkspaceRows::held_due(Time now, int limit) const {
  return select_held(
      session_,
      "SELECT id, user, ticket, document, send_at FROM held_message WHERE send_at <= ? ORDER BY send_at, id LIMIT ?", now,
      limit);
}

std::optional<Time> WorkspaceRows::next_held() const {
  return std::get<0>(session_.select<std::optional<Time>>("SELECT min(send_at) FROM held_message").one());
}

std::optional<desk::OwnView> WorkspaceRows::find_view(ViewId id) const {
  return only(select_views(session_, "SELECT id, user, version, document, created_at FROM own_view WHERE id = ?", id));
}

std::vector<desk::OwnView> WorkspaceRows::views(UserId user, int limit) const {
  return select_views(session_,
                      "SELECT id, user, version, document, created_at FROM own_view WHERE user = ? ORDER BY id LIMIT ?",
                      user, limit);
}

ViewId WorkspaceRows::add_view(const desk::OwnView& view) {
  session_.run("INSERT INTO own_view(user, version, document, created_at) VALUES(?,?,?,?)", view.user, view.version,
               document_of(view), view.created_at);
  return ViewId{session_.last_insert_id()};
}

void WorkspaceRows::save_view(const desk::OwnView& view) {
  session_.run("UPDATE own_view SET version = ?, document = ? WHERE id = ?", view.version, document_of(view), view.id);
}

bool WorkspaceRows::remove_view(ViewId id) {
  return session_.run("DELETE FROM own_view WHERE id = ?", id) == 1;
}

}  // namespace docket::store
