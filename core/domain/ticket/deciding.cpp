// SPDX-License-Identifier: Apache-2.0
#include "domain/ticket/deciding.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "domain/ticket/evolve.hpp"
#include "domain/ticket/limits.hpp"

namespace docket::domain {
namespace {

/// Kept free so that what rules began can be finished, with its traces and clocks, within max_events.
constexpr std::size_t events_in_reserve = 60;

}  // namespace

Deciding::Deciding(const Ticket* ticket, TicketId id, const Context& context)
    : context_(context),
      now_(context.now),
      id_(id),
      system_(system_principal("rule")),
      actor_(context.principal->actor) {
  if (ticket != nullptr) {
    decision_.ticket = *ticket;
    now_ = std::max(now_, ticket->updated_at);
    if (!ends(ticket->category)) counted_for_ = ticket->assignee;
  }
  decision_.events.reserve(16);
  origins_.reserve(16);
}

const Definitions& Deciding::load(Bundle& bundle, const std::string& digest) {
  if (!bundle.definitions || bundle.digest != digest) {
    bundle.definitions = this->bundle(digest);
    bundle.digest = digest;
  }
  return *bundle.definitions;
}

std::shared_ptr<const Definitions> Deciding::bundle(const std::string& digest) const {
  return digest == context_.active->digest ? context_.active : context_.bundles->get(digest);
}

const Definitions& Deciding::pinned() {
  return load(pinned_, ticket().workflow_bundle);
}

const Definitions& Deciding::counting() {
  return load(counting_, ticket().bundle);
}

const Workflow& Deciding::workflow() {
  const auto& workflows = pinned().workflows;
  const auto found = workflows.find(ticket().workflow);
  if (found == workflows.end()) {
    throw std::runtime_error("bundle " + ticket().workflow_bundle + " has no workflow " + ticket().workflow);
  }
  return found->second;
}

const State& Deciding::state() {
  const auto* state = workflow().find_state(ticket().state);
  if (state == nullptr) {
    throw std::runtime_error("workflow " + ticket().workflow + " of bundle " + ticket().workflow_bundle +
                             " has no state " + ticket().state);
  }
  return *state;
}

const Form& Deciding::form() {
  for (const auto* definitions : {&active(), &pinned()}) {
    const auto found = definitions->forms.find(ticket().type);
    if (found != definitions->forms.end()) return found->second;
  }
  // The type was taken out of the definitions, and a mapping took the ticket's state along: it has no fields any more.
  static const Form none;
  return none;
}

TicketSource Deciding::source() const {
  return {ticket(), now_, cause_ == no_event ? nullptr : &decision_.events[cause_]};
}

std::string Deciding::words(std::string_view text) const {
  if (context_.words == nullptr) return fill_text(text, source());
  return context_.words->fill(text, ticket(), cause_ == no_event ? nullptr : &decision_.events[cause_]);
}

void Deciding::append(TicketEvent event, Actor actor) {
  decision_.events.push_back({ticket().version + 1, now_, std::move(actor), std::move(event)});
  const int depth = (cause_ == no_event ? 0 : origins_[cause_].depth) + (trigger_ == nullptr ? 0 : 1);
  origins_.push_back({cause_, trigger_, depth});
  evolve_in_place(decision_.ticket, id_, decision_.events.back());
}

void Deciding::emit(TicketEvent event) {
  append(std::move(event), actor_);
}

void Deciding::emit_as(std::string_view system_name, TicketEvent event) {
  append(std::move(event), Actor{ActorKind::system, 0, std::string{system_name}});
}

void Deciding::say(MessageKind kind, std::string body, std::vector<std::int64_t> attachments, Formatted formatted) {
  MessageAdded added;
  added.number = ticket().messages + 1;
  added.message = kind;
  added.digest = to_hex(sha256(body));
  if (kind != MessageKind::note) added.excerpt = std::string{first_characters(body, max_excerpt_characters)};
  added.attachments = attachments;
  if (!formatted.empty()) added.formatted = digest_of(formatted);
  decision_.messages.push_back(
      {added.number, kind, actor_, std::move(body), std::move(attachments), std::move(formatted)});
  emit(std::move(added));
}

bool Deciding::full() const {
  return events().size() + events_in_reserve >= max_events;
}

bool Deciding::deep(std::size_t cause) const {
  const int chain = cause == no_event ? 0 : origins_[cause].depth;
  return std::max(chain, rule_depth_) >= max_rule_depth;
}

bool Deciding::in_chain(const Trigger& trigger, std::size_t event) const {
  for (; event != no_event; event = origins_[event].cause) {
    if (origins_[event].trigger == &trigger) return true;
  }
  return false;
}

Deciding::RuleScope::RuleScope(Deciding& deciding, const std::string& rule, std::size_t cause, const Trigger* trigger)
    : deciding_(deciding),
      actor_(std::exchange(deciding.actor_, Actor{ActorKind::system, 0, rule})),
      cause_(std::exchange(deciding.cause_, cause)),
      trigger_(std::exchange(deciding.trigger_, trigger != nullptr ? trigger : deciding.trigger_)) {
  ++deciding_.rule_depth_;
}

Deciding::RuleScope::~RuleScope() {
  --deciding_.rule_depth_;
  deciding_.actor_ = std::move(actor_);
  deciding_.cause_ = cause_;
  deciding_.trigger_ = trigger_;
}

}  // namespace docket::domain
