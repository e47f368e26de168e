// SPDX-License-Identifier: Apache-2.0
#include "store/search_index.hpp"

#include "base/search_text.hpp"

namespace docket::store {
namespace {

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
  session_.defer([ticket, is_new, tokens = search_tokens(text)](Session& session) {
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

void SearchIndex::add_message(TicketId ticket, std::int64_t number, bool internal, std::string_view subject,
                              std::string_view body) {
  if (number > kIndexedMessages) return;
  std::string text(subject);
  text.append("\n").append(body);
  session_.defer([entry = search_entry(ticket, number, internal), tokens = search_tokens(text)](Session& session) {
    insert(session, entry, tokens);
  });
}

std::optional<std::string> match_expression(std::string_view query) {
  return expression(query, false);
}
std::optional<std::string> prefix_expression(std::string_view query) {
  return expression(query, true);
}

}  // namespace docket::store
