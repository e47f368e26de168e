// SPDX-License-Identifier: Apache-2.0
// A macro: the one list of actions, done by a person. Nothing in it is possible that the person could not do by hand,
// and a macro of which one part is not possible does nothing.
#include "domain/ticket/macro.hpp"

#include <algorithm>
#include <utility>

#include "base/both.hpp"
#include "domain/chinese_names.hpp"
#include "domain/condition/explain.hpp"
#include "domain/ticket/acts.hpp"
#include "domain/ticket/ticket_source.hpp"

namespace docket::domain {
namespace {

Right right_for(ActionKind kind) {
  switch (kind) {
    case ActionKind::assign:
      return Right::ticket_assign;
    case ActionKind::set:
    case ActionKind::tag:
    case ActionKind::untag:
    case ActionKind::escalate:
      return Right::ticket_edit;
    case ActionKind::move:
      return Right::ticket_transition;
    case ActionKind::notify:
    case ActionKind::note:
    case ActionKind::call:
    case ActionKind::urge:
      return Right::ticket_note;
  }
  return Right::ticket_edit;
}

/// What another sentence goes on after.
std::string_view without_stop(std::string_view sentence) {
  constexpr std::string_view stop = "。";
  if (sentence.ends_with(stop)) sentence.remove_suffix(stop.size());
  return sentence;
}

Outcome may_do(const Deciding& deciding, const Macro& macro, bool speaks) {
  if (speaks) {
    if (auto may = require_right(deciding, macro.reply ? Right::ticket_reply : Right::ticket_note); !may) return may;
  }
  for (const auto& action : macro.actions) {
    if (auto may = require_right(deciding, right_for(action.kind)); !may) return may;
  }
  return {};
}

}  // namespace

std::vector<Right> rights_for(const Macro& macro) {
  std::vector<Right> rights;
  const auto add = [&](Right right) {
    if (std::ranges::find(rights, right) == rights.end()) rights.push_back(right);
  };
  if (!macro.message.empty()) add(macro.reply ? Right::ticket_reply : Right::ticket_note);
  for (const auto& action : macro.actions) add(right_for(action.kind));
  return rights;
}

bool has_one_of(const Principal& principal, const std::vector<std::string>& roles, const std::string& team) {
  return roles.empty() ||
         std::ranges::any_of(roles, [&](const std::string& role) { return principal.has_role(role, team); });
}

Outcome decide_macro(Deciding& deciding, const RunMacro& command) {
  const auto found = deciding.active().macros.find(command.name);
  if (found == deciding.active().macros.end() || deciding.by_customer() || 
      !has_one_of(deciding.principal(), found->second.roles, deciding.ticket().team))
    return fail(ErrorCode::not_found, both("There is no macro {} for you.", "没有您可用的宏“{}”。", command.name));
  const auto& macro = found->second;
  if (auto open = require_not_closed(deciding); !open) return open;
  if (!holds(macro.when, deciding.source())) {
    const ChineseNames names(deciding.active(), &deciding.form(), &deciding.workflow());
    return fail(ErrorCode::conflict,
                both("Macro {0} is not for this ticket: {1}.", "宏{2}不能用在这张工单上：{3}。", macro.name,
                     why_not_holding(macro.when, deciding.source()), zh_quoted(macro.title, macro.name),
                     why_not_holding_zh(macro.when, deciding.source(), names)));
  }
  const auto words = command.message ? *command.message : fill_text(macro.message, deciding.source());
  if (auto may = may_do(deciding, macro, !words.empty()); !may) return may;
  if (auto text = check_message(words, "/message", 0, false); !text) return text;

  if (!words.empty()) deciding.say(macro.reply ? MessageKind::reply : MessageKind::note, words);
  RuleFired trace;
  trace.rule = "macro " + macro.name;
  const auto refused = do_actions(deciding, macro.actions, trace, !words.empty());
  if (!refused.empty()) {
    return fail(ErrorCode::conflict,
                both("Nothing was done. Macro {0} could not: {1}.", "宏{2}没有执行，工单没有变化：{3}。", macro.name, refused.en,
                     zh_quoted(macro.title, macro.name), without_stop(refused.zh)));
  }
  deciding.emit(std::move(trace));
  return {};
}

}  // namespace docket::domain
