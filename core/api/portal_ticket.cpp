// SPDX-License-Identifier: Apache-2.0
#include "api/portal_ticket.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <iterator>
#include <map>
#include <memory>

#include "desk/merged_tickets.hpp"
#include "desk/message_walk.hpp"
#include "domain/ticket/evolve.hpp"
#include "domain/ticket/ticket_number.hpp"
#include "domain/ticket/ticket_source.hpp"

namespace docket::api {
namespace {

constexpr int most_messages = 500;
constexpr int events_a_page = 500;
constexpr std::size_t most_events = 5'000;

bool over(domain::StateCategory category) {
  return category == domain::StateCategory::resolved || category == domain::StateCategory::closed;
}

domain::Title words_for(const domain::State& state) {
  auto words = state.title;
  if (!state.customer_text.zh.empty()) words.zh = state.customer_text.zh;
  if (!state.customer_text.en.empty()) words.en = state.customer_text.en;
  return words;
}

/// The workflow that the ticket is pinned to, with the bundle that it lives in.
struct Pinned {
  std::shared_ptr<const domain::Definitions> bundle;
  const domain::Workflow* workflow = nullptr;
};

Pinned workflow_of(const PortalSources& from, const domain::Ticket& ticket) {
  Pinned pinned{from.source.get(ticket.workflow_bundle)};
  const auto found = pinned.bundle->workflows.find(ticket.workflow);
  if (found != pinned.bundle->workflows.end()) pinned.workflow = &found->second;
  return pinned;
}

/// The states of the shortest way from one state to an end, without the first.
std::vector<std::string> way_ahead(const domain::Workflow& workflow, const std::string& start) {
  std::map<std::string, std::string> came_from{{start, ""}};
  std::vector<std::string> queue{start};
  for (std::size_t at = 0; at < queue.size(); ++at) {
    const auto* state = workflow.find_state(queue[at]);
    if (state != nullptr && over(state->category)) {
      std::vector<std::string> way;
      for (auto name = queue[at]; name != start; name = came_from[name]) way.push_back(name);
      std::ranges::reverse(way);
      return way;
    }
    for (const auto* step : workflow.transitions_from(queue[at])) {
      const auto* to = workflow.find_state(step->to);
      // Ways that ask the customer for something are no part of what is expected.
      if (to == nullptr || to->category == domain::StateCategory::pending) continue;
      if (came_from.try_emplace(step->to, queue[at]).second) queue.push_back(step->to);
    }
  }
  return {};
}

class Timeline {
 public:
  explicit Timeline(const domain::Workflow& workflow) : workflow_(workflow) {}

  void reached(const std::string& state, Time at) {
    const auto* known = workflow_.get().find_state(state);
    if (known == nullptr) return;
    auto step = step_of(*known);
    step.reached_at = at;
    step.done = true;
    // Coming back to where it was, or two states with one name for the customer: one step.
    std::erase_if(steps_, [&](const PortalStep& other) { return other.title == step.title; });
    steps_.push_back(std::move(step));
  }
  void ahead(const std::vector<std::string>& states) {
    for (const auto& name : states) {
      const auto* state = workflow_.get().find_state(name);
      if (state == nullptr) continue;
      auto step = step_of(*state);
      const bool there = std::ranges::any_of(steps_, [&](const PortalStep& other) { return other.title == step.title; });
      if (!there) steps_.push_back(std::move(step));
    }
  }
  void at(const std::string& state, bool ended) {
    const auto* known = workflow_.get().find_state(state);
    if (known == nullptr) return;
    for (auto& step : steps_) {
      step.current = step.title == words_for(*known);
      if (step.current) step.done = ended;
    }
  }
  std::vector<PortalStep> take() && { return std::move(steps_); }

 private:
  static PortalStep step_of(const domain::State& state) {
    PortalStep step;
    step.title = words_for(state);
    step.text = state.customer_text.zh;
    return step;
  }
  std::reference_wrapper<const domain::Workflow> workflow_;
  std::vector<PortalStep> steps_;
};

void add_history(const PortalSources& from, const domain::Ticket& ticket, const domain::Workflow& workflow,
                 PortalTicket& out) {
  Timeline timeline(workflow);
  std::int64_t after = 0;
  for (std::size_t seen = 0; seen < most_events; seen += events_a_page) {
    const auto page = from.tickets.events(ticket.id, after, events_a_page);
    for (const auto& event : page) {
      after = event.sequence;
      if (after > ticket.version) break;
      if (const auto* created = std::get_if<domain::Created>(&event.event)) timeline.reached(created->state, event.at);
      if (const auto* moved = std::get_if<domain::Moved>(&event.event)) timeline.reached(moved->to, event.at);
      if (const auto* type = std::get_if<domain::TypeChanged>(&event.event); type != nullptr && type->begins_anew()) {
        timeline = Timeline(workflow);
        timeline.reached(type->state, event.at);
      }
      if (std::holds_alternative<domain::Urged>(event.event)) out.urged_at = event.at;
    }
    if (std::cmp_less(page.size(), events_a_page) || after > ticket.version) break;
  }
  if (!over(ticket.category)) timeline.ahead(way_ahead(workflow, ticket.state));
  timeline.at(ticket.state, over(ticket.category));
  out.steps = std::move(timeline).take();
}

/// The ticket, and what ended in it of the same customer: nobody else's words are shown.
std::vector<TicketId> shown_tickets(const PortalSources& from, const domain::Principal& customer, const domain::Ticket& ticket) {
  if (customer.only_until != 0) return {ticket.id};
  auto ids = desk::sources_of(from.tickets, ticket.id);
  std::erase_if(ids, [&](TicketId id) {
    const auto source = from.tickets.find(id, domain::system_principal("portal"));
    return !source || source->customer != ticket.customer;
  });
  ids.push_back(ticket.id);
  return ids;
}

PortalMessage portal_message(desk::StoredMessage said, const std::map<std::int64_t, OutsideFile>& files) {
  PortalMessage message;
  message.number = said.number;
  message.from = said.kind == domain::MessageKind::customer ? Speaker::customer : Speaker::desk;
  message.author = std::move(said.author_name);
  message.body = std::move(said.body);
  message.at = said.at;
  for (const auto file : said.attachments) {
    if (const auto found = files.find(file); found != files.end()) message.attachments.push_back(found->second);
  }
  return message;
}

/// The newest of several tickets, oldest first. At one instant, those that were handed over first.
class NewestMessages {
 public:
  void add(PortalMessage message) {
    const auto place = std::ranges::upper_bound(kept_, message.at, {}, &PortalMessage::at);
    kept_.insert(place, std::move(message));
    if (std::cmp_greater(kept_.size(), most_messages)) kept_.pop_front();
  }
  std::vector<PortalMessage> take() && {
    return {std::move_iterator(kept_.begin()), std::move_iterator(kept_.end())};
  }

 private:
  std::deque<PortalMessage> kept_;
};

std::int64_t messages_of(const PortalSources& from, const domain::Ticket& ticket, TicketId id) {
  if (id == ticket.id) return ticket.messages;
  const auto merged = from.tickets.find(id, domain::system_principal("portal"));
  return merged ? merged->messages : 0;
}

void add_messages(const PortalSources& from, const domain::Principal& customer, const domain::Ticket& ticket,
                  PortalTicket& out) {
  NewestMessages newest;
  for (const auto id : shown_tickets(from, customer, ticket)) {
    std::map<std::int64_t, OutsideFile> files;
    for (const auto& file : from.attachments.attachments(id)) {
      if (!file.internal) files[file.id.value] = outside_file(file);
    }
    const auto last = messages_of(from, ticket, id);
    desk::each_message(from.tickets, id, std::max<std::int64_t>(0, last - most_messages), most_messages, false,
                       [&](desk::StoredMessage said) {
                         if (said.number > last) return;
                         auto message = portal_message(std::move(said), files);
                         // Numbers of a ticket that ended in this one must not meet this one's.
                         if (id != ticket.id) message.number = -(id.value * 8192 + message.number);
                         newest.add(std::move(message));
                       });
  }
  out.messages = std::move(newest).take();
}

bool needs_words(const domain::Transition& step) {
  return std::ranges::find(step.require, "message") != step.require.end();
}

/// Whether the step asks the customer for nothing but words: a field that it requires, and that is empty, they can not
/// fill in here.
bool asks_only_words(const domain::Transition& step, const domain::Ticket& ticket, Time now) {
  const domain::TicketSource source(ticket, now);
  return std::ranges::all_of(step.require, [&](const std::string& name) {
    domain::Condition given;
    given.kind = domain::Condition::Kind::test;
    given.field = ticket.fields.contains(name) ? "field." + name : name;
    given.op = domain::Operator::is_set;
    return name == "message" || domain::holds(given, source);
  });
}

}  // namespace

std::optional<domain::Transition> confirming(const PortalSources& from, const domain::Principal& customer,
                                             const domain::Ticket& ticket) {
  const auto pinned = workflow_of(from, ticket);
  const auto* workflow = pinned.workflow;
  if (workflow == nullptr) return {};
  const domain::Transition* first = nullptr;
  for (const auto* step : domain::allowed_transitions(ticket, customer, *workflow, from.active, from.now)) {
    const auto* to = workflow->find_state(step->to);
    if (to == nullptr || !over(to->category) || to->category == ticket.category) continue;
    if (!asks_only_words(*step, ticket, from.now)) continue;
    if (step->name == "confirm") return *step;
    if (first == nullptr && over(ticket.category)) first = step;
  }
  if (first == nullptr) return {};
  return *first;
}

std::optional<domain::Ticket> as_it_was(const desk::TicketReader& tickets, TicketId id, std::int64_t event) {
  constexpr std::int64_t longest = 20'000;
  if (event > longest) return {};
  domain::Ticket ticket;
  std::int64_t after = 0;
  while (after < event) {
    const auto page = tickets.events(id, after, static_cast<int>(std::min<std::int64_t>(events_a_page, event - after)));
    for (const auto& recorded : page) {
      after = recorded.sequence;
      if (after <= event) domain::evolve_in_place(ticket, id, recorded);
    }
    if (page.empty()) break;
  }
  return ticket;
}

PortalTicket portal_ticket(const PortalSources& from, const domain::Principal& customer, const domain::Ticket& ticket) {
  PortalTicket out;
  out.number = ticket_number(from.active, ticket.id);
  out.subject = ticket.subject;
  const auto form = from.active.forms.find(ticket.type);
  out.type = form == from.active.forms.end() ? domain::Title{ticket.type, ""} : form->second.title;
  out.category = ticket.category;
  out.created_at = ticket.created_at;
  out.merged = static_cast<bool>(ticket.merged_into);
  const bool ended = over(ticket.category);
  for (const auto& run : ticket.clocks) {
    if (run.clock == "resolution" && !run.ended_at && run.due_at) out.expected_by = run.due_at;
  }
  bool reopens = false;
  const auto pinned = workflow_of(from, ticket);
  if (const auto* workflow = pinned.workflow) {
    if (const auto* state = workflow->find_state(ticket.state)) {
      out.state = words_for(*state);
      out.state_text = state->customer_text.zh;
    }
    add_history(from, ticket, *workflow, out);
    const auto confirms = confirming(from, customer, ticket);
    out.may.confirm = confirms.has_value();
    for (const auto* step : domain::allowed_transitions(ticket, customer, *workflow, from.active, from.now)) {
      const auto* to = workflow->find_state(step->to);
      if (to == nullptr || !asks_only_words(*step, ticket, from.now)) continue;
      if (ended && !over(to->category)) {
        reopens = true;
      } else if (!confirms || step->name != confirms->name) {
        out.moves.push_back({step->name, step->title, needs_words(*step)});
      }
    }
  }
  add_messages(from, customer, ticket, out);
  if (ticket.rating) out.rating = PortalRating{ticket.rating->score, ticket.rating->comment};
  if (customer.only_until != 0) {
    out.merged = true;
    out.moves.clear();
    out.may = {};
    return out;
  }
  out.may.add = !ticket.merged_into && (ticket.category != domain::StateCategory::closed || reopens);
  out.may.urge = !ended;
  out.may.reopen = reopens;
  out.may.rate = ended && !ticket.merged_into;
  return out;
}

bool shown_file(const PortalSources& from, const domain::Principal& customer, const domain::Ticket& ticket,
                const desk::Attachment& file) {
  if (file.internal || !file.ticket) return false;
  if (customer.only_until != 0) {
    // Only what its messages of that time name: a later one may have brought a file, too.
    PortalTicket shown;
    add_messages(from, customer, ticket, shown);
    return std::ranges::any_of(shown.messages, [&](const PortalMessage& message) {
      return std::ranges::find(message.attachments, file.id, &OutsideFile::id) != message.attachments.end();
    });
  }
  const auto ids = shown_tickets(from, customer, ticket);
  return std::ranges::find(ids, file.ticket) != ids.end();
}

}  // namespace docket::api
