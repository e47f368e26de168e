// SPDX-License-Identifier: Apache-2.0
#include "store/search_index.hpp"

#include "base/json_decode.hpp"
#include "base/search_text.hpp"
#include "domain/ticket/event.hpp"
#include "store/ticket_projection.hpp"

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

}  // namespace

void SearchIndex::set_head(TicketId ticket, std::string_view text, bool is_new) {
  // What stood in the index of a ticket before is not found again by index_missed(): such a change must not wait.
  const auto when = is_new ? Session::Defer::may_wait : Session::Defer::now;
  session_.defer(when, [ticket, is_new, tokens = search_tokens(text)](Session& session) {
    const std::int64_t entry = search_entry(ticket, 0, false);
    if (!is_new) {
      // The index does not keep texts; to take an entry out it must be told the very tokens that went in.
      const auto old = session.select<std::string>("SELECT tokens FROM search_head WHERE ticket = ?", ticket).maybe();
      if (old && std::get<0>(*old) == tokens) return;
      if (old) {
        session.run("INSERT INTO search(search, rowid, tokens) VALUES('delete', ?, ?)", entry, std::get<0>(*old));
      }
    }
    insert(session, entry, tokens);
    session.run(
        "INSERT INTO search_head(ticket, tokens) VALUES(?, ?) ON CONFLICT(ticket) DO UPDATE SET tokens = "
        "excluded.tokens",
        ticket, tokens);
  });
}

void SearchIndex::add_message(std::int64_t message, TicketId ticket, std::int64_t number, bool internal,
                              std::string_view subject, std::string_view body) {
  if (number > kIndexedMessages) return;
  std::string text(subject);
  text.append("\n").append(body);
  session_.defer(Session::Defer::may_wait,
                 [message, entry = search_entry(ticket, number, internal), tokens = search_tokens(text)](Session& session) {
                   insert(session, entry, tokens);
                   session.run("UPDATE search_progress SET message = ?", message);
                 });
}

std::size_t SearchIndex::index_missed() {
  // Entries are made in the order of tickets and of messages, so what is missing is what is newer than the last of each.
  std::vector<std::pair<TicketId, std::string>> heads;
  session_
      .select<TicketId, std::string>(
          "SELECT d.id, d.document FROM ticket_document d"
          " WHERE d.id > (SELECT coalesce(max(ticket), 0) FROM search_head) ORDER BY d.id")
      .each(kMostMissed, [&](TicketId id, const std::string& document) {
        heads.emplace_back(id, head_text(json::decode_stored<domain::Ticket>(document)));
      });
  for (const auto& [id, text] : heads) set_head(id, text, true);
  std::size_t messages = 0;
  session_
      .select<std::int64_t, TicketId, std::int64_t, domain::MessageKind, std::string, std::string>(
          "SELECT m.id, m.ticket, m.number, m.kind, t.subject, m.body FROM message m JOIN ticket t ON t.id = m.ticket"
          " WHERE m.id > (SELECT message FROM search_progress) ORDER BY m.id")
      .each(kMostMissed, [&](std::int64_t message, TicketId ticket, std::int64_t number, domain::MessageKind kind,
                             const std::string& subject, const std::string& body) {
        ++messages;
        add_message(message, ticket, number, kind == domain::MessageKind::note, subject, body);
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
