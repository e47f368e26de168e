// SPDX-License-Identifier: Apache-2.0
#include "desk/verify_desk.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <utility>

#include "base/both.hpp"
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

/// Adds what is wrong with a ticket.
auto adds_to(VerifyReport& report, TicketId id) {
  return [&report, id](const Said& what) {
    report.add(both("ticket {0}: {1}", "工单 {0}：{2}", id.value, what.en, what.in(Language::zh)));
  };
}

void verify_messages(const Reading& reading, TicketId id, const std::vector<domain::RecordedEvent>& events,
                     VerifyReport& report) {
  const auto add = adds_to(report, id);
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
      add(both("message {} has no event", "消息 {} 没有对应事件", message.number));
      return;
    }
    if (to_hex(sha256(message.body)) != wanted->second.body) {
      add(both("the text of message {} was changed", "消息 {} 的正文被改动", message.number));
    }
    const auto formatted = message.formatted.empty() ? std::nullopt : std::optional(domain::digest_of(message.formatted));
    if (formatted != wanted->second.formatted) {
      add(both("the formatted text of message {} was changed", "消息 {} 的富文本被改动", message.number));
    }
    digests.erase(wanted);
  });
  for (const auto& [number, wanted] : digests) {
    add(both("message {} is missing", "消息 {} 丢失", number));
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
  const auto add = adds_to(report, id);
  const auto wanted = invitations(events);
  for (const auto& [number, asked] : wanted) {
    const auto link = reading.links.find_link(number);
    ++report.links;
    if (!link) {
      add(both("link {} of a guest is missing", "协作人链接 {} 丢失", number.value));
    } else if (link->ticket != id || link->purpose != LinkPurpose::guest || link->sequence != asked.sequence ||
               link->expires_at != asked.expires_at || link->answered_at.has_value() != asked.answered) {
      add(both("link {} of a guest is not what the history gives", "协作人链接 {} 与历史不符", number.value));
    } else if (asked.revoked && !link->revoked_at) {
      add(both("link {} of a guest opens the ticket though it was taken back", "协作人链接 {} 已撤回却仍可打开工单", number.value));
    }
  }
  for (const auto& link : reading.links.links(id, LinkPurpose::guest)) {
    if (!wanted.contains(link.id)) add(both("link {} is of a guest whom nobody asked", "协作人链接 {} 不属于任何被邀请的人", link.id.value));
  }
  for (const auto& link : reading.links.links(id, LinkPurpose::portal)) {
    ++report.links;
    if (link.expires_at <= link.created_at || !reading.directory.find_customer(link.customer))
      add(both("link {} is no customer's, or ends before it began", "客户链接 {} 不属于任何客户，或有效期不成立", link.id.value));
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
  const auto add = adds_to(report, ticket.id);
  if (!kept) {
    add({"reports do not know it", "报表里没有它"});
  } else if (kept->head != domain::fact_head(ticket) || kept->facts != facts) {
    add({"what reports count is not what its history gives", "报表所计与历史不符"});
  }
}

void verify_deliveries(const Reading& reading, TicketId id, const std::vector<domain::RecordedEvent>& events,
                       VerifyReport& report) {
  auto wanted = demanded(events);
  const auto system = domain::system_principal("verify");
  constexpr int a_page = 200;
  std::optional<DeliveryId> before = DeliveryId{};
  while (before) {
    const auto page = reading.outbox.deliveries({.ticket = id, .demanded = true}, *before, a_page, system);
    for (const auto& delivery : page.rows) {
      ++report.deliveries;
      --wanted[delivery.sequence];
    }
    before = page.next;
  }
  const auto add = adds_to(report, id);
  for (const auto& [sequence, missing] : wanted) {
    if (missing > 0) add(both("event {} lacks {} deliveries", "事件 {} 少了 {} 条投递", sequence, missing));
    if (missing < 0) add(both("event {} has {} deliveries too many", "事件 {} 多了 {} 条投递", sequence, -missing));
  }
}

}  // namespace

void VerifyReport::add(Said problem) {
  if (problems.size() < most_problems) {
    problems.push_back(std::move(problem));
  } else {
    ++more;
  }
}

void verify_ticket(const Reading& reading, TicketId id, VerifyReport& report) {
  ++report.streams;
  const auto add = adds_to(report, id);
  if (const auto fault = reading.stream.check_chain(id.value)) add(*fault);
  const auto events = all_events(reading, id);
  report.events += static_cast<std::int64_t>(events.size());
  const auto stored = reading.tickets.find(id, domain::system_principal("verify"));
  if (!stored) {
    add({"has a history but no row", "有历史而没有记录"});
    return;
  }
  domain::Ticket replayed;
  for (const auto& event : events) replayed = domain::evolve(std::move(replayed), id, event);
  if (replayed != *stored)
    add(both("the row is not what its history gives (version {} by history, {} in the row)",
             "记录与历史不符（按历史为版本 {}，记录为 {}）", replayed.version, stored->version));
  if (const auto fault = reading.tickets.check_rows(replayed)) add(*fault);
  for (const auto& difference : domain::audit_clocks(events, reading.source)) add(difference);
  verify_messages(reading, id, events, report);
  verify_deliveries(reading, id, events, report);
  verify_links(reading, id, events, report);
  verify_facts(reading, replayed, events, report);
}

void verify_file(const Attachment& file, const BlobStore& blobs, VerifyReport& report) {
  ++report.files;
  if (blobs.verified_path(file.sha256)) return;
  adds_to(report, file.ticket)(both("the file \"{0}\" is damaged or missing; put blobs/{1}/{2} back from a backup",
                                    "文件“{0}”损坏或丢失；请从备份放回 blobs/{1}/{2}", file.name, file.sha256.substr(0, 2), file.sha256));
}

void verify_desk_stream(const Reading& reading, VerifyReport& report) {
  ++report.streams;
  if (const auto fault = reading.stream.check_chain(0)) report.add({"desk: " + fault->en, "服务台：" + fault->zh});
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
      report.add(both("anchor at {}: the histories are not those that were anchored; something was lost or changed",
                      "位置 {} 的锚点：历史已不是当初锚定的样子，有内容丢失或被改动", anchor.feed_position));
    from = anchor.feed_position;
  }
  return std::cmp_less(page.size(), anchors_a_page) ? std::nullopt : std::optional(from);
}

}  // namespace docket::desk
