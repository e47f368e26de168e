// SPDX-License-Identifier: Apache-2.0
// The built-in fields that conditions, texts and filters may name. The reference manual is generated from here.
#include <algorithm>

#include "domain/condition/condition.hpp"

namespace docket::domain {
namespace {

constexpr bool in_lists = true;
constexpr bool not_in_lists = false;

std::vector<CatalogueField> make_catalogue() {
  using enum FieldType;
  std::vector<CatalogueField> fields{
      {"id", id, in_lists, false, "number of the ticket"},
      {"type", choice, in_lists, false, "ticket type: the name of its form"},
      {"workflow", choice, not_in_lists, false, "name of the workflow that the ticket follows"},
      {"state", choice, in_lists, false, "name of the state in its workflow"},
      {"category", choice, in_lists, false, "category of the state: new, open, pending, resolved or closed"},
      {"step", number, not_in_lists, false, "how many states the ticket has entered, the first included"},
      {"entered_at", instant, in_lists, false, "when the present state was entered"},
      {"priority", choice, in_lists, false, "low, normal, high or urgent"},
      {"subject", text, in_lists, false, "the ticket's subject"},
      {"text", text, not_in_lists, false,
       "the subject and the beginning of the newest message that the customer may read"},
      {"channel", choice, in_lists, false, "how the ticket came: api, portal, email, phone and so on"},
      {"team", choice, in_lists, false, "name of the team that has the ticket"},
      {"assignee", id, in_lists, false, "id of the agent who has the ticket"},
      {"waiting", boolean, in_lists, false, "whether the ticket waits in its team for an agent"},
      {"last_handler", id, not_in_lists, false, "id of the agent who had the ticket before"},
      {"customer", id, in_lists, false, "id of the customer"},
      {"organization", id, in_lists, false, "id of the customer's organization"},
      {"customer.level", choice, in_lists, false, "level of the customer or the organization"},
      {"region", choice, in_lists, false, "region of the ticket"},
      {"product_line", choice, in_lists, false, "product line of the ticket"},
      {"tags", list, in_lists, false, "tags"},
      {"watchers", list, in_lists, false, "ids of the users who watch the ticket"},
      {"copied", list, in_lists, false, "ids of the users who were copied in"},
      {"awaiting", choice, in_lists, false, "whose turn it is: agent, customer or nobody"},
      {"on_hold", boolean, in_lists, false, "whether the ticket is on hold"},
      {"hold.reason", choice, not_in_lists, false, "reason of the hold"},
      {"hold.since", instant, not_in_lists, false, "when the hold began"},
      {"created_at", instant, in_lists, false, "when the ticket was created"},
      {"created_by", text, not_in_lists, false, "login or name of whoever created the ticket"},
      {"created_by.kind", choice, not_in_lists, false, "user, customer, guest, system or plugin"},
      {"updated_at", instant, in_lists, false, "when something last happened on the ticket"},
      {"first_replied", boolean, in_lists, false, "whether an agent has replied"},
      {"first_replied_at", instant, in_lists, false, "when an agent first replied"},
      {"resolved_at", instant, in_lists, false, "when the ticket was last resolved"},
      {"closed_at", instant, in_lists, false, "when the ticket was last closed"},
      {"urges", number, in_lists, false, "how often the customer has urged"},
      {"escalation", number, in_lists, false, "escalation level, 0 for none"},
      {"reopens", number, in_lists, false, "how often the ticket was reopened"},
      {"messages", number, not_in_lists, false, "how many messages were said on the ticket"},
      {"merged", boolean, in_lists, false, "whether the ticket was merged into another"},
      {"guests", number, not_in_lists, false, "how many guests (协作人) have been asked and may still answer"},
      {"rating", number, in_lists, false, "the customer's rating, 1 to 5; none before it is given"},
      {"rating.comment", text, not_in_lists, false, "what the customer wrote with the rating"},
      {"breached", boolean, in_lists, false, "whether the last run of some clock went past its goal"},
      {"due_at", instant, in_lists, false, "the earliest goal of the running clocks"},
      {"event.kind", choice, not_in_lists, true, "kind of the event that a trigger looks at"},
      {"event.actor", text, not_in_lists, true, "login or name of whoever caused the event"},
      {"event.actor.kind", choice, not_in_lists, true, "user, customer, guest, system or plugin"},
      {"event.message", choice, not_in_lists, true, "kind of the message that was added: reply, note or customer"},
      {"event.text", text, not_in_lists, true, "beginning of the message that was added; none for notes"},
      {"event.transition", choice, not_in_lists, true, "transition that was made"},
      {"event.from", choice, not_in_lists, true, "state that was left"},
      {"event.to", choice, not_in_lists, true, "state that was entered"},
      {"event.reopened", boolean, not_in_lists, true, "whether the step reopened the ticket"},
      {"event.field", list, not_in_lists, true, "names of the fields that were set, custom ones as field.<name>"},
      {"event.reason", choice, not_in_lists, true, "why the ticket was assigned, or the reason of the hold"},
      {"event.team", choice, not_in_lists, true, "team that the ticket was assigned to"},
      {"event.assignee", id, not_in_lists, true, "id of the agent that the ticket was assigned to"},
      {"event.level", number, not_in_lists, true, "escalation level that was reached"},
      {"event.count", number, not_in_lists, true, "how often the customer has urged by now"},
      {"event.clock", choice, not_in_lists, true, "clock that started, changed, warned, breached or ended"},
      {"event.warning", choice, not_in_lists, true, "warning that was given, without the number of its repeat"},
      {"event.kept", boolean, not_in_lists, true, "whether the clock that ended was within its goal"},
      {"event.score", number, not_in_lists, true, "the rating that was given"},
      {"event.guest", text, not_in_lists, true, "name of the guest who was asked, answered or is to be reminded"},
      {"event.guest.id", id, not_in_lists, true, "id of that guest"},
      {"event.question", text, not_in_lists, true, "what the guest was asked"},
      {"event.link", choice, not_in_lists, true, "kind of the link: related, parent, child or duplicate"},
  };
  std::ranges::sort(fields, {}, &CatalogueField::name);
  return fields;
}

}  // namespace

const std::vector<CatalogueField>& field_catalogue() {
  static const auto fields = make_catalogue();
  return fields;
}

const CatalogueField* find_catalogue_field(std::string_view name) {
  const auto& fields = field_catalogue();
  const auto it = std::ranges::lower_bound(fields, name, {}, &CatalogueField::name);
  return it == fields.end() || it->name != name ? nullptr : &*it;
}

}  // namespace docket::domain
