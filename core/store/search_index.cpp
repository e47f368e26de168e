// SPDX-License-Identifier: Apache-2.0
#include "store/search_index.hpp"

#include "base/search_text.hpp"
#include "domain/ticket/event.hpp"

namespace docket::store {
namespace {

constexpr std::size_t kMostMissed = 100'000'000;  // a writer leaves some hundreds

std::optional<std::string> expression(std::string_view query, bool all_prefixes) {
  std::string match;
  for (const SearchTerm& term : search_terms(query)) {
    if (!match.empty()) match += " AND ";
    match.append("\"").append(term.token).append("\"");
    if (term.prefix || all_prefixes) match += " *";
  }
  if (match.empty()) return std::nullopt;
  return match;
}

void insert(Session& session, std::int64_t entry, const std::string& tokens) {
  session.run("INSERT INTO search(rowid, tokens) VALUES(?, ?)", entry, tokens);
}

/// All that there is now will be in the index once this transaction is on disk.
void note_progress(Session& session) {
  session.run(
      "UPDATE search_progress SET ticket = (SELECT coalesce(max(ticket), 0) FROM search_head),"
      " message = (SELECT coalesce(max(id), 0) FROM message)");
}

}  // namespace

void SearchIndex::set_head(TicketId ticket, std::string_view text, bool is_new) {
  std::string tokens = search_tokens(text);
  const std::int64_t entry = search_entry(ticket, 0, false);
  if (is_new) {
    session_.run("INSERT INTO search_head(ticket, tokens) VALUES(?, ?)", ticket, tokens);
    return add(entry, std::move(tokens));
  }
  // The index does not keep texts; to take an entry out it must be told the very tokens that went in.
  auto old = session_.select<std::string>("SELECT tokens FROM search_head WHERE ticket = ?", ticket).maybe();
  if (old && std::get<0>(*old) == tokens) return;
  session_.run(
      "INSERT INTO search_head(ticket, tokens) VALUES(?, ?) ON CONFLICT(ticket) DO UPDATE SET tokens = excluded.tokens",
      ticket, tokens);
  // Which tokens are in the index is not known after a crash: they must not wait.
  session_.defer(Session::Defer::now, [entry, old = std::move(old), tokens = std::move(tokens)](Session& session) {
    if (old) session.run("INSERT INTO search(search, rowid, tokens) VALUES('delete', ?, ?)", entry, std::get<0>(*old));
    insert(session, entry, tokens);
  });
}

void SearchIndex::add_message(TicketId ticket, std::int64_t number, bool internal, std::string_view subject,
                              std::string_view body) {
  if (number > kIndexedMessages) return;
  std::string text(subject);
  text.append("\n").append(body);
  add(search_entry(ticket, number, internal), search_tokens(text));
}

void SearchIndex::add(std::int64_t entry, std::string tokens) {
  session_.defer_first(note_progress);
  session_.defer(Session::Defer::may_wait,
                 [entry, tokens = std::move(tokens)](Session& session) { insert(session, entry, tokens); });
}

std::size_t SearchIndex::index_missed() {
  std::vector<std::pair<TicketId, std::string>> heads;
  session_
      .select<TicketId, std::string>(
          "SELECT ticket, tokens FROM search_head WHERE ticket > (SELECT ticket FROM search_progress) ORDER BY ticket")
      .each(kMostMissed, [&](TicketId id, std::string tokens) { heads.emplace_back(id, std::move(tokens)); });
  for (auto& [id, tokens] : heads) add(search_entry(id, 0, false), std::move(tokens));
  std::size_t messages = 0;
  session_
      .select<TicketId, std::int64_t, domain::MessageKind, std::string, std::string>(
          "SELECT m.ticket, m.number, m.kind, t.subject, m.body FROM message m JOIN ticket t ON t.id = m.ticket"
          " WHERE m.id > (SELECT message FROM search_progress) ORDER BY m.id")
      .each(kMostMissed, [&](TicketId ticket, std::int64_t number, domain::MessageKind kind, const std::string& subject,
                             const std::string& body) {
        ++messages;
        add_message(ticket, number, kind == domain::MessageKind::note, subject, body);
      });
  return heads.size() + messages;
}

std::optional<std::string> match_expression(std::string_view query) {
  return expression(query, false);
}
std::optional<std::string> prefix_expression(std::string_view query) {
  return expression(query, true);
}

}  // namespace docket::store
