// SPDX-License-Identifier: Apache-2.0
// One decision in the making: a copy of the ticket that evolves with each event, and what rules see of it meanwhile.
// Only the files that implement decide() include this.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/ticket/decide.hpp"
#include "domain/ticket/ticket_source.hpp"

namespace docket::domain {

/// The working set of one call of decide(). Lives on its stack, borrows its arguments, is used by one thread.
class Deciding {
 public:
  static constexpr std::size_t no_event = static_cast<std::size_t>(-1);

  Deciding(const Ticket* ticket, TicketId id, const Context& context);
  Deciding(const Deciding&) = delete;
  Deciding& operator=(const Deciding&) = delete;

  [[nodiscard]] const Ticket& ticket() const { return decision_.ticket; }
  [[nodiscard]] const std::vector<RecordedEvent>& events() const { return decision_.events; }

  /// The time of the command. Never before the ticket's last event: when the machine's clock was set back, the ticket's
  /// time stands still until it is caught up with.
  [[nodiscard]] Time now() const { return now_; }
  [[nodiscard]] const Roster& roster() const { return *context_.roster; }

  /// Whose load the ticket was part of when the command came; the roster still counts it there.
  [[nodiscard]] UserId counted_for() const { return counted_for_; }

  /// Who acts: the person of the command, or the system while a rule acts.
  [[nodiscard]] const Principal& principal() const { return rule_depth_ == 0 ? *context_.principal : system_; }
  /// The person of the command, whoever acts now.
  [[nodiscard]] const Principal& commander() const { return *context_.principal; }
  [[nodiscard]] bool by_customer() const { return principal().actor.kind == ActorKind::customer; }

  [[nodiscard]] const Definitions& active() const { return *context_.active; }
  /// The bundle of the ticket's workflow.
  [[nodiscard]] const Definitions& pinned();
  /// The bundle that the ticket adopted: by its policies and calendars its clocks count.
  [[nodiscard]] const Definitions& counting();
  [[nodiscard]] const Workflow& workflow();
  [[nodiscard]] const State& state();
  [[nodiscard]] const Form& form();
  [[nodiscard]] std::shared_ptr<const Definitions> bundle(const std::string& digest) const;

  /// The ticket for conditions and texts, with the event that set the present rule off.
  [[nodiscard]] TicketSource source() const;
  /// A text of a rule for people to read.
  [[nodiscard]] std::string words(std::string_view text) const;

  /// Appends an event by whoever acts now and evolves the ticket.
  void emit(TicketEvent event);
  /// Appends an event of time or of the clocks.
  void emit_as(std::string_view system_name, TicketEvent event);
  /// Appends a message with its event. Body and formatted text are checked already.
  void say(MessageKind kind, std::string body, std::vector<std::int64_t> attachments = {}, Formatted formatted = {});

  /// Whether rules must stop because one command made too many events.
  [[nodiscard]] bool full() const;
  /// Whether a rule may act because of the event: chains of rules are not endless and no rule sets itself off.
  [[nodiscard]] bool deep(std::size_t cause) const;
  [[nodiscard]] bool in_chain(const Trigger& trigger, std::size_t event) const;

  [[nodiscard]] Decision finish() && { return std::move(decision_); }

  /// While it lives, events are those of a rule.
  class RuleScope {
   public:
    RuleScope(Deciding& deciding, const std::string& rule, std::size_t cause, const Trigger* trigger);
    ~RuleScope();
    RuleScope(const RuleScope&) = delete;
    RuleScope& operator=(const RuleScope&) = delete;

   private:
    Deciding& deciding_;
    Actor actor_;
    std::size_t cause_;
    const Trigger* trigger_;
  };
  [[nodiscard]] std::size_t cause() const { return cause_; }

 private:
  struct Origin {
    std::size_t cause = no_event;
    const Trigger* trigger = nullptr;
    int depth = 0;
  };
  struct Bundle {
    std::string digest;
    std::shared_ptr<const Definitions> definitions;
  };
  const Definitions& load(Bundle& bundle, const std::string& digest);
  void append(TicketEvent event, Actor actor);

  const Context& context_;
  Time now_;
  TicketId id_;
  UserId counted_for_{};
  Principal system_;
  Decision decision_;
  std::vector<Origin> origins_;  ///< one for each event
  Bundle pinned_;
  Bundle counting_;
  Actor actor_;
  std::size_t cause_ = no_event;
  const Trigger* trigger_ = nullptr;
  int rule_depth_ = 0;
};

/// What a command's handler gives.
using Outcome = Result<void>;
[[nodiscard]] inline std::unexpected<Error> pass_on(Error& error) {
  return std::unexpected<Error>(std::move(error));
}

[[nodiscard]] inline bool ends(StateCategory category) {
  return category == StateCategory::resolved || category == StateCategory::closed;
}

}  // namespace docket::domain
