// SPDX-License-Identifier: Apache-2.0
#include "domain/backtest/replay.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/both.hpp"
#include "domain/ticket/sample_value.hpp"

namespace docket::domain {
namespace {

constexpr Duration look_again = std::chrono::minutes{15};  ///< how often what waits is given out because of the hour
constexpr int at_a_look = 20;
constexpr int when_freed = 5;
constexpr int most_repairs = 3;
constexpr int most_timers = 10'000;  ///< of one ticket between two acts; beyond that time moves it in a circle
constexpr int steps_unasked = 256;

/// Who acted, with every right: which rights somebody held then is not known.
Principal actor_then(const Actor& actor) {
  auto principal = system_principal(actor.name);
  principal.actor = actor;
  if (actor.kind == ActorKind::user) principal.user = UserId{actor.id};
  if (actor.kind == ActorKind::customer) principal.customer = CustomerId{actor.id};
  return principal;
}

/// What was done, as a person calls it.
struct ActName {
  const Ticket* ticket;
  Said operator()(const CreateTicket& c) const { return both("ticket of type {}", "新建工单 {}", c.type); }
  Said operator()(const MoveTicket& c) const {
    return both("step {} of {} from {}", "流转 {1}/{0}（从节点 {2}）", c.transition, ticket->workflow, ticket->state);
  }
  Said operator()(const ReopenTicket&) const { return both("reopening in {}", "重开（流程 {}）", ticket->workflow); }
  Said operator()(const ChangeType& c) const { return both("type {} to {}", "类型 {} 改为 {}", ticket->type, c.type); }
  Said operator()(const RunMacro& c) const { return both("macro {}", "宏 {}", c.name); }
  Said operator()(const AssignTicket& c) const { return both("hand-over to {}", "转给 {}", c.team); }
  Said operator()(const HoldTicket&) const { return {"hold", "挂起"}; }
  Said operator()(const MergeTicket&) const { return {"merge into another ticket", "并入另一张工单"}; }
  Said operator()(const SetFields&) const { return both("change of fields of {}", "修改字段（{}）", ticket->type); }
  Said operator()(const AddMessage& c) const {
    if (c.kind == MessageKind::customer)
      return both("message of a customer in {}/{}", "客户来信（{}/{}）", ticket->workflow, ticket->state);
    return both("message in {}/{}", "回复或备注（{}/{}）", ticket->workflow, ticket->state);
  }
  template <class C>
  Said operator()(const C&) const { return {"another act", "其他操作"}; }
};

Said name_of(const TicketCommand& command, const Ticket* ticket) {
  return std::visit(ActName{ticket}, command);
}

/// How a ticket goes on after this is not known when it could not be done.
bool leads_on(const TicketCommand& command) {
  return std::holds_alternative<CreateTicket>(command) || std::holds_alternative<MoveTicket>(command) ||
         std::holds_alternative<ReopenTicket>(command) || std::holds_alternative<ChangeType>(command) ||
         std::holds_alternative<RunMacro>(command) || std::holds_alternative<HoldTicket>(command) ||
         std::holds_alternative<MergeTicket>(command);
}

/// Who would not have been asked to take it has not taken it: dispatch is told elsewhere.
bool goes_unsaid(const TicketCommand& command) {
  return std::holds_alternative<TakeTicket>(command);
}

Said told(const FieldError& field) {
  return {field.pointer + ": " + field.message, field.pointer + "：" + field.said().in(Language::zh)};
}

Said told(const Error& error) {
  if (error.fields.empty()) return {error.detail, error.said().in(Language::zh)};
  Said out;
  for (const auto& field : error.fields) {
    const auto one = told(field);
    out.en += (out.en.empty() ? "" : "; ") + one.en;
    out.zh += (out.zh.empty() ? "" : "；") + one.zh;
  }
  return out;
}

Fields* fields_in(TicketCommand& command) {
  if (auto* create = std::get_if<CreateTicket>(&command)) return &create->fields;
  if (auto* move = std::get_if<MoveTicket>(&command)) return &move->fields;
  if (auto* change = std::get_if<ChangeType>(&command)) return &change->fields;
  if (auto* set = std::get_if<SetFields>(&command)) return &set->change.fields;
  return nullptr;
}

enum class Mended { no, given, left_out };

/// Leaves out what is not taken any more, and gives what is asked for, with made-up values.
Mended mend(TicketCommand& command, const FieldError& wrong, const Form* form, const DeskSettings& desk, Time now) {
  const std::string_view pointer = wrong.pointer;
  if (auto* move = std::get_if<MoveTicket>(&command); move != nullptr && pointer == "/message") {
    if (!move->message.empty()) return Mended::no;
    move->message = "…";
    return Mended::given;
  }
  if (auto* hold = std::get_if<HoldTicket>(&command); hold != nullptr && pointer == "/reason") {
    if (desk.hold_reasons.empty()) return Mended::no;
    hold->reason = desk.hold_reasons.front();
    return Mended::left_out;
  }
  const auto clear = [](auto& value) { return std::exchange(value, {}) != std::remove_cvref_t<decltype(value)>{}; };
  if (auto* create = std::get_if<CreateTicket>(&command); create != nullptr && pointer == "/product_line")
    return clear(create->product_line) ? Mended::left_out : Mended::no;
  if (auto* set = std::get_if<SetFields>(&command)) {
    if (pointer == "/region") return clear(set->change.region) ? Mended::left_out : Mended::no;
    if (pointer == "/product_line") return clear(set->change.product_line) ? Mended::left_out : Mended::no;
  }
  constexpr std::string_view prefix = "/fields/";
  auto* fields = fields_in(command);
  if (fields == nullptr || form == nullptr || !pointer.starts_with(prefix)) return Mended::no;
  const std::string name(pointer.substr(prefix.size()));
  if (fields->erase(name) > 0) return Mended::left_out;
  const auto* field = form->find_field(name);
  if (field == nullptr) return Mended::no;
  auto value = sample_value(*field, now);
  if (std::holds_alternative<std::monostate>(value)) return Mended::no;
  (*fields)[name] = std::move(value);
  return Mended::given;
}

bool works(const Ticket& ticket) {
  return ticket.category != StateCategory::resolved && ticket.category != StateCategory::closed;
}

}  // namespace

/// One ticket in the world.
struct Replay::Live {
  std::shared_ptr<const PastTicket> past;
  std::size_t next = 0;  ///< act that comes next
  std::optional<Ticket> ticket{};
  std::optional<Time> timer{};
  int timers = 0;  ///< since the last act
  Replayed told{};

  [[nodiscard]] std::optional<Time> act_at() const {
    return next < past->acts.size() ? std::optional{past->acts[next].at} : std::nullopt;
  }
  [[nodiscard]] std::optional<Time> due() const {
    const auto act = act_at();
    if (!timer) return act;
    return act ? std::min(*act, *timer) : *timer;
  }
  void note_ending() {
    if (ticket) told.ending = {ticket->workflow, ticket->state, ticket->priority, ticket->tags, ticket->fields};
  }
};

/// Those who work here now, by the shifts of then, with the loads of this replay.
class Replay::RosterThen final : public Roster {
 public:
  explicit RosterThen(const Replay& replay) : replay_(replay) {}

  [[nodiscard]] std::vector<Candidate> members(const std::string& team) const override {
    const auto& definitions = *replay_.definitions_;
    const auto known = definitions.teams.find(team);
    if (known == definitions.teams.end()) return {};
    const bool at_work = definitions.calendar(known->second.calendar).is_working(replay_.now_);
    auto out = replay_.people_.members(known->second, at_work, replay_.now_);
    for (auto& candidate : out) {
      const auto load = replay_.loads_.find(candidate.user);
      candidate.load = load == replay_.loads_.end() ? 0 : load->second;
      const auto last = replay_.last_assigned_.find(candidate.user);
      if (last != replay_.last_assigned_.end()) candidate.last_assigned_at = last->second;
    }
    return out;
  }
  [[nodiscard]] std::optional<UserId> find_user(const std::string& login) const override {
    return replay_.people_.find_user(login);
  }

 private:
  const Replay& replay_;
};

Replay::Replay(std::shared_ptr<const Definitions> definitions, const PastPeople& people)
    : definitions_(definitions),
      bundles_(std::move(definitions)),
      roster_(std::make_unique<RosterThen>(*this)),
      people_(people) {}
Replay::~Replay() = default;

void Replay::add(std::shared_ptr<const PastTicket> past) {
  const auto id = past->id;
  Live live;
  live.told.past = past;
  live.past = std::move(past);
  arm(live_.insert_or_assign(id, std::move(live)).first->second);
}

bool Replay::run(Time until, const std::function<bool()>& go_on) {
  for (int steps = 1;; ++steps) {
    if (steps % steps_unasked == 0 && !go_on()) return false;
    const bool look = !waiting_.empty();
    const auto ticket_at = due_.empty() ? Time::max() : due_.top().first;
    const auto at = look ? std::min(ticket_at, next_look_) : ticket_at;
    if (at >= until) break;
    now_ = std::max(now_, at);
    if (look && next_look_ <= ticket_at) {
      give_out_all();
      next_look_ = now_ + look_again;
      continue;
    }
    const auto [due, id] = due_.top();
    due_.pop();
    const auto found = live_.find(id);
    // What was put off or is over left its place in the queue behind.
    if (found != live_.end() && found->second.due() == due) happen(found->second);
  }
  if (waiting_.empty()) next_look_ = until;
  now_ = std::max(now_, until);
  return true;
}

std::vector<Replayed> Replay::take_ended() {
  return std::exchange(ended_, {});
}

std::vector<Replayed> Replay::take_rest() {
  auto out = take_ended();
  for (auto& [id, live] : live_) {
    live.note_ending();
    out.push_back(std::move(live.told));
  }
  live_.clear();
  return out;
}

void Replay::arm(Live& live) {
  if (const auto at = live.due()) {
    due_.emplace(*at, live.past->id);
  } else if (!live.ticket || !live.ticket->waiting) {
    end(live);  // whoever has it keeps it: it is part of their load to the end
  }
}

void Replay::happen(Live& live) {
  const auto act_at = live.act_at();
  if (live.timer && (!act_at || *live.timer <= *act_at)) {
    pass_time(live);
  } else {
    act(live);
  }
}

Result<Decision> Replay::decide_then(const Live& live, const TicketCommand& command, const Principal& principal) const {
  const Context context{
      .now = now_, .principal = &principal, .active = definitions_, .bundles = &bundles_, .roster = roster_.get()};
  try {
    return decide(live.ticket ? &*live.ticket : nullptr, command, context);
  } catch (const std::exception& failure) {  // a rule that can not decide, as on a served desk
    return fail(ErrorCode::conflict, {failure.what()});
  }
}

Result<Decision> Replay::decide_mended(Live& live, TicketCommand& command, const Principal& principal, const Said& name) {
  const auto form = [&]() -> const Form* {
    const auto* create = std::get_if<CreateTicket>(&command);
    const auto* change = std::get_if<ChangeType>(&command);
    const auto& type = create != nullptr ? create->type : change != nullptr ? change->type : live.ticket->type;
    const auto found = definitions_->forms.find(type);
    return found == definitions_->forms.end() ? nullptr : &found->second;
  };
  std::map<std::string, FieldError> first;  // what was said of each place before anything was mended
  std::vector<Objection> asked, dropped;
  auto decision = decide_then(live, command, principal);
  for (int round = 0; !decision && round < most_repairs; ++round) {
    const auto wrong = decision.error().fields;
    bool mended = !wrong.empty();
    for (const auto& field : wrong) {
      const auto& said = first.try_emplace(field.pointer, field).first->second;
      const auto how = mend(command, field, form(), definitions_->desk, now_);
      mended = mended && how != Mended::no;
      if (how == Mended::given) asked.push_back({name, told(said)});
      if (how == Mended::left_out) dropped.push_back({name, told(said)});
    }
    if (!mended) break;
    decision = decide_then(live, command, principal);
  }
  if (!decision) {
    // What is wrong about a made-up value is nobody's fault; what was wrong before it is.
    for (auto& field : decision.error().fields) {
      if (const auto said = first.find(field.pointer); said != first.end()) field = said->second;
    }
    return decision;
  }
  // What is required and not taken as it was is only the latter.
  std::erase_if(asked, [&](const Objection& one) { return std::ranges::find(dropped, one) != dropped.end(); });
  std::ranges::move(asked, std::back_inserter(live.told.asked));
  std::ranges::move(dropped, std::back_inserter(live.told.dropped));
  return decision;
}

void Replay::act(Live& live) {
  const auto& past = live.past->acts[live.next++];
  live.timers = 0;
  if (!live.ticket && !std::holds_alternative<CreateTicket>(past.command)) return arm(live);
  auto command = past.command;
  if (auto* create = std::get_if<CreateTicket>(&command)) create->id = live.past->id;
  if (auto* absorb = std::get_if<AbsorbTicket>(&command)) absorb->customer = live.ticket->customer;
  const auto name = name_of(command, live.ticket ? &*live.ticket : nullptr);
  auto decision = decide_mended(live, command, actor_then(past.actor), name);
  if (!decision) {
    Objection objection{name, told(decision.error())};
    if (leads_on(command)) return stray(live, std::move(objection));
    if (!goes_unsaid(command)) live.told.refused.push_back(std::move(objection));
    return arm(live);
  }
  const auto before = live.ticket.value_or(Ticket{});
  take(live, std::move(*decision));
  const auto after = *live.ticket;
  arm(live);
  give_out_after(before, after);
}

void Replay::pass_time(Live& live) {
  static const Principal system = system_principal("time");
  const auto before = *live.ticket;
  if (++live.timers > most_timers) {
    return stray(live, {both("time in {}", "时间推移（流程 {}）", before.workflow),
                        {"Automatic steps lead in a circle and never end.", "自动流转兜圈子，没有尽头。"}});
  }
  auto decision = decide_then(live, PassTime{}, system);
  if (!decision || decision->ticket.version == before.version) {
    live.timer.reset();  // nothing came of it; the next act sets another
    return arm(live);
  }
  take(live, std::move(*decision));
  const auto after = *live.ticket;
  arm(live);
  give_out_after(before, after);
}

void Replay::take(Live& live, Decision decision) {
  if (live.ticket) {
    count(*live.ticket, -1);
    wait(*live.ticket, false);
  }
  for (const auto& event : decision.events) {
    live.told.story.add(event);
    if (const auto* assigned = std::get_if<Assigned>(&event.event); assigned != nullptr && assigned->assignee)
      last_assigned_[assigned->assignee] = now_;
  }
  live.ticket = std::move(decision.ticket);
  count(*live.ticket, 1);
  wait(*live.ticket, live.ticket->waiting);
  const auto due = next_timer(*live.ticket, *definitions_, *definitions_);
  live.timer = due ? std::optional{std::max(due->at, now_)} : std::nullopt;
}

void Replay::stray(Live& live, Objection objection) {
  live.told.refused.push_back(std::move(objection));
  live.told.strayed = true;
  if (live.ticket) {
    count(*live.ticket, -1);
    wait(*live.ticket, false);
  }
  end(live);
}

void Replay::end(Live& live) {
  live.note_ending();
  const auto id = live.past->id;
  ended_.push_back(std::move(live.told));
  live_.erase(id);
}

void Replay::count(const Ticket& ticket, int by) {
  if (!ticket.assignee || !works(ticket)) return;
  auto& load = loads_[ticket.assignee];
  load += by;
  auto& peak = peaks_[ticket.assignee];
  peak = std::max(peak, load);
}

void Replay::wait(const Ticket& ticket, bool waits) {
  const std::tuple key{-static_cast<int>(ticket.priority), ticket.created_at, ticket.id};
  if (waits) {
    if (waiting_.empty()) next_look_ = now_ + look_again;
    waiting_[ticket.team].insert(key);
  } else if (const auto team = waiting_.find(ticket.team); team != waiting_.end()) {
    team->second.erase(key);
    if (team->second.empty()) waiting_.erase(team);
  }
}

void Replay::give_out_after(const Ticket& before, const Ticket& after) {
  const bool freed = before.assignee && (after.assignee != before.assignee || (works(before) && !works(after)));
  if (!freed || waiting_.empty()) return;
  for (const auto& team : people_.teams_of(before.assignee)) give_out(team, when_freed);
}

bool Replay::anybody_free(const std::string& team) const {
  const auto members = roster_->members(team);
  return std::ranges::any_of(members, [](const Candidate& c) { return c.active && c.on_shift && c.load < c.capacity; });
}

void Replay::give_out(const std::string& team, int most) {
  static const Principal system = system_principal("dispatch");
  const auto found = waiting_.find(team);
  if (found == waiting_.end() || !anybody_free(team)) return;
  std::vector<TicketId> ids;
  for (const auto& [urgency, created, id] : found->second) {
    if (std::ssize(ids) == most) break;
    ids.push_back(id);
  }
  for (const auto id : ids) {
    auto& live = live_.at(id);
    auto decision = decide_then(live, Redispatch{}, system);
    if (!decision || decision->ticket.version == live.ticket->version) continue;
    take(live, std::move(*decision));
    arm(live);
  }
}

void Replay::give_out_all() {
  std::vector<std::string> teams;
  for (const auto& [team, tickets] : waiting_) teams.push_back(team);
  for (const auto& team : teams) give_out(team, at_a_look);
}

}  // namespace docket::domain
