// SPDX-License-Identifier: Apache-2.0
#include "definition/simulate.hpp"

#include <algorithm>
#include <set>

#include "definition/scalar.hpp"
#include "definition/simulated_people.hpp"
#include "definition/simulated_story.hpp"
#include "definition/validate.hpp"
#include "domain/ticket/decide.hpp"
#include "domain/ticket/sample_value.hpp"

namespace docket::definition {
namespace {

using namespace domain;

constexpr Duration wait_outside = std::chrono::hours{4};  ///< how long a made-up customer takes where no limit counts
constexpr std::size_t most_steps = 200;
constexpr Duration longest = std::chrono::hours{24 * 400};
constexpr std::size_t most_lines = 5'000;

/// Text from the command line as the field wants it; the form checks the rest.
Value typed(const Field& field, const std::string& text) {
  if (field.kind == FieldKind::integer) {
    if (const auto number = parse_integer(text)) return *number;
  } else if (field.kind == FieldKind::number) {
    if (const auto number = parse_number(text)) return *number;
  } else if (field.kind == FieldKind::boolean) {
    if (const auto yes = parse_boolean(text)) return *yes;
  } else if (field.kind == FieldKind::choices) {
    return std::vector<std::string>{text};
  } else if (field.kind == FieldKind::instant) {
    if (const auto time = from_rfc3339(text)) return std::int64_t{time->time_since_epoch().count()};
  }
  return text;
}

/// Values of fields with which the tests of a guard hold, as far as they are about fields.
void satisfy(const Condition& condition, Fields& fields) {
  if (condition.kind == Condition::Kind::all) {
    for (const auto& child : condition.children) satisfy(child, fields);
  } else if (condition.kind == Condition::Kind::any && !condition.children.empty()) {
    satisfy(condition.children[0], fields);
  } else if (condition.kind == Condition::Kind::test && condition.field.starts_with("field.")) {
    auto& value = fields[condition.field.substr(6)];
    const auto shifted = [&](std::int64_t by) -> Value {
      if (const auto* whole = std::get_if<std::int64_t>(&condition.value)) return *whole + by;
      if (const auto* number = std::get_if<double>(&condition.value)) return *number + static_cast<double>(by);
      return condition.value;
    };
    if (condition.op == Operator::is || condition.op == Operator::at_least || condition.op == Operator::at_most)
      value = condition.value;
    if (condition.op == Operator::greater) value = shifted(1);
    if (condition.op == Operator::less) value = shifted(-1);
    if (condition.op == Operator::in) value = std::get<std::vector<std::string>>(condition.value).at(0);
  }
}

/// One walk. Throws nothing of its own; the engine's refusal ends it.
class Walk {
 public:
  Walk(std::shared_ptr<const Definitions> definitions, const SimulationRequest& request, const Form& form,
       const Workflow& workflow)
      : definitions_(definitions),
        request_(request),
        form_(form),
        workflow_(workflow),
        bundles_(definitions),
        people_(*definitions),
        principal_(system_principal("simulation")),
        now_(request.start) {}

  Simulation run() {
    out_.zone = definitions_->desk.zone;
    if (create()) {
      for (const auto& name : request_.steps.empty() ? usual_way() : request_.steps) {
        if (!step(name)) return std::move(out_);
      }
      if (ticket_.category != StateCategory::closed) pass_time(now_ + longest);
    }
    out_.ended = ticket_.category == StateCategory::closed || ticket_.category == StateCategory::resolved;
    return std::move(out_);
  }

 private:
  Context context() const {
    return {.now = now_, .principal = &principal_, .active = definitions_, .bundles = &bundles_, .roster = &people_};
  }

  void say(Said text, int depth) {
    if (out_.lines.size() < most_lines) out_.lines.push_back({now_, std::move(text.en), std::move(text.zh), depth});
  }

  bool take(Result<Decision> decision, const Said& what) {
    if (!decision) {
      const auto& error = decision.error();
      Said text{"can not " + what.en + ": " + error.detail,
                "无法" + what.zh + "：" + error.said().in(Language::zh)};
      for (const auto& field : error.fields) {
        text.en += " (" + field.pointer + ": " + field.message + ")";
        text.zh += "（" + field.pointer + "：" + field.said().in(Language::zh) + "）";
      }
      say(std::move(text), 0);
      return false;
    }
    for (const auto& event : decision->events) {
      if (auto told = tell(event, workflow_, people_); !told.text.empty()) say(std::move(told.text), told.depth);
    }
    ticket_ = std::move(decision->ticket);
    people_.count(ticket_);
    return true;
  }

  bool create() {
    CreateTicket command;
    command.id = TicketId{1};
    command.type = form_.name;
    command.subject = request_.subject;
    command.body = request_.body;
    command.priority = request_.priority;
    command.channel = "simulation";
    command.customer.level = request_.customer_level;
    command.customer.customer = CustomerId{1};
    command.region = request_.region;
    command.product_line = request_.product_line;
    for (const auto& field : form_.fields) {
      if (const auto given = request_.fields.find(field.name); given != request_.fields.end()) {
        command.fields[field.name] = typed(field, given->second);
      } else if (field.required && std::holds_alternative<std::monostate>(field.initial)) {
        command.fields[field.name] = sample_value(field, now_);
      }
    }
    return take(decide(nullptr, command, context()), {"create the ticket", "新建工单"});
  }

  /// Everything that time does until then.
  void pass_time(Time until) {
    while (ticket_.category != StateCategory::closed && out_.lines.size() < most_lines) {
      const auto due = next_timer(ticket_, *definitions_, *definitions_);
      if (!due || due->at > until) break;
      const auto before = ticket_.version;
      now_ = std::max(now_, due->at);
      if (!take(decide(&ticket_, PassTime{}, context()), {"let time pass", "让时间继续"}) || ticket_.version == before)
        break;
    }
  }

  bool step(const std::string& name) {
    const auto* state = workflow_.find_state(ticket_.state);
    Time at = now_ + wait_outside;
    if (state != nullptr && state->limit) {
      const auto share = *state->limit * request_.pace / 100;
      at = definitions_->calendar(state->calendar).add(now_, share).value_or(at);
    }
    pass_time(at);
    now_ = std::max(now_, at);
    const auto* transition = workflow_.find_transition(name, ticket_.state);
    MoveTicket command;
    command.transition = name;
    if (transition != nullptr) {
      command.fields = fields_for(*transition);
      // Whoever makes the first step also answers the customer.
      const bool answers = !ticket_.first_replied_at;
      const bool text = std::ranges::find(transition->require, "message") != transition->require.end();
      if (text || answers) command.message = "示例";
      command.reply = answers;
    }
    return take(decide(&ticket_, command, context()), {"make the step " + name, "执行流转 " + name});
  }

  Fields fields_for(const Transition& transition) const {
    Fields out;
    for (const auto& name : transition.require) {
      const auto* field = form_.find_field(name);
      if (field != nullptr) out[name] = sample_value(*field, now_);
    }
    satisfy(transition.guard, out);
    for (const auto& [name, text] : request_.fields) out.erase(name);  // given at creation
    std::erase_if(out, [&](const auto& entry) {
      return ticket_.fields.contains(entry.first) && !guarded(transition.guard, entry.first);
    });
    return out;
  }

  static bool guarded(const Condition& condition, const std::string& field) {
    return condition.field == "field." + field ||
           std::ranges::any_of(condition.children, [&](const Condition& child) { return guarded(child, field); });
  }

  /// The way that the author of the workflow wrote down first: from each state the first transition to a new one, where
  /// people work or the ticket ends; waiting only where nothing else leads on.
  std::vector<std::string> usual_way() const {
    std::vector<std::string> out;
    std::set<std::string> seen{workflow_.initial};
    std::string at = workflow_.initial;
    while (out.size() < most_steps) {
      const Transition* chosen = nullptr;
      for (const auto* transition : workflow_.transitions_from(at)) {
        if (seen.contains(transition->to)) continue;
        const bool waits = workflow_.find_state(transition->to)->category == StateCategory::pending;
        if (!waits) {
          chosen = transition;
          break;
        }
        if (chosen == nullptr) chosen = transition;
      }
      if (chosen == nullptr) break;
      out.push_back(chosen->name);
      at = chosen->to;
      seen.insert(at);
    }
    return out;
  }

  std::shared_ptr<const Definitions> definitions_;
  const SimulationRequest& request_;
  const Form& form_;
  const Workflow& workflow_;
  OneBundle bundles_;
  SimulatedPeople people_;
  Principal principal_;
  Time now_;
  Ticket ticket_{};
  Simulation out_{};
};

std::vector<std::string> form_names(const Definitions& definitions) {
  std::vector<std::string> out;
  for (const auto& [name, form] : definitions.forms) out.push_back(name);
  return out;
}

/// The sentence, and the word that was perhaps meant.
Said with_meant(Said said, std::string_view word, const std::vector<std::string>& known) {
  const auto found = nearest_of(word, known);
  if (found.empty()) return said;
  return {said.en + "; did you mean `" + found + "`?", said.zh + "，是否想写 `" + found + "`？"};
}

Result<void> check_request(const SimulationRequest& request, const Form& form, const Workflow& workflow) {
  std::vector<std::string> transitions, fields;
  for (const auto& transition : workflow.transitions) transitions.push_back(transition.name);
  for (const auto& field : form.fields) fields.push_back(field.name);
  if (request.pace < 1 || request.pace > 1000)
    return fail_field("/pace", {"The pace is a share from 1 to 1000 percent.", "pace 是 1 到 1000 的百分比。"});
  if (request.steps.size() > most_steps) return fail_field("/steps", {"At most 200 steps.", "最多 200 步。"});
  for (const auto& name : request.steps) {
    if (std::ranges::find(transitions, name) == transitions.end()) {
      return fail_field("/steps", with_meant({"The workflow `" + workflow.name + "` has no step `" + name + "`",
                                              "流程 `" + workflow.name + "` 没有流转 `" + name + "`"},
                                             name, transitions));
    }
  }
  for (const auto& [name, text] : request.fields) {
    if (form.find_field(name) == nullptr) {
      return fail_field("/fields/" + name, with_meant({"The form `" + form.name + "` has no field `" + name + "`",
                                                       "表单 `" + form.name + "` 没有字段 `" + name + "`"},
                                                      name, fields));
    }
  }
  return {};
}

}  // namespace

Result<Simulation> simulate(std::shared_ptr<const Definitions> definitions, const SimulationRequest& request) {
  const auto& forms = definitions->forms;
  if (forms.empty()) return fail(ErrorCode::invalid_definition, {"The desk has no form.", "服务台没有表单。"});
  const auto form = request.type.empty() ? forms.begin() : forms.find(request.type);
  if (form == forms.end()) {
    return fail_field("/type",
                      with_meant({"There is no form `" + request.type + "`", "没有表单 `" + request.type + "`"},
                                 request.type, form_names(*definitions)));
  }
  const auto& workflow = definitions->workflows.at(form->second.workflow);
  if (auto good = check_request(request, form->second, workflow); !good)
    return std::unexpected(std::move(good.error()));
  return Walk(definitions, request, form->second, workflow).run();
}

}  // namespace docket::definition
