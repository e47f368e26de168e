// SPDX-License-Identifier: Apache-2.0
#include "support/desk_fixture.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace docket::test {

using namespace domain;
using namespace std::chrono_literals;

std::vector<Candidate> FixedRoster::members(const std::string& team) const {
  std::vector<Candidate> out;
  for (const auto& [id, person] : people_) {
    if (std::ranges::find(person.teams, team) != person.teams.end()) out.push_back(person.candidate);
  }
  return out;
}

std::optional<UserId> FixedRoster::find_user(const std::string& login) const {
  for (const auto& [id, person] : people_) {
    if (person.candidate.login == login && person.candidate.active) return UserId{id};
  }
  return {};
}

Candidate& FixedRoster::add(std::int64_t id, const std::string& login, std::vector<std::string> teams, bool lead) {
  auto& person = people_[id];
  person.candidate.user = UserId{id};
  person.candidate.login = login;
  person.candidate.lead = lead;
  person.candidate.presence = Presence::online;
  person.teams = std::move(teams);
  return person.candidate;
}

Candidate& FixedRoster::person(std::int64_t id) {
  return people_.at(id).candidate;
}

std::vector<std::int64_t> FixedRoster::ids() const {
  std::vector<std::int64_t> out;
  for (const auto& [id, person] : people_) out.push_back(id);
  return out;
}

std::shared_ptr<const Definitions> FixedBundles::get(const std::string& digest) const {
  const auto found = bundles_.find(digest);
  if (found == bundles_.end()) throw std::runtime_error("no bundle " + digest);
  return found->second;
}

void FixedBundles::add(std::shared_ptr<const Definitions> definitions) {
  auto digest = definitions->digest;
  bundles_[std::move(digest)] = std::move(definitions);
}

Condition when(std::string field, Operator op, Value value) {
  Condition condition;
  condition.kind = Condition::Kind::test;
  condition.field = std::move(field);
  condition.op = op;
  condition.value = std::move(value);
  return condition;
}

Condition all_of(std::vector<Condition> children) {
  Condition condition;
  condition.kind = Condition::Kind::all;
  condition.children = std::move(children);
  return condition;
}

Condition any_of(std::vector<Condition> children) {
  Condition condition;
  condition.kind = Condition::Kind::any;
  condition.children = std::move(children);
  return condition;
}

Action notify(std::string text, std::vector<std::string> whom) {
  Action action;
  action.kind = ActionKind::notify;
  action.text = std::move(text);
  action.whom = std::move(whom);
  return action;
}

Action set_field(std::string field, Value value) {
  Action action;
  action.kind = ActionKind::set;
  action.field = std::move(field);
  action.value = std::move(value);
  return action;
}

Action move_by(std::string transition) {
  Action action;
  action.kind = ActionKind::move;
  action.transition = std::move(transition);
  return action;
}

Action assign_team(std::string team) {
  Action action;
  action.kind = ActionKind::assign;
  action.team = std::move(team);
  return action;
}

Action add_tag(std::string tag) {
  Action action;
  action.kind = ActionKind::tag;
  action.values = {std::move(tag)};
  return action;
}

namespace {

State state(std::string name, StateCategory category, Owner owner, std::optional<Duration> limit = {}) {
  State out;
  out.name = std::move(name);
  out.category = category;
  out.owner = std::move(owner);
  out.limit = limit;
  return out;
}

Transition step(std::string name, std::vector<std::string> from, std::string to) {
  Transition out;
  out.name = std::move(name);
  out.from = std::move(from);
  out.to = std::move(to);
  return out;
}

Workflow return_workflow() {
  using enum StateCategory;
  Workflow workflow;
  workflow.name = "return";
  workflow.initial = "applied";
  auto refunding = state("refunding", open, {OwnerKind::team, "finance"}, 24h);
  refunding.on_enter = {notify("refund_begun", {"assignee", "customer"})};
  auto calling_back = state("calling_back", pending, {OwnerKind::team, "support"}, 48h);
  calling_back.auto_moves = {{72h, "", "confirm"}};
  auto ended = state("resolved", resolved, {OwnerKind::nobody, ""});
  ended.auto_moves = {{7 * 24h, "", "close"}};
  workflow.states = {
      state("applied", new_, {OwnerKind::keep, ""}, 4h),
      state("inspecting", open, {OwnerKind::team, "quality"}, 8h),
      state("stock_check", open, {OwnerKind::visit, "warehouse"}, 4h),
      state("checked", open, {OwnerKind::back, ""}, 8h),
      state("approving", open, {OwnerKind::lead, ""}, 8h),
      std::move(refunding),
      std::move(calling_back),
      std::move(ended),
      state("closed", closed, {OwnerKind::nobody, ""}),
  };
  auto pass = step("pass", {"inspecting", "checked"}, "refunding");
  pass.require = {"amount"};
  pass.guard = when("field.amount", Operator::at_most, std::int64_t{5'000});
  auto submit = step("submit", {"inspecting", "checked"}, "approving");
  submit.require = {"amount"};
  auto approve = step("approve", {"approving"}, "refunding");
  approve.roles = {"lead"};
  auto refund = step("refund", {"refunding"}, "calling_back");
  refund.require = {"message"};
  refund.actions = {add_tag("refunded")};
  auto confirm = step("confirm", {"calling_back"}, "resolved");
  confirm.by = TransitionBy::both;
  auto reopen = step("reopen", {"resolved", "closed"}, "applied");
  reopen.by = TransitionBy::both;
  workflow.transitions = {
      step("inspect", {"applied"}, "inspecting"),
      step("ask_stock", {"inspecting"}, "stock_check"),
      step("stock_answered", {"stock_check"}, "checked"),
      std::move(pass),
      std::move(submit),
      std::move(approve),
      step("send_back", {"approving", "refunding"}, "inspecting"),
      std::move(refund),
      std::move(confirm),
      step("close", {"resolved"}, "closed"),
      step("cancel", {"applied", "inspecting"}, "closed"),
      std::move(reopen),
  };
  return workflow;
}

Form return_form() {
  Form form;
  form.name = "return";
  form.workflow = "return";
  Field order;
  order.name = "order";
  order.required = true;
  order.customer_visible = true;
  Field amount;
  amount.name = "amount";
  amount.kind = FieldKind::integer;
  amount.minimum = 0;
  amount.group = "money";
  Field reason;
  reason.name = "reason";
  reason.customer_visible = true;
  reason.initial = std::string{"unspecified"};
  form.fields = {std::move(order), std::move(amount), std::move(reason)};
  return form;
}

Calendar office() {
  CalendarSpec spec;
  spec.name = "office";
  spec.zone = "Asia/Shanghai";
  for (std::size_t day = 0; day < 5; ++day) spec.week[day] = {{9 * 60, 18 * 60}};
  return *Calendar::make(spec);
}

Condition in_work() {
  return when("category", Operator::not_in, std::vector<std::string>{"resolved", "closed"});
}

SlaPolicy policy(std::string name, Duration first, Duration whole) {
  SlaPolicy out;
  out.name = std::move(name);
  ClockPolicy first_response;
  first_response.name = "first_response";
  first_response.start = all_of({in_work(), when("first_replied", Operator::is, false)});
  first_response.pause = when("on_hold", Operator::is, true);
  first_response.goals = {{{}, first}};
  Warning half;
  half.name = "half";
  half.at_percent = 50;
  half.actions = {notify("late_soon", {"assignee"})};
  first_response.warnings = {std::move(half)};
  ClockPolicy resolution;
  resolution.name = "resolution";
  resolution.start = in_work();
  resolution.pause =
      any_of({when("on_hold", Operator::is, true), when("category", Operator::is, std::string{"pending"})});
  resolution.goals = {{{}, whole}};
  Warning late;
  late.name = "late";
  late.after = 1h;
  late.repeat = 2h;
  late.times = 2;
  Action escalate;
  escalate.kind = ActionKind::escalate;
  escalate.level = 1;
  late.actions = {notify("too_late", {"lead"}), std::move(escalate)};
  resolution.warnings = {std::move(late)};
  out.clocks = {std::move(first_response), std::move(resolution)};
  return out;
}

Rights rights_of(std::initializer_list<Right> list) {
  Rights rights;
  for (const auto right : list) rights.set(static_cast<std::size_t>(right));
  return rights;
}

}  // namespace

Definitions return_desk(const std::string& digest) {
  Definitions desk;
  desk.digest = digest;
  desk.desk.default_team = "support";
  desk.desk.default_calendar = "office";
  desk.desk.hold_reasons = {"customer_away", "parts"};
  desk.desk.regions = {"north", "south"};
  desk.calendars.emplace("office", office());
  desk.workflows["return"] = return_workflow();
  desk.forms["return"] = return_form();
  desk.form_order = {"return"};
  for (const auto* name : {"support", "quality", "finance", "warehouse"}) {
    Team team;
    team.name = name;
    desk.teams[name] = std::move(team);
  }
  auto vip = policy("vip", 30min, 8h);
  vip.when = when("customer.level", Operator::is, std::string{"vip"});
  desk.sla = {std::move(vip), policy("standard", 1h, 24h)};
  DispatchRule south;
  south.name = "south";
  south.when = when("region", Operator::is, std::string{"south"});
  south.team = "support";
  south.match_region = true;
  desk.dispatch = {std::move(south)};
  for (const auto* name : {"refund_begun", "late_soon", "too_late", "copied", "vip"}) {
    NotificationText text;
    text.name = name;
    desk.texts[name] = std::move(text);
  }
  Trigger vip_alert;
  vip_alert.name = "vip_alert";
  vip_alert.on = {"created"};
  vip_alert.when = when("customer.level", Operator::is, std::string{"vip"});
  vip_alert.actions = {set_field("priority", std::string{"urgent"}), notify("vip", {"lead"})};
  Trigger tell_copied;
  tell_copied.name = "tell_copied";
  tell_copied.on = {"watchers_changed"};
  tell_copied.when = when("copied", Operator::is_set);
  tell_copied.actions = {notify("copied", {"copied"})};
  desk.triggers = {std::move(vip_alert), std::move(tell_copied)};
  return desk;
}

Definitions with_more_types(Definitions desk) {
  using enum StateCategory;
  auto exchange = desk.forms.at("return");
  exchange.name = "exchange";
  Field model;
  model.name = "model";
  exchange.fields.back() = std::move(model);  // instead of the reason
  Form repair;
  repair.name = "repair";
  repair.workflow = "repair";
  Field order;
  order.name = "order";
  Field device;
  device.name = "device";
  device.required = true;
  repair.fields = {std::move(order), std::move(device)};
  Workflow workflow;
  workflow.name = "repair";
  workflow.initial = "received";
  auto received = state("received", new_, {OwnerKind::team, "warehouse"}, 6h);
  received.on_enter = {add_tag("received")};
  workflow.states = {std::move(received), state("fixing", open, {OwnerKind::keep, ""}, 8h),
                     state("fixed", resolved, {OwnerKind::nobody, ""}), state("over", closed, {OwnerKind::nobody, ""})};
  workflow.transitions = {step("fix", {"received"}, "fixing"), step("finish", {"fixing"}, "fixed"),
                          step("end", {"fixed"}, "over"), step("reopen", {"fixed", "over"}, "fixing")};
  desk.workflows["repair"] = std::move(workflow);
  desk.forms["exchange"] = std::move(exchange);
  desk.forms["repair"] = std::move(repair);
  desk.form_order = {"return", "exchange", "repair"};
  return desk;
}

FixedRoster return_roster() {
  FixedRoster roster;
  roster.add(1, "wang", {"support"}, true);
  roster.add(2, "li", {"support"});
  roster.add(3, "zhao", {"support"});
  roster.add(4, "chen", {"quality"}, true);
  roster.add(5, "liu", {"quality"});
  roster.add(6, "yang", {"finance"}, true);
  roster.add(7, "huang", {"finance"});
  roster.add(8, "zhou", {"warehouse"}, true);
  roster.add(9, "wu", {"warehouse"});
  return roster;
}

Principal agent(std::int64_t id, const std::string& login, const std::vector<std::string>& teams) {
  using enum Right;
  Principal principal;
  principal.actor = {ActorKind::user, id, login};
  principal.user = UserId{id};
  for (const auto& team : teams) {
    principal.team_rights[team] = rights_of({ticket_read, ticket_create, ticket_reply, ticket_note, ticket_edit,
                                             ticket_transition, ticket_take, ticket_hold});
    principal.team_roles[team] = {"agent"};
  }
  principal.views = {{TicketScope::team, teams, {}}};
  return principal;
}

Principal lead(std::int64_t id, const std::string& login, const std::vector<std::string>& teams) {
  auto principal = agent(id, login, teams);
  for (const auto& team : teams) {
    principal.team_rights[team] |= rights_of({Right::ticket_assign, Right::ticket_merge});
    principal.team_roles[team].emplace_back("lead");
  }
  return principal;
}

Principal customer(std::int64_t id) {
  using enum Right;
  Principal principal;
  principal.actor = {ActorKind::customer, id, "customer"};
  principal.customer = CustomerId{id};
  principal.rights = rights_of({ticket_read, ticket_create, ticket_reply, ticket_transition});
  principal.views = {{TicketScope::own, {}, {}}};
  return principal;
}

CreateTicket a_return(std::int64_t ticket_id) {
  CreateTicket command;
  command.id = TicketId{ticket_id};
  command.type = "return";
  command.subject = "退货";
  command.body = "收到的杯子碎了";
  command.customer.customer = CustomerId{100};
  command.fields = {{"order", std::string{"20260301"}}};
  return command;
}

}  // namespace docket::test
