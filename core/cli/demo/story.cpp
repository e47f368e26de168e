// SPDX-License-Identifier: Apache-2.0
#include "cli/demo/story.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "desk/command_ticket.hpp"
#include "desk/deliver.hpp"
#include "domain/ticket/form.hpp"

namespace docket::cli {
namespace {

using namespace std::chrono_literals;
using domain::FieldKind;
using domain::Principal;
using domain::Right;
using domain::StateCategory;
using domain::Ticket;

constexpr Duration demo_zone = 8h;  ///< the demo's people live in China
constexpr int most_moves = 12;

/// A customer as the portal would let one in.
Principal principal_of(const DemoCaller& caller) {
  Principal principal;
  principal.actor = {domain::ActorKind::customer, caller.id.value, caller.name};
  principal.customer = caller.id;
  principal.display_name = caller.name;
  for (const Right right : {Right::ticket_read, Right::ticket_create, Right::ticket_reply}) {
    principal.rights.set(static_cast<std::size_t>(right));
  }
  principal.views.push_back({domain::TicketScope::own, {}, {}});
  return principal;
}

/// The next instant at which an office works: weekdays from nine to six.
Time in_office(Time t) {
  for (;;) {
    const auto local = t + demo_zone;
    const auto day = std::chrono::floor<std::chrono::days>(local);
    const std::chrono::weekday weekday{day};
    const auto clock = local - day;
    if (weekday == std::chrono::Saturday || weekday == std::chrono::Sunday || clock >= 18h) {
      t = day + std::chrono::days{1} + 9h + 7min - demo_zone;
    } else if (clock < 9h) {
      t = day + 9h + 5min - demo_zone;
    } else {
      return t;
    }
  }
}

std::string digits(std::mt19937_64& random, int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text.push_back(static_cast<char>('0' + std::uniform_int_distribution<int>{0, 9}(random)));
  return text;
}

bool ended(StateCategory category) {
  return category == StateCategory::closed;
}

}  // namespace

Story::Story(desk::Database& database, const DemoTexts& texts, const DemoStaff& staff, const StoryOptions& options)
    : database_(database), texts_(texts), staff_(staff), options_(options), random_(options.seed) {}

Result<StoryReport> Story::tell() {
  auto active = desk::read_and_wait(
      database_, [](const desk::Reading& reading) -> Result<std::shared_ptr<const domain::Definitions>> {
        return reading.active;
      });
  if (!active) return std::unexpected(active.error());
  plan(**active);
  for (;;) {
    std::vector<Due> batch;
    while (batch.size() < options_.batch) {
      const auto due = next();
      if (!due) break;
      batch.push_back(*due);
    }
    if (batch.empty()) break;
    const auto done = desk::write_slice_and_wait(database_, [&](desk::Unit& unit) -> Result<void> {
      let_time_act(unit, batch.front().at);
      for (const Due& due : batch) step(unit, due);
      let_deliveries_arrive(unit, batch.back().at);
      return {};
    });
    if (!done) return std::unexpected(done.error());
    if (options_.progress) options_.progress(report_.tickets);
  }
  if (auto ended = let_rest_pass(); !ended) return std::unexpected(ended.error());
  return report_;
}

void Story::plan(const domain::Definitions& active) {
  for (std::size_t i = 0; i < texts_.tickets.size(); ++i) {
    if (active.forms.contains(texts_.tickets[i].type)) usable_.push_back(i);
  }
  if (usable_.empty()) return;
  std::shuffle(usable_.begin(), usable_.end(), random_);
  const auto span = std::chrono::duration<double>(options_.until - options_.from).count();
  arrivals_.resize(options_.tickets);
  for (Time& arrival : arrivals_) {
    // More of them lately: the desk grows, and its last days are the busiest.
    const double share = std::sqrt(std::uniform_real_distribution<double>{0, 1}(random_));
    Time at = options_.from + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(share * span));
    if (chance(0.85)) at = std::min(in_office(at) + std::chrono::minutes{pick(120)}, options_.until - 1min);
    arrival = at;
  }
  std::ranges::sort(arrivals_, std::greater<>{});
}

Story::Plot Story::begin(const domain::Definitions& active, std::size_t number) {
  Plot plot;
  plot.text = usable_[number % usable_.size()];
  plot.caller = pick(staff_.callers.size());
  plot.stops_after = chance(options_.stall_share) ? static_cast<int>(1 + pick(4)) : 1000;
  const DemoProduct& product = texts_.products[pick(texts_.products.size())];
  const DemoCity& city = texts_.cities[pick(texts_.cities.size())];
  const auto is_known = [](const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  if (is_known(active.desk.regions, city.region)) plot.region = city.region;
  if (is_known(active.desk.product_lines, product.line)) plot.product_line = product.line;
  plot.slots = {{"product", product.name},
                {"city", city.name},
                {"order", "YS20" + digits(random_, 8)},
                {"serial", "SN" + digits(random_, 8)},
                {"amount", std::to_string(60 + 10 * pick(290))}};
  return plot;
}

std::optional<Story::Due> Story::next() {
  if (!arrivals_.empty() && (future_.empty() || arrivals_.back() <= future_.top().at)) {
    const Due due{arrivals_.back(), begun_++};
    arrivals_.pop_back();
    return due;
  }
  if (future_.empty()) return {};
  const Due due = future_.top();
  future_.pop();
  return due;
}

void Story::let_time_act(desk::Unit& unit, Time until) {
  while (let_one_moment_act(unit, until)) {
  }
}

bool Story::let_one_moment_act(desk::Unit& unit, Time until) {
  constexpr int most = 200;
  const auto due = unit.tickets.next_due();
  if (!due || *due > until) return false;
  unit.now = *due;
  return desk::pass_time(unit, most) > 0;
}

Result<void> Story::let_rest_pass() {
  constexpr int moments_a_slice = 32;
  for (bool more = true; more;) {
    const auto done = desk::write_slice_and_wait(database_, [&](desk::Unit& unit) -> Result<bool> {
      int moments = 0;
      while (moments < moments_a_slice && let_one_moment_act(unit, options_.until)) ++moments;
      let_deliveries_arrive(unit, options_.until);
      return moments == moments_a_slice;
    });
    if (!done) return std::unexpected(done.error());
    more = *done;
  }
  return {};
}

void Story::let_deliveries_arrive(desk::Unit& unit, Time until) {
  constexpr int most = 1000;
  desk::TryOutcome arrived;
  arrived.kind = desk::TryOutcome::Kind::delivered;
  desk::LaneRules rules;
  rules.keeps_story = false;
  for (const auto& destination : unit.outbox.destinations_due(until)) {
    for (auto due = unit.outbox.due(destination, until, most); !due.empty();
         due = unit.outbox.due(destination, until, most)) {
      for (const auto& delivery : due) {
        unit.now = delivery.created_at;
        desk::record_try(unit, delivery, arrived, 0, rules);
      }
    }
  }
}

void Story::step(desk::Unit& unit, const Due& due) {
  auto at = plots_.find(due.plot);
  if (at == plots_.end()) at = plots_.emplace(due.plot, begin(*unit.active, due.plot)).first;
  if (!go_on(unit, at->second, due)) plots_.erase(at);
}

bool Story::go_on(desk::Unit& unit, Plot& plot, const Due& due) {
  unit.now = due.at;
  ++plot.steps;
  if (!plot.ticket) {
    create(unit, plot);
    if (!plot.ticket) return false;
  } else {
    const auto ticket = unit.tickets.load(plot.ticket);
    if (!ticket || ended(ticket->category) || plot.moves >= most_moves) return false;
    const bool more_to_say = options_.messages && plot.said < texts_.tickets[plot.text].then.size();
    if (more_to_say && chance(0.6)) {
      say(unit, plot, *ticket);
    } else {
      move(unit, plot, *ticket);
    }
  }
  const Time then = later(due.at, 10min, chance(0.2) ? Duration{26h} : Duration{4h});
  if (then >= options_.until) return false;
  if (plot.steps < plot.stops_after) {
    future_.push({then, due.plot});
    return true;
  }
  if (options_.messages && chance(0.5)) urge(unit, plot);
  return false;
}

void Story::create(desk::Unit& unit, Plot& plot) {
  const DemoTicket& text = texts_.tickets[plot.text];
  const domain::Form& form = unit.active->forms.at(text.type);
  domain::CreateTicket wish;
  wish.type = text.type;
  wish.subject = fill(plot, text.subject);
  wish.body = fill(plot, text.body);
  wish.channel = text.channel;
  wish.customer.customer = staff_.callers[plot.caller].id;
  wish.region = plot.region;
  wish.product_line = plot.product_line;
  if (chance(0.15)) wish.priority = chance(0.7) ? domain::Priority::high : domain::Priority::urgent;
  for (const domain::Field& field : form.fields) {
    if (field.required) wish.fields[field.name] = value_for(form, field, plot);
  }
  const bool by_customer = form.customer_may_create && text.channel != "phone" && !wish.priority;
  const auto made = desk::create_ticket(unit, by_customer ? principal_of(staff_.callers[plot.caller]) : staff_.admin,
                                        std::move(wish));
  if (!made) return note(made.error());
  plot.ticket = made->ticket.id;
  ++report_.tickets;
}

const Principal& Story::handler_of(const Ticket& ticket) const {
  const auto found = std::find_if(staff_.agents.begin(), staff_.agents.end(), [&](const Principal& agent) {
    return ticket.assignee && agent.user == ticket.assignee;
  });
  return found == staff_.agents.end() ? staff_.admin : *found;
}

void Story::say(desk::Unit& unit, Plot& plot, const Ticket& ticket) {
  const auto& line = texts_.tickets[plot.text].then[plot.said++];
  domain::AddMessage message;
  message.body = fill(plot, line[1]);
  const bool customer = line[0] == "customer";
  message.kind = customer            ? domain::MessageKind::customer
                 : line[0] == "note" ? domain::MessageKind::note
                                     : domain::MessageKind::reply;
  const auto said = desk::command_ticket(
      unit, customer ? principal_of(staff_.callers[plot.caller]) : handler_of(ticket), plot.ticket, {}, message);
  if (!said) return note(said.error());
  ++report_.messages;
}

/// Nobody goes on with it, and the customer notices.
void Story::urge(desk::Unit& unit, Plot& plot) {
  const auto ticket = unit.tickets.load(plot.ticket);
  if (!ticket || ticket->category == StateCategory::resolved || ended(ticket->category)) return;
  const auto urged = desk::command_ticket(unit, principal_of(staff_.callers[plot.caller]), plot.ticket, {},
                                          domain::UrgeTicket{texts_.urges[pick(texts_.urges.size())]});
  if (!urged) note(urged.error());
}

void Story::move(desk::Unit& unit, Plot& plot, const Ticket& ticket) {
  ++plot.moves;
  // Whoever has it; and where that takes somebody else, as for an amount, the one who may do everything.
  auto moved = try_move(unit, plot, ticket, handler_of(ticket));
  if (!moved || !*moved) moved = try_move(unit, plot, ticket, staff_.admin);
  if (!moved) note(moved.error());
}

const std::map<std::string, int>& Story::ways_out(const domain::Workflow& workflow, const std::string& bundle) {
  auto& steps = ways_out_[{bundle, workflow.name}];
  if (!steps.empty()) return steps;
  constexpr int far = 1000;
  for (const auto& state : workflow.states) steps[state.name] = ended(state.category) ? 0 : far;
  for (bool nearer = true; nearer;) {
    nearer = false;
    for (const auto& transition : workflow.transitions) {
      const int way = steps[transition.to] + 1;
      for (const auto& from : transition.from) {
        if (way >= steps[from]) continue;
        steps[from] = way;
        nearer = true;
      }
    }
  }
  return steps;
}

const domain::Transition& Story::choose(const std::vector<const domain::Transition*>& allowed,
                                        const domain::Workflow& workflow, const std::string& bundle) {
  if (!options_.messages) {
    const auto& steps = ways_out(workflow, bundle);
    return **std::ranges::min_element(allowed, {}, [&](const auto* step) { return steps.at(step->to); });
  }
  // Mostly onwards, as the workflow's author wrote it; a cancellation or a step back now and then.
  return *(chance(0.75) ? allowed.front() : allowed[pick(allowed.size())]);
}

Result<bool> Story::try_move(desk::Unit& unit, const Plot& plot, const Ticket& ticket, const Principal& by) {
  const auto pinned = unit.source.get(ticket.workflow_bundle);
  const domain::Workflow& workflow = pinned->workflows.at(ticket.workflow);
  const auto allowed = domain::allowed_transitions(ticket, by, workflow, *unit.active, unit.now);
  if (allowed.empty()) return false;
  const domain::Transition* chosen = &choose(allowed, workflow, ticket.workflow_bundle);
  domain::MoveTicket wish;
  wish.transition = chosen->name;
  const domain::Form& form = unit.active->forms.at(ticket.type);
  // Of some choices a guard takes only a few: another try makes another choice.
  constexpr int most_tries = 8;
  for (int tries = 1;; ++tries) {
    for (const std::string& name : chosen->require) {
      if (name == "message") {
        wish.message = "已处理，转下一步。";
      } else if (const domain::Field* field = form.find_field(name)) {
        wish.fields[name] = value_for(form, *field, plot);
      }
    }
    const auto moved = desk::command_ticket(unit, by, plot.ticket, {}, wish);
    if (moved) break;
    if (tries == most_tries || moved.error().code != ErrorCode::transition_not_allowed)
      return std::unexpected(moved.error());
  }
  ++report_.moves;
  return true;
}

domain::Value Story::value_for(const domain::Form& form, const domain::Field& field, const Plot& plot) {
  const auto slot = [&](const char* name) { return domain::Value{plot.slots.at(name)}; };
  const auto local_day = std::chrono::floor<std::chrono::days>(options_.until + demo_zone);
  std::vector<domain::Value> candidates;
  switch (field.kind) {
    case FieldKind::boolean:
      candidates = {true};
      break;
    case FieldKind::integer:
      candidates = {std::int64_t{1}, static_cast<std::int64_t>(field.minimum.value_or(1))};
      break;
    case FieldKind::number:
      candidates = {std::stod(plot.slots.at("amount")), field.minimum.value_or(1.0), field.maximum.value_or(1.0)};
      break;
    case FieldKind::choice:
      if (!field.choices.empty()) candidates = {field.choices[pick(field.choices.size())].name};
      break;
    case FieldKind::choices:
      if (!field.choices.empty())
        candidates = {std::vector<std::string>{field.choices[pick(field.choices.size())].name}};
      break;
    case FieldKind::date:
      candidates = {to_rfc3339(local_day).substr(0, 10)};
      break;
    case FieldKind::instant:
      candidates = {to_rfc3339(options_.until)};
      break;
    case FieldKind::phone:
      candidates = {"13800000000", "+86 138 0000 0000"};
      break;
    case FieldKind::email:
      candidates = {"customer@example.com"};
      break;
    case FieldKind::text:
    case FieldKind::long_text:
      if (field.name.find("serial") != std::string::npos) {
        candidates = {slot("serial")};
      } else if (field.name.find("product") != std::string::npos) {
        candidates = {slot("product")};
      } else if (field.name.find("address") != std::string::npos) {
        candidates = {plot.slots.at("city") + "市中山路 18 号"};
      }
      for (const char* name : {"order", "serial", "amount", "product"}) candidates.push_back(slot(name));
      break;
  }
  for (domain::Value& candidate : candidates) {
    if (domain::check_fields(form, {{field.name, candidate}}, false, "")) return std::move(candidate);
  }
  return candidates.empty() ? domain::Value{} : candidates.front();
}

std::string Story::fill(const Plot& plot, std::string text) const {
  for (const auto& [name, value] : plot.slots) {
    const std::string mark = "{" + name + "}";
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size()))
      text.replace(at, mark.size(), value);
  }
  return text;
}

Time Story::later(Time t, Duration least, Duration most) {
  return in_office(t + Duration{std::uniform_int_distribution<Duration::rep>{least.count(), most.count()}(random_)});
}

void Story::note(const Error& error) {
  ++report_.refused;
  if (!report_.first_refusal.empty()) return;
  report_.first_refusal = error.detail;
  for (const FieldError& field : error.fields) report_.first_refusal += " " + field.pointer + ": " + field.message;
}

}  // namespace docket::cli
