// SPDX-License-Identifier: Apache-2.0
#include "desk_door.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/enum.hpp"
#include "definition/bundle.hpp"
#include "definition/yaml_compiler.hpp"
#include "desk/bulk_job.hpp"
#include "desk/command_ticket.hpp"
#include "desk/manage_people.hpp"
#include "desk/resolve_principal.hpp"
#include "read_scenario.hpp"
#include "support/memory_desk.hpp"

namespace docket::tests {
namespace {

using namespace domain;

/// What customers do comes in through a channel that acts for them.
constexpr auto channel_login = "channel";
/// Shifts and working days begin on quarters of an hour in every scenario.
constexpr Duration round = std::chrono::minutes{15};
constexpr int idle_rounds = 1000;

/// The word that a scenario uses for an enumerator; throws for another.
template <class E>
E word(const std::string& name) {
  const auto value = enum_from_name<E>(name);
  if (!value) throw std::runtime_error("'" + name + "' is not known");
  return *value;
}

class DeskDoor final : public ScenarioDoor {
 public:
  void open(const std::filesystem::path& directory, const Scenario& scenario) override {
    const auto bundle = definition::load_bundle(directory);
    if (!bundle) throw std::runtime_error(bundle.error().detail);
    const auto checked = definition::YamlCompiler{}.compile(bundle->files, scenario.starts);
    if (checked.definitions == nullptr) {
      std::string what = directory.string() + " does not pass its check";
      for (const auto& finding : checked.findings) what += "\n" + finding.rendered;
      throw std::runtime_error(what);
    }
    desk_ = std::make_unique<test::MemoryDesk>(*checked.definitions);
    desk_->now = scenario.starts;
    add_people(scenario);
  }

  void pass(Time to) override {
    for (int idle = 0; desk_->now < to || is_due(to);) {
      const auto due = desk_->unit().tickets.next_due();
      const bool waiting = !desk_->unit().tickets.teams_waiting().empty();
      const auto next = std::min({to, waiting ? next_round() : to, std::max(due.value_or(to), desk_->now)});
      idle = next > desk_->now ? 0 : idle + 1;
      if (idle > idle_rounds) throw std::runtime_error("what is due at " + local_text(next) + " is never done");
      desk_->now = next;
      write([&](desk::Unit& unit) -> Result<void> {
        desk::pass_time(unit, 50);
        for (const auto& team : unit.tickets.teams_waiting()) desk::redispatch_waiting(unit, team, 50);
        return {};
      });
    }
  }

  Result<Done> act(const std::string& who, const Act& act, const std::vector<std::int64_t>& tickets) override {
    return desk::write_and_wait(*desk_, [&](desk::Unit& unit) -> Result<Done> {
      const bool is_customer = customers_.contains(who);
      const auto login = is_customer ? std::string(channel_login) : who;
      const auto user = unit.directory.find_user_by_login(login);
      if (!user) throw std::runtime_error("nobody is called " + who);
      const auto principal = desk::resolve_principal(*user, *unit.active, std::nullopt);
      const auto outcome = perform(unit, principal, *user, is_customer ? who : std::string(), act, tickets);
      if (outcome) {
        for (const auto& team : unit.tickets.teams_waiting()) desk::redispatch_waiting(unit, team, 50);
      }
      return outcome;
    });
  }

  Seen look(std::int64_t id) override {
    const auto unit = desk_->unit();
    const auto ticket = unit.tickets.load(TicketId{id});
    if (!ticket) throw std::runtime_error("no ticket " + std::to_string(id));
    Seen seen;
    seen.state = ticket->state;
    seen.category = enum_name(ticket->category);
    seen.team = ticket->team;
    seen.assignee = login_of(ticket->assignee);
    seen.priority = enum_name(ticket->priority);
    seen.awaiting = enum_name(ticket->awaiting);
    seen.hold = ticket->hold ? ticket->hold->reason : "";
    seen.waiting = ticket->waiting;
    seen.escalation = ticket->escalation;
    seen.urges = ticket->urges;
    seen.reopens = ticket->reopens;
    seen.messages = static_cast<int>(ticket->messages);
    seen.tags = ticket->tags;
    seen.fields = ticket->fields;
    for (const auto& run : ticket->clocks) {
      const auto& calendar = unit.active->calendar(run.calendar);
      const bool runs = !run.ended_at && !run.paused;
      const auto counted = run.counted + (runs ? calendar.working_time(run.as_of, desk_->now) : Duration{});
      seen.clocks.push_back({run.clock, run.policy, run.run, run.paused, run.ended_at.has_value(), run.goal, counted,
                             run.due_at, run.breached_at});
    }
    see_dispatch(unit.tickets.events(TicketId{id}, 0, 10'000), seen);
    return seen;
  }

  std::vector<Notice> notices(std::int64_t id) override {
    std::vector<Notice> out;
    for (const auto& [number, delivery] : desk_->rows.deliveries) {
      if (delivery.ticket != TicketId{id}) continue;
      out.push_back({delivery.text, delivery.recipient.kind == ActorKind::customer
                                        ? key_of(CustomerId{delivery.recipient.id})
                                        : login_of(UserId{delivery.recipient.id})});
    }
    return out;
  }

 private:
  template <class Work>
  void write(Work work) {
    const auto done = desk::write_and_wait(*desk_, std::move(work));
    if (!done) throw std::runtime_error(done.error().detail);
  }

  [[nodiscard]] bool is_due(Time to) {
    const auto due = desk_->unit().tickets.next_due();
    return due && *due <= to;
  }
  /// The next quarter of an hour after now, when somebody waits for a working day or a shift to begin.
  [[nodiscard]] Time next_round() { return Time{(desk_->now.time_since_epoch() / round + 1) * round}; }

  void add_people(const Scenario& scenario) {
    write([&](desk::Unit& unit) -> Result<void> {
      const auto system = system_principal("scenario");
      auto people = scenario.people;
      people.push_back({.login = channel_login, .name = channel_login, .roles = {"admin"}, .presence = "off"});
      for (const auto& person : people) {
        desk::UserChange wish;
        wish.login = person.login;
        wish.name = person.name;
        wish.skills = person.skills;
        wish.regions = person.regions;
        wish.product_lines = person.product_lines;
        wish.capacity = person.capacity;
        wish.grants.emplace();
        for (const auto& role : person.roles) wish.grants->push_back({role, ""});
        wish.memberships.emplace();
        for (const auto& team : person.teams) wish.memberships->push_back({team, false});
        for (const auto& team : person.leads) wish.memberships->push_back({team, true});
        auto user = desk::create_user(unit, system, wish, std::nullopt);
        if (!user) return std::unexpected(explained(user.error(), person.login));
        if (auto set = desk::set_presence(unit, system, user->id, word<Presence>(person.presence)); !set)
          return std::unexpected(set.error());
      }
      for (const auto& client : scenario.customers) {
        desk::CustomerChange wish;
        wish.name = client.name;
        wish.level = client.level;
        wish.region = client.region;
        const auto customer = desk::create_customer(unit, system, wish);
        if (!customer) return std::unexpected(explained(customer.error(), client.key));
        customers_[client.key] = customer->id;
      }
      return {};
    });
  }

  static Error explained(Error error, const std::string& who) {
    error.detail = who + ": " + error.detail;
    for (const auto& field : error.fields) error.detail += " " + field.pointer + " " + field.message;
    return error;
  }

  Result<Done> perform(desk::Unit& unit, const Principal& principal, const desk::User& user,
                       const std::string& customer, const Act& act, const std::vector<std::int64_t>& tickets) {
    if (act.does == "create") return create(unit, principal, customer, act);
    if (act.does == "goes") {
      const auto set = desk::set_presence(unit, principal, user.id, word<Presence>(act.presence));
      return set ? Result<Done>(Done{}) : std::unexpected(set.error());
    }
    if (act.does == "leave") {
      desk::Shift leave{0, user.id, desk::ShiftKind::leave, unit.now, act.until.value()};
      const auto added = desk::add_shift(unit, system_principal("scenario"), leave);
      return added ? Result<Done>(Done{}) : std::unexpected(added.error());
    }
    if (act.does == "bulk") return bulk(unit, principal, act, tickets);
    for (const auto ticket : tickets) {
      const auto outcome = on_ticket(unit, principal, !customer.empty(), TicketId{ticket}, act);
      if (!outcome) return std::unexpected(outcome.error());
    }
    return Done{};
  }

  Result<Done> create(desk::Unit& unit, const Principal& principal, const std::string& customer, const Act& act) {
    CreateTicket command;
    command.type = act.type;
    command.subject = act.subject;
    command.body = act.text;
    if (!act.priority.empty()) command.priority = word<Priority>(act.priority);
    if (!act.channel.empty()) command.channel = act.channel;
    const auto& from = customer.empty() ? act.customer : customer;
    if (!from.empty()) command.customer.customer = customers_.at(from);
    command.region = act.region;
    command.product_line = act.product_line;
    command.fields = act.fields;
    command.tags = act.tags;
    command.team = act.team;
    if (!act.assignee.empty()) command.assignee = user_of(act.assignee);
    const auto made = desk::create_ticket(unit, principal, std::move(command));
    if (!made) return std::unexpected(made.error());
    Done done;
    done.created.push_back(made->ticket.id.value);
    return done;
  }

  Result<Done> bulk(desk::Unit& unit, const Principal& principal, const Act& act,
                    const std::vector<std::int64_t>& tickets) {
    // As the route of the API demands.
    if (!principal.may(Right::ticket_bulk)) return fail(ErrorCode::forbidden, "This needs the right ticket_bulk.");
    desk::BulkSelection selection;
    for (const auto ticket : tickets) selection.tickets.emplace_back(ticket);
    desk::BulkAction action;
    action.verb = word<desk::BulkVerb>(act.bulk);
    action.transition = act.transition;
    action.message = act.text;
    action.fields = act.fields;
    action.team = act.team;
    if (!act.assignee.empty()) action.assignee = user_of(act.assignee);
    if (!act.priority.empty()) action.priority = word<Priority>(act.priority);
    action.tags_added = act.tags;
    action.tags_removed = act.untags;
    action.reason = act.reason;
    auto job = desk::start_bulk_job(unit, principal, selection, action);
    if (!job) return std::unexpected(job.error());
    for (int slices = 0; job->state == desk::JobState::running; ++slices) {
      if (slices > idle_rounds) throw std::runtime_error("the bulk job does not end");
      if (!desk::run_bulk_slice(unit, *job, nullptr, 20)) throw std::runtime_error("a bulk job of named tickets wants picks");
    }
    Done done;
    done.done = job->done - job->failed;
    done.failed = job->failed;
    return done;
  }

  Result<desk::TicketOutcome> on_ticket(desk::Unit& unit, const Principal& principal, bool by_customer, TicketId id,
                                        const Act& act) {
    if (act.does == "link") {
      return desk::link_tickets(unit, principal, id, word<LinkKind>(act.kind), TicketId{std::stoll(act.other)}, false,
                                std::nullopt);
    }
    if (act.does == "merge")
      return desk::merge_tickets(unit, principal, id, TicketId{std::stoll(act.other)}, std::nullopt);
    return desk::command_ticket(unit, principal, id, std::nullopt, command_of(act, by_customer));
  }

  TicketCommand command_of(const Act& act, bool by_customer) {
    if (act.does == "write") return AddMessage{by_customer ? MessageKind::customer : MessageKind::reply, act.text, {}};
    if (act.does == "reply") return AddMessage{MessageKind::reply, act.text, {}};
    if (act.does == "note") return AddMessage{MessageKind::note, act.text, {}};
    if (act.does == "move") return MoveTicket{act.transition, act.fields, act.text, act.said_to_customer};
    if (act.does == "assign") return AssignTicket{act.team, act.assignee.empty() ? UserId{} : user_of(act.assignee)};
    if (act.does == "take") return TakeTicket{};
    if (act.does == "retype") return ChangeType{act.type, act.fields};
    if (act.does == "hold") return HoldTicket{act.reason, act.text, act.until};
    if (act.does == "resume") return ResumeTicket{};
    if (act.does == "reopen") return ReopenTicket{act.text};
    if (act.does == "urge") return UrgeTicket{act.text};
    if (act.does == "copy") return CopyTicket{users_of(act.people)};
    if (act.does == "watch") return WatchTicket{users_of(act.people), {}};
    if (act.does == "set") {
      SetFields command;
      command.change.fields = act.fields;
      if (!act.subject.empty()) command.change.subject = act.subject;
      if (!act.priority.empty()) command.change.priority = word<Priority>(act.priority);
      if (!act.region.empty()) command.change.region = act.region;
      if (!act.product_line.empty()) command.change.product_line = act.product_line;
      command.change.tags_added = act.tags;
      command.change.tags_removed = act.untags;
      return command;
    }
    throw std::runtime_error("nobody can " + act.does);
  }

  void see_dispatch(const std::vector<RecordedEvent>& events, Seen& seen) const {
    for (const auto& event : events) {
      const auto* assigned = std::get_if<Assigned>(&event.event);
      if (assigned == nullptr || !assigned->choice) continue;
      seen.rule = assigned->choice->rule;
      seen.passed_over.clear();
      for (const auto& passed : assigned->choice->passed_over)
        seen.passed_over[login_of(passed.user)] = enum_name(passed.reason);
    }
  }

  [[nodiscard]] UserId user_of(const std::string& login) const {
    const auto user = desk_->unit().directory.find_user_by_login(login);
    if (!user) throw std::runtime_error("nobody is called " + login);
    return user->id;
  }
  [[nodiscard]] std::vector<UserId> users_of(const std::vector<std::string>& logins) const {
    std::vector<UserId> out;
    for (const auto& login : logins) out.push_back(user_of(login));
    return out;
  }
  [[nodiscard]] std::string login_of(UserId id) const {
    if (!id) return {};
    const auto user = desk_->unit().directory.find_user(id);
    return user ? user->login : std::to_string(id.value);
  }
  [[nodiscard]] std::string key_of(CustomerId id) const {
    const auto it = std::ranges::find(customers_, id, [](const auto& entry) { return entry.second; });
    return it == customers_.end() ? "?" : it->first;
  }

  std::unique_ptr<test::MemoryDesk> desk_;
  std::map<std::string, CustomerId> customers_;
};

}  // namespace

std::unique_ptr<ScenarioDoor> open_desk_door() {
  return std::make_unique<DeskDoor>();
}

}  // namespace docket::tests
