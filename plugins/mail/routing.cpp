// SPDX-License-Identifier: Apache-2.0
#include "mail/routing.hpp"

#include <algorithm>
#include <array>

#include "mail/charset.hpp"

namespace docket::mail {
namespace {

std::string_view local_part(std::string_view address) {
  return address.substr(0, address.rfind('@'));
}

bool is_own(const RoutingRules& rules, std::string_view address) {
  return std::ranges::find(rules.own_addresses, plain_address(address)) != rules.own_addresses.end();
}

bool is_robot(std::string_view address) {
  const auto local = lower(local_part(address));
  return local == "mailer-daemon" || local == "postmaster" || local.starts_with("noreply") ||
         local.starts_with("no-reply") || local.starts_with("no_reply") || local.starts_with("donotreply") ||
         local.starts_with("do-not-reply") || local.starts_with("bounce");
}

/// The signed name of a message id of ours, whatever its domain.
std::optional<SignedName> name_of_id(const Signer& signer, std::string_view id) {
  return signer.read_message_token(id.substr(0, id.rfind('@')));
}

struct Found {
  std::optional<SignedName> name{};
  bool expired = false;
};

/// Reply addresses first, as the one thing that only we could have given out for this purpose; then In-Reply-To, then
/// References from the last to the first.
Found find_name(const Incoming& mail, const Signer& signer, const RoutingRules& rules) {
  Found found;
  const auto take = [&](const std::optional<SignedName>& name) {
    if (!name) return false;
    if (rules.reply_days > 0 && name->day + rules.reply_days < rules.today) {
      found.expired = true;
      return false;
    }
    found.name = name;
    return true;
  };
  const auto take_address = [&](std::string_view address) {
    // Only behind our own mailboxes: what stands after a stranger's '+' is the stranger's.
    const auto token = token_of_address(address);
    return !token.empty() && is_own(rules, address) && take(signer.read_address_token(token));
  };
  for (const auto& address : mail.to) {
    if (take_address(address.address)) return found;
  }
  for (const auto& address : mail.delivered_to) {
    if (take_address(address)) return found;
  }
  for (const auto& address : mail.cc) {
    if (take_address(address.address)) return found;
  }
  for (const auto& id : mail.in_reply_to) {
    if (take(name_of_id(signer, id))) return found;
  }
  for (auto id = mail.references.rbegin(); id != mail.references.rend(); ++id) {
    if (take(name_of_id(signer, *id))) return found;
  }
  return found;
}

Rule rule_of(const Incoming& mail, const Address& sender, const Signer& signer, const RoutingRules& rules) {
  if (mail.bounce) return Rule::bounce;
  if (!mail.message_id.empty() && name_of_id(signer, mail.message_id)) return Rule::own_message;
  if (std::ranges::any_of(mail.from, [&](const Address& a) { return is_own(rules, a.address); }))
    return Rule::own_address;
  if (mail.read_receipt) return Rule::read_receipt;
  if (mail.auto_submitted == "auto-replied" || mail.precedence == "auto_reply") return Rule::auto_replied;
  if (sender.address.empty()) return Rule::no_sender;
  if (!mail.auto_submitted.empty() && mail.auto_submitted != "no") return Rule::automatic;
  if (mail.empty_return_path || is_robot(sender.address)) return Rule::automatic;
  if (mail.from_list || mail.precedence == "bulk" || mail.precedence == "list" || mail.precedence == "junk")
    return Rule::bulk;
  return Rule::none;
}

/// One result of an Authentication-Results field: "dmarc=pass" as a whole word.
bool says(std::string_view results, std::string_view method) {
  const auto wanted = std::string(method) + "=pass";
  for (auto at = results.find(wanted); at != std::string_view::npos; at = results.find(wanted, at + 1)) {
    const bool begins = at == 0 || results[at - 1] == ' ' || results[at - 1] == ';';
    const auto after = at + wanted.size();
    const bool ends = after == results.size() || results[after] == ' ' || results[after] == ';';
    if (begins && ends) return true;
  }
  return false;
}

/// Text outside of comments and quoted strings, where a stranger's words may stand.
std::string without_comments(std::string_view field) {
  std::string out;
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const char c = field[i];
    if (c == '\\' && (quoted || depth > 0)) {
      ++i;
      continue;
    }
    if (c == '"' && depth == 0) quoted = !quoted;
    if (!quoted && c == '(') ++depth;
    if (!quoted && depth == 0 && c != '"') out += c;
    if (!quoted && c == ')' && depth > 0) --depth;
  }
  return lower(out);
}

Trust trust_of(const Incoming& mail, const RoutingRules& rules) {
  if (rules.trusted_mta.empty() || mail.authentication_results.empty() || mail.from.size() != 1) return Trust::none;
  // Only the first field: our own MTA puts its result on top, whatever the mail brought along below.
  const auto field = without_comments(mail.authentication_results.front());
  const auto semicolon = field.find(';');
  const auto server = trimmed(std::string_view(field).substr(0, semicolon));
  if (semicolon == std::string::npos || server.substr(0, server.find(' ')) != lower(rules.trusted_mta))
    return Trust::none;
  const auto results = std::string_view(field).substr(semicolon + 1);
  if (says(results, "dmarc")) return Trust::pass;
  return says(results, "dkim") || says(results, "spf") ? Trust::domain : Trust::none;
}

}  // namespace

std::string_view name(Rule rule) {
  constexpr std::array<std::string_view, 9> names{"none",         "own_address", "own_message", "bounce",   "read_receipt",
                                                  "auto_replied", "automatic",   "bulk",        "no_sender"};
  return names[static_cast<std::size_t>(rule)];
}
std::string_view name(Trust trust) {
  constexpr std::array<std::string_view, 3> names{"none", "domain", "pass"};
  return names[static_cast<std::size_t>(trust)];
}
std::string_view name(Intake intake) {
  constexpr std::array<std::string_view, 4> names{"ignore", "create", "customer", "note"};
  return names[static_cast<std::size_t>(intake)];
}

std::string plain_address(std::string_view address) {
  const auto at = address.rfind('@');
  if (at == std::string_view::npos) return lower(address);
  auto local = address.substr(0, at);
  return lower(local.substr(0, local.find('+'))) + lower(address.substr(at));
}

Routed route(const Incoming& mail, const Signer& signer, const RoutingRules& rules) {
  Routed out;
  if (!mail.from.empty()) out.sender = mail.from.front();
  out.trust = trust_of(mail, rules);
  out.rule = rule_of(mail, out.sender, signer, rules);
  out.answerable = out.rule == Rule::none && mail.response_suppress.find("all") == std::string::npos &&
                   mail.response_suppress.find("autoreply") == std::string::npos;
  if (mail.from.size() > 1) {
    out.remarks.push_back("邮件写了多个发件人，按第一个显示，身份不可信");
    out.answerable = false;
  }
  switch (out.rule) {
    case Rule::own_address:
    case Rule::own_message:
    case Rule::read_receipt:
      out.intake = Intake::ignore;
      return out;
    case Rule::bounce: {
      const auto name = name_of_id(signer, mail.bounce->original_id);
      out.intake = name ? Intake::note : Intake::ignore;
      if (name) out.ticket = name->ticket;
      return out;
    }
    default:
      break;
  }
  const auto found = find_name(mail, signer, rules);
  if (!found.name) {
    // Somebody's holiday notice about a mail that was not ours is no request; an alarm is one.
    out.intake = out.rule == Rule::auto_replied || out.rule == Rule::no_sender ? Intake::ignore : Intake::create;
    if (found.expired) out.remarks.push_back("邮件回复到一个已过期的回复地址，已另建工单");
    return out;
  }
  out.ticket = found.name->ticket;
  out.recipient = found.name->recipient;
  const bool of_machine = out.rule != Rule::none && out.rule != Rule::bulk;
  const bool may_speak = found.name->purpose == Purpose::customer && !of_machine && mail.from.size() == 1;
  out.intake = may_speak ? Intake::customer : Intake::note;
  return out;
}

}  // namespace docket::mail
