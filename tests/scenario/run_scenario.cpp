// SPDX-License-Identifier: Apache-2.0
#include "run_scenario.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/duration.hpp"
#include "base/enum.hpp"
#include "read_scenario.hpp"

namespace docket::tests {
namespace {

std::string shown(const std::string& text) {
  return text.empty() ? "nothing" : text;
}
std::string shown(bool yes) {
  return yes ? "true" : "false";
}
std::string shown(int number) {
  return std::to_string(number);
}
std::string shown(std::int64_t number) {
  return std::to_string(number);
}
std::string shown(Duration span) {
  return format_duration(span);
}
std::string shown(const std::optional<Time>& at) {
  return at ? local_text(*at) : "never";
}
std::string shown(const domain::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* real = std::get_if<double>(&value)) return std::to_string(*real);
  if (const auto* yes = std::get_if<bool>(&value)) return shown(*yes);
  return std::holds_alternative<std::monostate>(value) ? "nothing" : "a list";
}

/// Compares one expectation with what is seen, and keeps the differences.
class Comparison {
 public:
  Comparison(std::string place, std::vector<std::string>& differences)
      : place_(std::move(place)), differences_(differences) {}

  void differ(const std::string& what) { differences_.push_back(place_ + ": " + what); }

  template <class Wanted, class Is>
  void same(const std::string& what, const std::optional<Wanted>& wanted, const Is& is) {
    if (wanted && !(*wanted == is)) differ("expected " + what + " " + shown(*wanted) + ", is " + shown(is));
  }

  void ticket(const Expectation& expect, const Seen& seen) {
    same("state", expect.state, seen.state);
    same("category", expect.category, seen.category);
    same("team", expect.team, seen.team);
    same("assignee", expect.assignee, seen.assignee.empty() ? std::string("nobody") : seen.assignee);
    same("priority", expect.priority, seen.priority);
    same("awaiting", expect.awaiting, seen.awaiting);
    same("hold", expect.hold, seen.hold.empty() ? std::string("none") : seen.hold);
    same("rule", expect.rule, seen.rule);
    same("waiting", expect.waiting, seen.waiting);
    same("escalation", expect.escalation, seen.escalation);
    same("urges", expect.urges, seen.urges);
    same("reopens", expect.reopens, seen.reopens);
    same("messages", expect.messages, seen.messages);
    for (const auto& tag : expect.tags) {
      if (std::ranges::find(seen.tags, tag) == seen.tags.end()) differ("expected the tag " + tag);
    }
    for (const auto& [name, value] : expect.fields) {
      const auto it = seen.fields.find(name);
      same("field " + name, std::optional(value), it == seen.fields.end() ? domain::Value{} : it->second);
    }
    for (const auto& [login, reason] : expect.passed_over) {
      const auto it = seen.passed_over.find(login);
      same(login + " passed over as", std::optional(reason), it == seen.passed_over.end() ? std::string() : it->second);
    }
    for (const auto& [name, wanted] : expect.clocks) clock(name, wanted, seen);
  }

  void clock(const std::string& name, const ExpectedClock& wanted, const Seen& seen) {
    const auto it = std::ranges::find(seen.clocks, name, &SeenClock::clock);
    if (wanted.none) {
      if (it != seen.clocks.end() && !it->ended)
        differ("expected no clock " + name + ", one runs until " + shown(it->due_at));
      return;
    }
    if (it == seen.clocks.end()) return differ("expected a clock " + name + ", there is none");
    const auto what = "clock " + name + " ";
    same(what + "run", wanted.run, it->run);
    same(what + "policy", wanted.policy, it->policy);
    same(what + "goal", wanted.goal, it->goal);
    same(what + "paused", wanted.paused, it->paused);
    same(what + "ended", wanted.ended, it->ended);
    same(what + "counted", wanted.counted, it->counted);
    same(what + "kept", wanted.kept, it->ended && !it->breached_at);
    if (wanted.due) same(what + "due", std::optional(std::optional(*wanted.due)), it->due_at);
    if (wanted.breached == true) same(what + "breached", std::optional(wanted.breached_at), it->breached_at);
    if (wanted.breached == false && it->breached_at) differ(what + "breached at " + shown(it->breached_at));
  }

  void refusal(const Expectation* expect, const Result<Done>& outcome) {
    const bool wanted = expect != nullptr && expect->refused;
    if (outcome) {
      if (wanted) return differ("expected " + *expect->refused + ", it was done");
      if (expect == nullptr) return;
      same("done", expect->done, outcome->done.value_or(0));
      same("failed", expect->failed, outcome->failed.value_or(0));
      return;
    }
    const auto& error = outcome.error();
    const auto code = std::string(info(error.code).name);
    std::string is = code + ": " + error.detail;
    for (const auto& field : error.fields) is += "; " + field.pointer + " " + field.message;
    if (!wanted) return differ("refused, " + is);
    if (*expect->refused != code) return differ("expected " + *expect->refused + ", is " + is);
    for (const auto& transition : expect->allowed) {
      if (std::ranges::find(error.allowed, transition) == error.allowed.end())
        differ("expected " + transition + " to be allowed, is " + is);
    }
    for (const auto& pointer : expect->pointers) {
      if (std::ranges::find(error.fields, pointer, &FieldError::pointer) == error.fields.end())
        differ("expected a fault at " + pointer + ", is " + is);
    }
  }

  void notices(const Expectation& expect, const std::vector<Notice>& fresh) {
    std::string all;
    for (const auto& notice : fresh) all += (all.empty() ? "" : ", ") + notice.text + " to " + notice.to;
    for (const auto& wanted : expect.notified) {
      const bool there = std::ranges::any_of(fresh, [&](const Notice& n) { return n.text + " to " + n.to == wanted; });
      if (!there) differ("expected the notification " + wanted + ", there were: " + shown(all));
    }
    if (!expect.counts) return;
    std::map<std::string, int> counts;
    for (const auto& notice : fresh) ++counts[notice.text];
    for (const auto& [text, count] : *expect.counts) {
      if (counts[text] != count)
        differ("expected " + std::to_string(count) + " × " + text + ", there were: " + shown(all));
    }
  }

 private:
  std::string place_;
  std::vector<std::string>& differences_;
};

class Walk {
 public:
  Walk(const Scenario& scenario, ScenarioDoor& door) : scenario_(scenario), door_(door) {}

  std::vector<std::string> run() {
    for (const auto& step : scenario_.steps) {
      door_.pass(step.at);
      const auto before = differences_.size();
      if (!step.act.does.empty() && !act(step)) break;
      if (step.expect) compare(step);
      if (differences_.size() > before && !step.expect) break;
    }
    return std::move(differences_);
  }

 private:
  [[nodiscard]] std::string place(const Step& step) const {
    return scenario_.file + ":" + std::to_string(step.expect ? step.expect->line : step.line) + " (" +
           local_text(step.at) + ")";
  }

  std::vector<std::int64_t> named(const Step& step) {
    std::vector<std::int64_t> out;
    for (const auto& name : step.tickets) {
      const auto it = tickets_.find(name);
      if (it == tickets_.end()) throw std::runtime_error(place(step) + ": no ticket has the name " + name);
      out.insert(out.end(), it->second.begin(), it->second.end());
    }
    return out;
  }

  /// False: the outcome was not the expected one, and nothing after it makes sense.
  bool act(const Step& step) {
    Comparison comparison(place(step), differences_);
    const auto before = differences_.size();
    const auto* expect = step.expect ? &*step.expect : nullptr;
    auto act = step.act;
    if (act.does == "create") {
      for (int i = 0; i < step.times; ++i) {
        const auto outcome = door_.act(step.who, act, {});
        comparison.refusal(expect, outcome);
        if (outcome)
          tickets_[step.tickets.front()].insert(tickets_[step.tickets.front()].end(), outcome->created.begin(),
                                                outcome->created.end());
      }
      return differences_.size() == before;
    }
    if (act.does == "goes" || act.does == "leave") {
      comparison.refusal(expect, door_.act(step.who, act, {}));
      return differences_.size() == before;
    }
    if (!act.other.empty()) {
      const auto it = tickets_.find(act.other);
      if (it == tickets_.end()) throw std::runtime_error(place(step) + ": no ticket has the name " + act.other);
      act.other = std::to_string(it->second.front());
    }
    const auto tickets = named(step);
    if (act.does == "bulk") {
      comparison.refusal(expect, door_.act(step.who, act, tickets));
    } else {
      for (const auto ticket : tickets) comparison.refusal(expect, door_.act(step.who, act, {ticket}));
    }
    return differences_.size() == before;
  }

  void compare(const Step& step) {
    const auto& expect = *step.expect;
    if (expect.refused && step.act.does == "create") return;
    for (const auto& name : step.tickets) {
      const auto it = tickets_.find(name);
      if (it == tickets_.end()) continue;
      for (const auto ticket : it->second) {
        Comparison comparison(place(step) + " " + name, differences_);
        comparison.ticket(expect, door_.look(ticket));
        const auto all = door_.notices(ticket);
        auto& told = told_[ticket];
        comparison.notices(expect, {all.begin() + static_cast<std::ptrdiff_t>(told), all.end()});
        told = all.size();
        if (differences_.size() > 20) return;
      }
    }
  }

  const Scenario& scenario_;
  ScenarioDoor& door_;
  std::map<std::string, std::vector<std::int64_t>> tickets_;
  std::map<std::int64_t, std::size_t> told_;  ///< notifications that earlier expectations have looked at
  std::vector<std::string> differences_;
};

}  // namespace

std::vector<std::string> run_scenario(const Scenario& scenario, const std::filesystem::path& root, ScenarioDoor& door) {
  door.open(root / scenario.desk, scenario);
  return Walk(scenario, door).run();
}

}  // namespace docket::tests
