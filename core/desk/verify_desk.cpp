// SPDX-License-Identifier: Apache-2.0
#include "desk/verify_desk.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <utility>

#include "desk/message_walk.hpp"
#include "domain/sla/clocks.hpp"
#include "domain/ticket/decide.hpp"

namespace docket::desk {
namespace {

constexpr std::size_t most_problems = 1000;
constexpr int events_a_page = 1000;
constexpr int heads_a_page = 2000;

std::vector<domain::RecordedEvent> all_events(const Reading& reading, TicketId id) {
  std::vector<domain::RecordedEvent> events;
  while (true) {
    auto page = reading.tickets.events(id, events.empty() ? 0 : events.back().sequence, events_a_page);
    const bool last = std::cmp_less(page.size(), events_a_page);
    std::ranges::move(page, std::back_inserter(events));
    if (last) return events;
  }
}

/// How many deliveries the events demand, by event.
std::map<std::int64_t, std::int64_t> demanded(const std::vector<domain::RecordedEvent>& events) {
  std::map<std::int64_t, std::int64_t> wanted;
  for (const auto& event : events) {
    if (const auto* notified = std::get_if<domain::Notified>(&event.event)) {
      // What is told inside (in_app) is read or not, and then forgotten: no delivery.
      const auto outside = std::ranges::count_if(notified->destinations, [](const auto& name) { return name != in_app; });
      wanted[event.sequence] = static_cast<std::int64_t>(notified->recipients.size()) * outside;
    } else if (const auto* called = std::get_if<domain::Called>(&event.event)) {
      wanted[event.sequence] = std::ssize(destinations_of(*called));
    }
  }
  return wanted;
}

void verify_messages(const Reading& reading, TicketId id, const std::vector<domain::RecordedEvent>& events,
                     VerifyReport& report) {
  struct Wanted {
    std::string body;
    std::optional<std::string> formatted;
  };
  std::map<std::int64_t, Wanted> digests;
  for (const auto& event : events) {
    if (const auto* added = std::get_if<domain::MessageAdded>(&event.event))
      digests[added->number] = Wanted{added->digest, added->formatted};
  }
  each_message(reading.tickets, id, 0, std::numeric_limits<std::int64_t>::max(), true, [&](const StoredMessage& message) {
    ++report.messages;
    const auto wanted = digests.find(message.number);
    if (wanted == digests.end()) {
      report.add("ticket " + std::to_string(id.value) + ": message " + std::to_string(message.number) + " has no event");
      return;
    }
    if (to_hex(sha256(message.body)) != wanted->second.body) {
      report.add("ticket " + std::to_string(id.value) + ": the text of message " + std::to_string(message.number) +
                 " was changed");
    }
    const auto formatted = message.formatted.empty() ? std::nullopt : std::optional(domain::digest_of(message.formatted));
    if (formatted != wanted->second.formatted) {
      report.add("ticket " + std::to_string(id.value) + ": the formatted text of message " +
                 std::to_string(message.number) + " was changed");
    }
    digests.erase(wanted);
  });
  for (const auto& [number, wanted] : digests) {
    report.add("ticket " + std::to_string(id.value) + ": message " + std::to_string(number) + " is missing");
  }
}

/// What the history says of a guest's link.
struct Invitation {
  std::int64_t sequence = 0;
  Time expires_at{};
  bool revoked = false;
  bool answered = false;
};

std::map<AccessLinkId, Invitation> invitations(const std::vector<domain::RecordedEvent>& events) {
  std::map<AccessLinkId, Invitation> wanted;
  const auto of = [&](GuestId guest) -> Invitation& { return wanted[AccessLinkId{guest.value}]; };
  for (const auto& event : events) {
    if (const auto* asked = std::get_if<domain::GuestInvited>(&event.event))
      of(asked->guest) = {event.sequence, asked->expires_at, false, false};
    else if (const auto* answered = std::get_if<domain::GuestAnswered>(&event.event))
      of(answered->guest).answered = true;
    else if (const auto* revoked = std::get_if<domain::GuestRevoked>(&event.event))
      of(revoked->guest).revoked = true;
  }
  return wanted;
}

/// Each guest has the one link that the history gives, no longer good than it says; nobody else has one; and a
/// customer's link is somebody's.
void verify_links(const Reading& reading, TicketId id, const std::vector<domain::RecordedEvent>& events,
                  VerifyReport& report) {
  const auto name = "ticket " + std::to_string(id.value) + ": link ";
  const auto wanted = invitations(events);
  for (const auto& [number, asked] : wanted) {
    const auto link = reading.links.find_link(number);
    const auto problem = [&](const char* what) { report.add(name + std::to_string(number.value) + what); };
    ++report.links;
    if (!link) {
      problem(" of a guest is missing");
    } else if (link->ticket != id || link->purpose != LinkPurpose::guest || link->sequence != asked.sequence ||
               link->expires_at != asked.expires_at || link->answered_at.has_value() != asked.answered) {
      problem(" of a guest is not what the history gives");
    } else if (asked.revoked && !link->revoked_at) {
      problem(" of a guest opens the ticket though it was taken back");
    }
  }
  for (const auto& link : reading.links.links(id, LinkPurpose::guest)) {
    if (!wanted.contains(link.id)) report.add(name + std::to_string(link.id.value) + " is of a guest whom nobody asked");
  }
  for (const auto& link : reading.links.links(id, LinkPurpose::portal)) {
    ++report.links;
    if (link.expires_at <= link.created_at || !reading.directory.find_customer(link.customer))
      report.add(name + std::to_string(link.id.value) + " is no customer's, or ends before it began");
  }
}

/// What reports count of a ticket, made again from its history.
void verify_facts(const Reading& reading, const domain::Ticket& ticket, const std::vector<domain::RecordedEvent>& events,
                  VerifyReport& report) {
  if (!reading.reports.gathered()) return;
  auto facts = domain::facts_of(nullptr, events);
  std::ranges::stable_sort(facts, {}, &domain::Fact::kind);
  report.facts += static_cast<std::int64_t>(facts.size());
  const auto kept = reading.reports.kept(ticket.id);
  const auto name = "ticket " + std::to_string(ticket.id.value);
  if (!kept) {
    report.add(name + ": reports do not know it");
  } else if (kept->head != domain::fact_head(ticket) || kept->facts != facts) {
    report.add(name + ": what reports count is not what its history gives");
  }
}

void verify_deliveries(const Reading& reading, TicketId id, const std::vector<domain::RecordedEvent>& events,
                       VerifyReport& report) {
  auto wanted = demanded(events);
  const auto system = domain::system_principal("verify");
  constexpr int a_page = 200;
  std::optional<DeliveryId> before = DeliveryId{};
  while (before) {
    const auto page = reading.outbox.deliveries({.ticket = id}, *before, a_page, system);
    for (const auto& delivery : page.rows) {
      ++report.deliveries;
      --wanted[delivery.sequence];
    }
    before = page.next;
  }
  for (const auto& [sequence, missing] : wanted) {
    if (missing > 0)
      report.add("ticket " + std::to_string(id.value) + ": event " + std::to_string(sequence) + " lacks " +
                 std::to_string(missing) + " deliveries");
    if (missing < 0)
      report.add("ticket " + std::to_string(id.value) + ": event " + std::to_string(sequence) + " has " +
                 std::to_string(-missing) + " deliveries too many");
  }
}

}  // namespace

void VerifyReport::add(std::string problem) {
  if (problems.size() < most_problems) {
    problems.push_back(std::move(problem));
  } else {
    ++more;
  }
}

void verify_ticket(const Reading& reading, TicketId id, VerifyReport& report) {
  ++report.streams;
  const auto name = "ticket " + std::to_string(id.value);
  if (const auto fault = reading.stream.check_chain(id.value)) report.add(name + ": " + *fault);
  const auto events = all_events(reading, id);
  report.events += static_cast<std::int64_t>(events.size());
  const auto stored = reading.tickets.find(id, domain::system_principal("verify"));
  if (!stored) {
    report.add(name + ": has a history but no row");
    return;
  }
  domain::Ticket replayed;
  for (const auto& event : events) replayed = domain::evolve(std::move(replayed), id, event);
  if (replayed != *stored)
    report.add(name + ": the row is not what its history gives (version " + std::to_string(replayed.version) +
               " by history, " + std::to_string(stored->version) + " in the row)");
  if (const auto fault = reading.tickets.check_rows(replayed)) report.add(name + ": " + *fault);
  for (auto& difference : domain::audit_clocks(events, reading.source)) report.add(name + ": " + difference);
  verify_messages(reading, id, events, report);
  verify_deliveries(reading, id, events, report);
  verify_links(reading, id, events, report);
  verify_facts(reading, replayed, events, report);
}

void verify_desk_stream(const Reading& reading, VerifyReport& report) {
  ++report.streams;
  if (const auto fault = reading.stream.check_chain(0)) report.add("desk: " + *fault);
  for (auto& fault : reading.tickets.check_sums()) report.add(std::move(fault));
}

std::string anchor_text(std::int64_t feed_position, const Digest& root) {
  return std::to_string(feed_position) + ":" + to_hex(root);
}

std::optional<Digest> anchor_root(const DeskStreamReader& stream, std::int64_t from, std::int64_t to) {
  Hasher hasher;
  std::int64_t after = -1;
  while (true) {
    const auto page = stream.changed_heads(from, to, after, heads_a_page);
    for (const auto& head : page) {
      hasher.add(std::to_string(head.stream) + ":" + std::to_string(head.sequence) + ":");
      hasher.add(bytes_of(head.hash));
      after = head.stream;
    }
    if (std::cmp_less(page.size(), heads_a_page)) break;
  }
  if (after < 0) return {};
  return hasher.finish();
}

std::optional<std::int64_t> verify_anchors(const Reading& reading, const CheckSignature& check, std::int64_t from,
                                           VerifyReport& report) {
  constexpr int anchors_a_page = 100;
  const auto page = reading.stream.anchors(from, anchors_a_page);
  for (const auto& anchor : page) {
    ++report.anchors;
    if (!check(anchor_text(anchor.feed_position, anchor.root), anchor.signature)) {
      ++report.foreign_anchors;
      report.last_foreign_anchor = anchor.feed_position;
    }
    const auto root = anchor_root(reading.stream, from, anchor.feed_position);
    if (!root || *root != anchor.root)
      report.add("anchor at " + std::to_string(anchor.feed_position) +
                 ": the histories are not those that were anchored; something was lost or changed");
    from = anchor.feed_position;
  }
  return std::cmp_less(page.size(), anchors_a_page) ? std::nullopt : std::optional(from);
}

}  // namespace docket::desk
