// SPDX-License-Identifier: Apache-2.0
#include "fault/simulation/life.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "fault/simulation/bundles.hpp"
#include "fault/simulation/checker.hpp"

namespace docket::simulation {
namespace {

using namespace std::chrono_literals;

const Time beginning = Time{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}} + 1h;
const std::vector<std::string> all_teams = {"support", "quality", "finance", "warehouse"};

class Life {
 public:
  Life(std::uint64_t seed, int days, std::optional<Fault> planted)
      : random_(seed),
        crash_chance_(seed + 1'000'003),
        faults_(planted, seed + 2'000'029),
        end_(beginning + std::chrono::days{days}),
        catalogue_(make_bundles()),
        roster_(test::return_roster()),
        server_(disk_, bundles_, roster_, faults_, crash_chance_, checker_) {
    for (const auto& bundle : catalogue_) bundles_.add(bundle);
    disk_.publications.push_back({catalogue_.front()->digest, beginning, {}});
    make_people();
  }

  LifeReport run() {
    LifeReport report;
    try {
      while (real_ < end_) {
        step();
        ++report.steps;
      }
      finish();
    } catch (const Violation& violation) {
      report.violation = violation.what();
    } catch (const std::exception& broken) {
      report.violation = std::string{"exception: "} + broken.what();
    }
    report.trace = checker_.trace();
    report.commits = checker_.commits();
    report.events = checker_.events();
    report.tickets = static_cast<std::int64_t>(disk_.tickets.size());
    report.crashes = server_.crashes();
    report.publications = static_cast<std::int64_t>(disk_.publications.size());
    report.struck = faults_.struck();
    return report;
  }

 private:
  void make_people() {
    for (const auto id : roster_.ids()) {
      auto& person = roster_.person(id);
      person.capacity = 2 + random_.below(4);
      auto principal = person.lead ? test::lead(id, person.login, all_teams) : test::agent(id, person.login, all_teams);
      // Most see their own team only, and some of those hold their rights everywhere: sight and right are two things.
      if (random_.below(3) != 0) principal.views = {{TicketScope::team, roster_.teams_of(id), {}}};
      agents_.push_back(std::move(principal));
    }
    for (std::int64_t id = 100; id < 105; ++id) customers_.push_back(test::customer(id));
  }

  /// What the server's machine believes.
  [[nodiscard]] Time machine_time() const { return real_ + offset_; }

  void step() {
    real_ += std::chrono::minutes{1 + random_.below(40)};
    if (random_.per_mille(3)) real_ += std::chrono::hours{random_.below(40)};  // the server was down, or nobody came
    if (random_.per_mille(8)) step_clock();
    server_.set_now(machine_time());
    catch_up();
    try {
      act();
    } catch (const Crash&) {
      restart();
    }
    if (real_ - audited_ > 3 * 24h) {
      checker_.audit();
      audited_ = real_;
    }
  }

  void step_clock() {
    switch (random_.below(4)) {
      case 0:
        offset_ += 1h;
        break;
      case 1:
        offset_ -= 1h;
        break;
      case 2:
        offset_ -= 24h;
        break;
      default:
        offset_ = 0h;
        break;
    }
  }

  /// The timer loop: whatever is due is done, with a crash in between at times.
  void catch_up() {
    for (int round = 0; round < 1'000; ++round) {
      try {
        server_.fire_timers(1'000);
        server_.deliver(20);
        if (any_due()) continue;  // long silences are worked off in slices
        checker_.nothing_overdue(server_.now());
        return;
      } catch (const Crash&) {
        restart();
      }
    }
    throw Violation("timers do not come to rest");
  }
  [[nodiscard]] bool any_due() const {
    return faulty_rounds_-- > 0 && std::ranges::any_of(disk_.tickets, [&](const auto& entry) {
             return entry.second.timer && *entry.second.timer <= server_.now();
           });
  }

  /// Nothing of the process is left; a client who was not answered asks again.
  void restart() {
    if (open_creation_) create_again();
  }

  void act() {
    faulty_rounds_ = 500;
    const int choice = random_.below(100);
    if (choice < 6 || disk_.tickets.empty()) {
      create();
    } else if (choice < 14) {
      change_presence();
    } else if (choice < 17) {
      server_.redispatch();
      recount();
      checker_.nobody_waits_in_vain();
    } else if (choice < 20) {
      server_.adopt_some(5);
    } else if (choice < 21) {
      if (random_.below(6) == 0) publish();
    } else if (choice < 23) {
      const auto from = some_ticket();
      answered(server_.merge(somebody(), from, some_ticket()));
    } else {
      const auto id = some_ticket();
      if (random_.below(20) == 0) return answer_as_guest(id);
      const auto& principal = random_.below(4) == 0 ? some_customer(id) : somebody();
      answered(server_.command(principal, id, some_command(id, principal)));
    }
  }

  void recount() {
    std::map<std::int64_t, int> loads;
    for (const auto& [id, stored] : disk_.tickets) {
      const auto& ticket = stored.ticket;
      const bool counts = ticket.category != StateCategory::resolved && ticket.category != StateCategory::closed;
      if (ticket.assignee && counts) ++loads[ticket.assignee.value];
    }
    for (const auto id : roster_.ids()) roster_.person(id).load = loads[id];
  }

  void create() {
    CreateTicket command = test::a_return();
    const auto& customer = customers_[static_cast<std::size_t>(random_.below(5))];
    command.customer.customer = customer.customer;
    command.customer.level = random_.below(4) == 0 ? "vip" : "";
    command.customer.region = random_.below(3) == 0 ? "south" : "";
    command.subject += " " + std::to_string(random_.below(1'000));
    open_creation_ =
        Creation{random_.below(3) == 0 ? customer : somebody(), std::move(command), "key-" + std::to_string(++keys_)};
    create_again();
  }
  /// Until it is answered, however often the server crashes or the answer is lost on the way meanwhile.
  void create_again() {
    for (int attempt = 0; attempt < 100 && open_creation_; ++attempt) {
      try {
        const auto reply = server_.create(open_creation_->principal, open_creation_->command, open_creation_->key);
        if (!reply) throw Violation("a creation was refused: " + reply.error().detail);
        checker_.acknowledged(*reply, open_creation_->key);
        if (random_.below(8) != 0) open_creation_.reset();
        if (std::cmp_greater(disk_.tickets.size(), keys_))
          throw Violation("a repeated creation made a second ticket");  // I8
      } catch (const Crash&) {
        continue;
      }
    }
  }

  void change_presence() {
    auto& person = roster_.person(1 + random_.below(9));
    switch (random_.below(8)) {
      case 0:
        person.active = !person.active;
        break;
      case 1:
        person.on_shift = !person.on_shift;
        break;
      default:
        person.presence = static_cast<Presence>(std::max(0, random_.below(6) - 2));
        break;
    }
    if (random_.below(3) == 0) person.active = person.on_shift = true;
  }

  void publish() {
    const auto& next = catalogue_[static_cast<std::size_t>(random_.below(3))];
    const auto before = server_.active();
    if (next->digest == before->digest) return;
    server_.publish({next->digest, server_.now(), state_mapping(*before, *next)});
  }

  void answered(const Result<Reply>& reply) {
    if (reply) checker_.acknowledged(*reply);
  }

  const Principal& somebody() { return agents_[static_cast<std::size_t>(random_.below(9))]; }
  const Principal& some_customer(TicketId id) {
    if (random_.below(5) == 0) return customers_[static_cast<std::size_t>(random_.below(5))];
    const auto owner = disk_.tickets.at(id.value).ticket.customer.value;
    return customers_[static_cast<std::size_t>(owner - 100)];
  }
  TicketId some_ticket() {
    // Newer ones more often: those are at work.
    const auto count = static_cast<int>(disk_.tickets.size());
    auto at = disk_.tickets.end();
    const int back = std::min(random_.below(count), random_.below(count));
    std::advance(at, -1 - back);
    return TicketId{at->first};
  }

  TicketCommand some_command(TicketId id, const Principal& principal) {
    const auto& ticket = disk_.tickets.at(id.value).ticket;
    switch (random_.below(23)) {
      case 0:
      case 1:
        return AddMessage{MessageKind::reply, "words", {}};
      case 2:
        return AddMessage{MessageKind::note, "words among us", {}};
      case 3:
        return AddMessage{MessageKind::customer, "words from outside", {}};
      case 4:
        return AssignTicket{"", random_.below(2) == 0 ? UserId{} : UserId{1 + random_.below(9)}};
      case 5:
        return AssignTicket{all_teams[static_cast<std::size_t>(random_.below(4))], {}};
      case 6:
        return TakeTicket{};
      case 7: {
        SetFields set;
        set.change.fields = {{"amount", std::int64_t{random_.below(9'000)}}};
        if (random_.below(2) == 0) set.change.tags_added = {"tag" + std::to_string(random_.below(5))};
        if (random_.below(3) == 0) set.change.priority = static_cast<Priority>(random_.below(4));
        return set;
      }
      case 8: {
        HoldTicket hold{"parts", "", {}};
        if (random_.below(2) == 0) hold.until = server_.now() + std::chrono::minutes{1 + random_.below(3'000)};
        return hold;
      }
      case 9:
        return ResumeTicket{};
      case 10:
        return ReopenTicket{"once more"};
      case 11:
        return UrgeTicket{random_.below(2) == 0 ? "please" : ""};
      case 12:
        return CopyTicket{{UserId{1 + random_.below(9)}}};
      case 13:
        return WatchTicket{{UserId{1 + random_.below(9)}}, {UserId{1 + random_.below(9)}}};
      case 14:
        return LinkTicket{LinkKind::related, TicketId{1 + random_.below(static_cast<int>(disk_.last_id))},
                          random_.below(3) == 0};
      case 15: {
        AddMessage message{MessageKind::note, "look at this", {}};
        message.mentions.users = {UserId{1 + random_.below(9)}};
        if (random_.below(3) == 0) message.mentions.teams = {all_teams[static_cast<std::size_t>(random_.below(4))]};
        return message;
      }
      case 16:
        return some_question();
      case 17:
        return random_.below(2) == 0 ? TicketCommand{RevokeGuest{some_guest(ticket)}}
                                     : RateTicket{1 + random_.below(5), random_.below(2) == 0 ? "fine" : ""};
      case 18: {
        static constexpr std::array types{"return", "exchange", "repair"};
        ChangeType change{types[static_cast<std::size_t>(random_.below(3))], {}};
        if (random_.below(4) != 0) change.fields = {{"order", std::string{"20260302"}}};
        if (change.type == "repair") change.fields["device"] = std::string{"kettle"};
        return change;
      }
      default:
        return some_move(ticket, principal);
    }
  }

  InviteGuest some_question() {
    InviteGuest invite;
    invite.guest = GuestId{++guests_};
    invite.name = "guest " + std::to_string(guests_);
    invite.question = "what do you say?";
    invite.expires_at = server_.now() + std::chrono::hours{1 + random_.below(24 * 14)};
    if (random_.below(2) == 0) invite.remind_at = server_.now() + std::chrono::minutes{30 + random_.below(3'000)};
    return invite;
  }
  void answer_as_guest(TicketId id) {
    const auto guest = some_guest(disk_.tickets.at(id.value).ticket);
    Principal principal;
    principal.actor = {ActorKind::guest, guest.value, "guest"};
    principal.only = id;
    answered(server_.command(principal, id, AnswerGuest{"I say this", {}}));
  }
  GuestId some_guest(const Ticket& ticket) {
    if (ticket.guests.empty()) return GuestId{1 + random_.below(static_cast<int>(guests_) + 1)};
    return ticket.guests[static_cast<std::size_t>(random_.below(static_cast<int>(ticket.guests.size())))].id;
  }

  MoveTicket some_move(const Ticket& ticket, const Principal& principal) {
    const auto pinned = bundles_.get(ticket.workflow_bundle);
    const auto& workflow = pinned->workflows.at(ticket.workflow);
    MoveTicket move;
    move.message = "done";
    move.reply = random_.below(2) == 0;
    const auto allowed = allowed_transitions(ticket, principal, workflow, *server_.active(), server_.now());
    const auto pick = [&](std::size_t size) { return static_cast<std::size_t>(random_.below(static_cast<int>(size))); };
    move.transition = allowed.empty() || random_.below(8) == 0
                          ? workflow.transitions[pick(workflow.transitions.size())].name
                          : allowed[pick(allowed.size())]->name;
    if (principal.user && random_.below(2) == 0) move.fields = {{"amount", std::int64_t{random_.below(9'000)}}};
    return move;
  }

  void finish() {
    server_.set_crashing(false);
    faulty_rounds_ = 500;
    catch_up();
    server_.adopt_some(1'000'000);
    for (int round = 0; round < 100; ++round) server_.deliver(1'000'000);
    checker_.deliveries_settled();
    checker_.audit();
  }

  struct Creation {
    Principal principal;
    CreateTicket command;
    std::string key;
  };

  Random random_;
  Random crash_chance_;
  Faults faults_;
  Time real_ = beginning;
  Time end_;
  Time audited_ = beginning;
  Duration offset_{};
  std::vector<std::shared_ptr<const Definitions>> catalogue_;
  test::FixedBundles bundles_;
  test::FixedRoster roster_;
  Disk disk_;
  Checker checker_{disk_, bundles_, roster_};
  Server server_;
  std::vector<Principal> agents_;
  std::vector<Principal> customers_;
  std::optional<Creation> open_creation_;
  std::int64_t keys_ = 0;
  std::int64_t guests_ = 0;
  mutable int faulty_rounds_ = 500;
};

}  // namespace

LifeReport live(std::uint64_t seed, int days, std::optional<Fault> planted) {
  return Life(seed, days, planted).run();
}

}  // namespace docket::simulation
