// SPDX-License-Identifier: Apache-2.0
// What commands and rules have in common: the acts on a ticket, each of which checks what always holds and then emits.
// Only the files that implement decide() include this.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/refusals.hpp"
#include "domain/ticket/deciding.hpp"

namespace docket::domain {

/// Errors: forbidden, with the right's name. A customer may act only on tickets of their own.
[[nodiscard]] Outcome require_right(const Deciding& deciding, Right right);
/// Errors: conflict for a closed ticket, with what can be done instead.
[[nodiscard]] Outcome require_not_closed(const Deciding& deciding);

/// Checks a change against the form, the desk's lists and the principal's field groups, drops what would change nothing
/// and emits the rest. Pointers are those of SetFields: "/fields/x", "/subject", "/tags_added/0" … True: something
/// changed.
[[nodiscard]] Result<bool> change_fields(Deciding& deciding, FieldsSet change);
/// What makes the one into the other; null for what it clears.
[[nodiscard]] Fields field_changes(const Fields& before, const Fields& after);
/// The faults of tags, appended.
void check_tags(const std::vector<std::string>& tags, const std::string& pointer, std::vector<FieldError>& faults);
/// The faults of subject, region and product line where given, appended.
void check_plain_fields(const DeskSettings& desk, const FieldsSet& change, std::vector<FieldError>& faults);
/// Fields of the form that the principal may not write, as faults, appended.
void check_field_groups(const Deciding& deciding, const Form& form, const Fields& fields,
                        std::vector<FieldError>& faults);
/// The same for a ticket that is to be of that team; none: nobody knows yet, so what may be written somewhere may be given.
void check_field_groups(const Deciding& deciding, const Form& form, const Fields& fields,
                        const std::optional<std::string>& team, std::vector<FieldError>& faults);
[[nodiscard]] std::unexpected<Error> wrong_fields(std::vector<FieldError> faults);

/// Asks the team who can take the ticket. A team that was taken out of the definitions is replaced by the desk's
/// default. `rule` names the dispatch rule whose wishes count; null: the first rule for that team whose condition
/// holds.
[[nodiscard]] DispatchChoice ask_team(Deciding& deciding, std::string team, const DispatchRule* rule);
/// The first rule that holds, of that team or (empty) of any.
[[nodiscard]] const DispatchRule* find_rule(const Deciding& deciding, std::string_view team);
/// The team for a ticket that nobody named a team for.
[[nodiscard]] std::string home_team(const Deciding& deciding);

struct VisitChange {
  bool pushed = false;
  bool popped = false;
};
/// Emits the assignment unless nothing changes. An assignee of none waits in the team, unless the ticket has ended.
bool assign(Deciding& deciding, AssignReason reason, std::string team, UserId assignee,
            std::optional<DispatchChoice> choice = {}, VisitChange visit = {});
bool dispatch(Deciding& deciding, AssignReason reason, const std::string& team, const DispatchRule* rule = nullptr,
              VisitChange visit = {});
/// To a lead who can take it, or else one who is away. When all are off, on leave or full, it waits in the team, and a
/// rule leaves it with whoever is at work on it.
bool assign_lead(Deciding& deciding, AssignReason reason);
/// Back to the owner before the last visit, who may have left; then the team decides. False: there was no visit.
bool return_visit(Deciding& deciding, AssignReason reason);
/// The member of the team, or none.
[[nodiscard]] std::optional<Candidate> find_member(const Deciding& deciding, const std::string& team, UserId user);
/// Whether the user is an active member of the team and not off.
[[nodiscard]] bool reachable(const Deciding& deciding, const std::string& team, UserId user);
/// The same, and within their shift: who is given a ticket without being asked is.
[[nodiscard]] bool at_work(const Deciding& deciding, const std::string& team, UserId user);
/// Gives the ticket to whom its present state belongs. `fresh`: the ticket comes into being or is reopened, so that who
/// had it must still be there.
void enter_owner(Deciding& deciding, const State& state, bool fresh);
/// The owner of a ticket that begins in that state: as the state says, else by the dispatch rules. Whoever is at work on
/// it already, in the team that it is to be of, keeps it.
void own_by_rules(Deciding& deciding, const State& state);
/// Whoever sends a ticket to a team whose tickets they do not see is copied in: they promised somebody to follow it.
void keep_in_sight(Deciding& deciding);
/// The ticket type of that name. Errors: invalid_field at /type, with the types that there are.
[[nodiscard]] Result<const Form*> find_form(const Deciding& deciding, const std::string& type);
/// The workflow in which a ticket of that type begins. Errors: invalid_definition when it has none.
[[nodiscard]] Result<const Workflow*> find_workflow(const Deciding& deciding, const Form& form);

/// The member of the team to give the ticket to. Errors: invalid_field at /assignee for who is not in it or is disabled.
[[nodiscard]] Result<Candidate> named_member(const Deciding& deciding, const std::string& team, UserId user);

struct Step {
  Fields fields{};
  std::string message{};
  bool reply = false;
  bool said = false;          ///< a message was added just before and counts as the step's
  bool judged = false;        ///< by find_reopening, on behalf of the customer perhaps
  std::optional<Time> due{};  ///< for a move that time makes
};
/// Why the principal may not make the transition now; none: it may.
[[nodiscard]] std::optional<Said> why_not(Deciding& deciding, const Transition& transition);
/// Makes the step with everything that belongs to it: fields, message, end of a hold, owner, actions.
/// Errors: those of change_fields, transition_not_allowed, invalid_field for what the transition requires.
[[nodiscard]] Outcome make_move(Deciding& deciding, const Transition& transition, Step step);
/// The way back into work from an end: the transition named "reopen", else the first one to a working state that may be
/// made, by the customer or by an agent. Null: there is none, and `why` says why.
[[nodiscard]] const Transition* find_reopening(Deciding& deciding, bool by_customer, Said& why);
/// transition_not_allowed with the reason and what is allowed instead.
[[nodiscard]] std::unexpected<Error> not_allowed(Deciding& deciding, Said detail);

/// Errors: invalid_field for a text that is empty or too long.
[[nodiscard]] Outcome check_message(const std::string& body, const std::string& pointer, std::size_t attachments,
                                    bool required);

/// Does the actions one after another as whoever acts now, and appends a line for each to the trace. `said`: a message
/// was added just before, which a step among them may require. Gives the first that could not be done; empty: none.
Said do_actions(Deciding& deciding, const std::vector<Action>& actions, RuleFired& trace, bool said = false);
/// Does the actions of a rule in order and leaves its trace. `cause` is the event that set it off.
void run_actions(Deciding& deciding, const std::string& rule, const std::vector<Action>& actions,
                 std::size_t cause = Deciding::no_event, const Trigger* trigger = nullptr);
/// Runs triggers over the events from `first` on and settles the clocks, until nothing new comes of it.
void settle(Deciding& deciding, std::size_t first);
/// Settles the clocks alone. False: they start and end each other for ever; left as they are, with a trace.
bool settle_clocks_only(Deciding& deciding);

[[nodiscard]] Outcome decide_create(Deciding& deciding, const CreateTicket& command);
[[nodiscard]] Outcome decide_message(Deciding& deciding, const AddMessage& command);
[[nodiscard]] Outcome decide_move(Deciding& deciding, const MoveTicket& command);
[[nodiscard]] Outcome decide_reopen(Deciding& deciding, const ReopenTicket& command);
[[nodiscard]] Outcome decide_assign(Deciding& deciding, const AssignTicket& command);
[[nodiscard]] Outcome decide_take(Deciding& deciding);
[[nodiscard]] Outcome decide_redispatch(Deciding& deciding);
[[nodiscard]] Outcome decide_fields(Deciding& deciding, const SetFields& command);
[[nodiscard]] Outcome decide_type(Deciding& deciding, const ChangeType& command);
[[nodiscard]] Outcome decide_hold(Deciding& deciding, const HoldTicket& command);
[[nodiscard]] Outcome decide_resume(Deciding& deciding);
[[nodiscard]] Outcome decide_merge(Deciding& deciding, const MergeTicket& command);
[[nodiscard]] Outcome decide_absorb(Deciding& deciding, const AbsorbTicket& command);
[[nodiscard]] Outcome decide_link(Deciding& deciding, const LinkTicket& command);
[[nodiscard]] Outcome decide_urge(Deciding& deciding, const UrgeTicket& command);
[[nodiscard]] Outcome decide_copy(Deciding& deciding, const CopyTicket& command);
[[nodiscard]] Outcome decide_watch(Deciding& deciding, const WatchTicket& command);
[[nodiscard]] Outcome decide_invite(Deciding& deciding, const InviteGuest& command);
[[nodiscard]] Outcome decide_answer(Deciding& deciding, const AnswerGuest& command);
[[nodiscard]] Outcome decide_revoke(Deciding& deciding, const RevokeGuest& command);
[[nodiscard]] Outcome decide_rate(Deciding& deciding, const RateTicket& command);
[[nodiscard]] Outcome decide_macro(Deciding& deciding, const RunMacro& command);
/// These two settle for themselves.
[[nodiscard]] Outcome decide_time(Deciding& deciding);
[[nodiscard]] Outcome decide_adopt(Deciding& deciding, const AdoptDefinitions& command);

}  // namespace docket::domain
