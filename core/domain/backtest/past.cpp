// SPDX-License-Identifier: Apache-2.0
#include "domain/backtest/past.hpp"

#include <algorithm>
#include <optional>

#include "domain/unusable_definitions.hpp"

namespace docket::domain {
namespace {

constexpr std::string_view unknown_text = "…";  ///< for words that events do not hold

/// Whether the event is one of time, clocks or a rule, and comes again by itself.
bool by_itself(const RecordedEvent& event) {
  if (event.actor.kind != ActorKind::system) return false;
  const std::string_view name = event.actor.name;
  static constexpr std::string_view own[]{"clock", "hold", "time", "dispatch", "roster"};
  static constexpr std::string_view rules[]{"trigger ", "warning ", "transition ", "state "};
  return std::ranges::find(own, name) != std::end(own) ||
         std::ranges::any_of(rules, [&](std::string_view rule) { return name.starts_with(rule); });
}

/// The events that one act left behind, without those that followed from them by rules.
class Traces {
 public:
  void add(const RecordedEvent& event) { events_.push_back(&event); }
  [[nodiscard]] bool empty() const { return events_.empty(); }
  [[nodiscard]] bool takes(const RecordedEvent& event) const {
    return events_.empty() || (events_.front()->at == event.at && events_.front()->actor == event.actor);
  }
  [[nodiscard]] const RecordedEvent& first() const { return *events_.front(); }

  template <class E>
  [[nodiscard]] const E* find() const {
    for (const auto* event : events_) {
      if (const auto* found = std::get_if<E>(&event->event)) return found;
    }
    return nullptr;
  }
  /// The name of a rule that the person set off, without its prefix.
  [[nodiscard]] std::optional<std::string> find_rule(std::string_view prefix) const {
    for (const auto* event : events_) {
      const auto* fired = std::get_if<RuleFired>(&event->event);
      if (fired != nullptr && fired->rule.starts_with(prefix)) return fired->rule.substr(prefix.size());
    }
    return {};
  }
  [[nodiscard]] std::string text() const {
    const auto* said = find<MessageAdded>();
    if (said == nullptr) return {};
    return said->excerpt.empty() ? std::string(unknown_text) : said->excerpt;
  }
  [[nodiscard]] Fields fields() const {
    const auto* set = find<FieldsSet>();
    return set == nullptr ? Fields{} : set->fields;
  }

 private:
  std::vector<const RecordedEvent*> events_;
};

/// The owner that a person named; an owner whom dispatch chose in a named team is none.
const Assigned* named_owner(const Traces& traces) {
  const auto* assigned = traces.find<Assigned>();
  const bool by_hand = assigned != nullptr &&
                       (assigned->reason == AssignReason::by_hand || assigned->reason == AssignReason::taken);
  return by_hand ? assigned : nullptr;
}

UserId named_agent(const Assigned& assigned) {
  return assigned.choice ? UserId{} : assigned.assignee;
}

const Form* form_of_then(const Created& created, const DefinitionsSource& bundles,
                         std::shared_ptr<const Definitions>& keep) {
  try {
    keep = bundles.get(created.bundle);
  } catch (const UnusableDefinitions&) {
    return nullptr;
  }
  const auto form = keep->forms.find(created.type);
  return form == keep->forms.end() ? nullptr : &form->second;
}

CreateTicket creation(const Created& created, const Traces& traces, const DefinitionsSource& bundles) {
  CreateTicket out;
  out.type = created.type;
  out.subject = created.subject;
  out.body = traces.text();
  out.channel = created.channel;
  out.customer = {created.customer, created.organization, created.customer_level, created.region};
  out.product_line = created.product_line;
  out.tags = created.tags;
  out.priority = created.priority;
  out.fields = created.fields;
  std::shared_ptr<const Definitions> then;
  if (const auto* form = form_of_then(created, bundles, then)) {
    if (form->priority == created.priority) out.priority.reset();
    std::erase_if(out.fields, [&](const auto& given) {
      const auto* field = form->find_field(given.first);
      return field != nullptr && field->initial == given.second;
    });
  }
  if (const auto* said = traces.find<MessageAdded>()) out.attachments = said->attachments;
  if (const auto* owner = named_owner(traces)) {
    out.team = owner->team;
    out.assignee = named_agent(*owner);
  }
  return out;
}

AddMessage message_of(const MessageAdded& said, const Traces& traces) {
  AddMessage out;
  out.kind = said.message;
  out.body = traces.text();
  out.attachments = said.attachments;
  if (const auto* mentioned = traces.find<Mentioned>()) out.mentions.users = mentioned->users;
  return out;
}

/// What a customer says on an ended ticket brings it back by itself; other steps are made.
TicketCommand step_of(const Moved& moved, const Traces& traces) {
  const auto* said = traces.find<MessageAdded>();
  if (moved.reopened && said != nullptr && said->message == MessageKind::customer) return message_of(*said, traces);
  MoveTicket out;
  out.transition = moved.transition;
  out.fields = traces.fields();
  out.message = traces.text();
  out.reply = said != nullptr && said->message == MessageKind::reply;
  return out;
}

/// What the new form has no room for is lost by itself.
ChangeType retyping(const TypeChanged& changed, Fields fields) {
  std::erase_if(fields, [](const auto& field) { return std::holds_alternative<std::monostate>(field.second); });
  return {changed.type, std::move(fields)};
}

/// Who takes a ticket takes it where it is; who takes it out of another team hands it over.
TicketCommand handing_over(const Assigned& owner, const std::string& team) {
  if (owner.reason == AssignReason::taken && owner.team == team) return TakeTicket{};
  return AssignTicket{owner.team, named_agent(owner)};
}

/// `team` had the ticket before.
std::optional<TicketCommand> command_of(const Traces& traces, const DefinitionsSource& bundles, const std::string& team) {
  if (const auto* created = traces.find<Created>()) return creation(*created, traces, bundles);
  if (auto macro = traces.find_rule("macro ")) {
    RunMacro out{std::move(*macro), std::string{}};
    if (const auto* said = traces.find<MessageAdded>()) {
      out.message = said->excerpt;
      if (said->excerpt.empty()) out.message.reset();  // a note, whose words are the macro's as far as is known
    }
    return out;
  }
  if (const auto* absorbed = traces.find<Absorbed>())
    return AbsorbTicket{absorbed->from, absorbed->messages, {}, absorbed->awaiting.value_or(Awaiting::nobody)};
  if (const auto* merged = traces.find<Merged>()) return MergeTicket{merged->into};
  if (const auto* changed = traces.find<TypeChanged>()) return retyping(*changed, traces.fields());
  if (const auto* invited = traces.find<GuestInvited>()) {
    return InviteGuest{invited->guest,    invited->name,        invited->contact,    invited->question,
                       invited->messages, invited->attachments, invited->expires_at, invited->remind_at};
  }
  if (traces.find<GuestAnswered>() != nullptr) return AnswerGuest{traces.text(), {}};
  if (const auto* revoked = traces.find<GuestRevoked>()) return RevokeGuest{revoked->guest};
  if (const auto* rated = traces.find<Rated>()) return RateTicket{rated->score, rated->comment};
  if (const auto* linked = traces.find<Linked>()) return LinkTicket{linked->link, linked->ticket, linked->removed};
  if (const auto* moved = traces.find<Moved>(); moved != nullptr && !moved->transition.empty())
    return step_of(*moved, traces);
  if (const auto* held = traces.find<Held>()) return HoldTicket{held->reason, held->note, held->until};
  if (const auto* resumed = traces.find<Resumed>(); resumed != nullptr && !resumed->by_itself) return ResumeTicket{};
  if (traces.find<Urged>() != nullptr) return UrgeTicket{traces.text()};
  if (const auto* said = traces.find<MessageAdded>()) return message_of(*said, traces);
  if (const auto* owner = named_owner(traces)) return handing_over(*owner, team);
  if (const auto* set = traces.find<FieldsSet>()) return SetFields{*set};
  if (const auto* people = traces.find<WatchersChanged>()) {
    if (!people->copied.empty()) return CopyTicket{people->copied};
    return WatchTicket{people->added, people->removed};
  }
  return {};  // a publication, or what came of one
}

}  // namespace

void TicketStory::add(const RecordedEvent& recorded) {
  if (const auto* assigned = std::get_if<Assigned>(&recorded.event)) {
    if (team.empty()) {
      team = assigned->team;
      waited = assigned->waiting;
    }
    teams.insert(assigned->team);
    if (!agent) agent = assigned->assignee;
  } else if (const auto* ended = std::get_if<ClockEnded>(&recorded.event)) {
    if (ended->kept) ++clocks[ended->clock].kept;
  } else if (const auto* breached = std::get_if<ClockBreached>(&recorded.event)) {
    ++clocks[breached->clock].late;
  } else if (std::holds_alternative<ClockWarned>(recorded.event)) {
    ++warnings;
  } else if (const auto* fired = std::get_if<RuleFired>(&recorded.event)) {
    const bool by_a_person = fired->rule.starts_with("macro ") || fired->rule.starts_with("undo of ");
    if (!by_a_person && !fired->done.empty()) ++rules[fired->rule];
  } else if (const auto* called = std::get_if<Called>(&recorded.event)) {
    calls += static_cast<int>(destinations_of(*called).size());
  } else if (std::holds_alternative<Escalated>(recorded.event)) {
    ++escalations;
  } else if (const auto* notified = std::get_if<Notified>(&recorded.event)) {
    notices += static_cast<int>(notified->recipients.size());
  }
}

namespace {

/// What was said with an act that was taken back.
std::optional<AddMessage> words_of(const TicketCommand& command) {
  AddMessage out;
  if (const auto* move = std::get_if<MoveTicket>(&command)) {
    out.kind = move->reply ? MessageKind::reply : MessageKind::note;
    out.body = move->message;
  } else if (const auto* macro = std::get_if<RunMacro>(&command)) {
    out.body = macro->message.value_or("");
  }
  if (out.body.empty()) return {};
  return out;
}

/// The acts of one ticket as they come.
class Acts {
 public:
  void add(PastAct act) {
    undone_.reset();
    acts_.push_back(std::move(act));
  }
  /// Nobody acts between an act and its undo, nor between an undo and its own.
  void undo() {
    if (undone_) {
      if (words_left_) acts_.pop_back();
      acts_.push_back(*std::exchange(undone_, std::nullopt));
      return;
    }
    if (acts_.size() < 2) return;  // a creation is not undone
    undone_ = std::move(acts_.back());
    acts_.pop_back();
    auto words = words_of(undone_->command);
    words_left_ = words.has_value();
    if (words) acts_.push_back({undone_->at, undone_->actor, std::move(*words)});
  }
  [[nodiscard]] std::vector<PastAct> take() && { return std::move(acts_); }

 private:
  std::vector<PastAct> acts_;
  std::optional<PastAct> undone_;
  bool words_left_ = false;
};

}  // namespace

PastTicket past_of(TicketId id, std::span<const RecordedEvent> events, const DefinitionsSource& bundles) {
  PastTicket out;
  out.id = id;
  Acts acts;
  Traces traces;
  std::string team, team_before;  // now, and before the act that is being read
  const auto close = [&] {
    if (traces.empty()) return;
    if (traces.find_rule("undo of ")) {
      acts.undo();
    } else if (auto command = command_of(traces, bundles, team_before)) {
      acts.add({traces.first().at, traces.first().actor, std::move(*command)});
    }
    traces = {};
  };
  for (const auto& event : events) {
    out.happened.add(event);
    if (!by_itself(event)) {
      if (!traces.takes(event)) close();
      if (traces.empty()) team_before = team;
      traces.add(event);
    }
    if (const auto* assigned = std::get_if<Assigned>(&event.event)) team = assigned->team;
  }
  close();
  out.acts = std::move(acts).take();
  return out;
}

}  // namespace docket::domain
