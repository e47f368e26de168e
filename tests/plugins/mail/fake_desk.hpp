// SPDX-License-Identifier: Apache-2.0
// The commands of the desk as docs/integrator/plugins.md has them, over a few maps: keys are done once, refusals leave
// their key free, and every item has its row.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "docket/test_host.hpp"

namespace docket::tests {

class FakeDesk {
 public:
  struct Message {
    std::string kind, body;
    std::vector<std::string> files;
    std::string formatted{};  ///< JSON
  };
  struct Ticket {
    std::string subject, type;
    std::int64_t customer = 0;
    bool closed = false;
    std::vector<Message> messages;
  };
  std::map<std::int64_t, Ticket> tickets;
  std::map<std::string, std::int64_t> customers;  ///< by e-mail
  std::map<std::string, sdk::json::object> done;  ///< by key
  std::map<std::string, std::pair<std::string, std::string>> ledger;  ///< key → outcome, reason
  std::vector<std::string> bounced;  ///< vendor ids of deliveries that failed by a receipt
  std::string refuse_subject{};  ///< a ticket with this in its subject is refused
  bool busy = false;
  bool refuse_formatted = false;

  sdk::json::value command(const sdk::json::object& request) {
    const auto what = sdk::text_of(request, "command");
    const auto key = sdk::text_of(request, "key");
    if (busy) refuse("overloaded", "The server is busy.");
    if (what == "intake") {
      const auto row = ledger.find(key);
      if (row == ledger.end()) refuse("not_found", "no such item");
      return sdk::json::object{{"outcome", row->second.first}};
    }
    if (what == "find_customer") {
      const auto found = customers.find(sdk::text_of(request, "email"));
      if (found == customers.end()) refuse("not_found", "no such customer");
      return sdk::json::object{{"id", found->second}, {"name", ""}};
    }
    if (what == "receipt") {
      if (sdk::text_of(request, "outcome") == "failed") bounced.push_back(sdk::text_of(request, "vendor_id"));
      return sdk::json::object{};
    }
    if (what == "find_ticket") {
      const auto found = tickets.find(sdk::number_of(request, "ticket"));
      if (found == tickets.end()) refuse("not_found", "no such ticket");
      return sdk::json::object{{"ticket", found->first}, {"customer", sdk::json::object{{"id", found->second.customer}}}};
    }
    if (refuse_formatted && request.contains("formatted")) refuse("invalid_field", "This is no tree.");
    if (const auto known = done.find(key); known != done.end()) return known->second;
    sdk::json::object answer;
    if (what == "create_ticket") answer = create(request);
    if (what == "add_message") answer = add(request);
    const auto outcome = what == "record_intake" ? sdk::text_of(request, "outcome") : std::string("ticket");
    ledger[key] = {outcome, sdk::text_of(request, "reason")};
    done[key] = answer;
    return answer;
  }
  [[nodiscard]] int rows(const std::string& outcome) const {
    int count = 0;
    for (const auto& [key, row] : ledger) count += row.first == outcome && !key.ends_with("/note") ? 1 : 0;
    return count;
  }
  [[nodiscard]] std::string reason(const std::string& outcome) const {
    for (const auto& [key, row] : ledger) {
      if (row.first == outcome) return row.second;
    }
    return {};
  }

 private:
  [[noreturn]] static void refuse(const char* code, const char* detail) {
    throw sdk::HostError(DOCKET_FAILED, sdk::json::serialize(sdk::json::object{{"code", code}, {"detail", detail}}));
  }
  static Message message_of(const sdk::json::object& request, std::string kind) {
    Message out{std::move(kind), sdk::text_of(request, "body"), {}};
    if (const auto* tree = request.if_contains("formatted")) out.formatted = sdk::json::serialize(*tree);
    if (const auto* files = request.if_contains("attachments")) {
      for (const auto& id : files->as_array()) out.files.emplace_back(id.as_string());
    }
    return out;
  }
  sdk::json::object create(const sdk::json::object& request) {
    const auto subject = sdk::text_of(request, "subject");
    if (!refuse_subject.empty() && subject.find(refuse_subject) != std::string::npos)
      refuse("invalid_field", "This is no subject.");
    const auto number = static_cast<std::int64_t>(tickets.size()) + 1;
    auto& ticket = tickets[number];
    ticket.subject = subject;
    ticket.type = sdk::text_of(request, "type");
    const auto email = sdk::text_of(request.at("customer").as_object(), "email");
    ticket.customer = customers.emplace(email, static_cast<std::int64_t>(customers.size()) + 100).first->second;
    ticket.messages.push_back(message_of(request, "customer"));
    return {{"ticket", number}, {"number", "T-" + std::to_string(number)}, {"message", 1}};
  }
  sdk::json::object add(const sdk::json::object& request) {
    const auto found = tickets.find(sdk::number_of(request, "ticket"));
    if (found == tickets.end()) refuse("not_found", "no such ticket");
    if (found->second.closed) refuse("conflict", "The ticket is closed.");
    found->second.messages.push_back(message_of(request, sdk::text_of(request, "kind")));
    return {{"ticket", found->first}, {"message", static_cast<std::int64_t>(found->second.messages.size())}};
  }
};

}  // namespace docket::tests
