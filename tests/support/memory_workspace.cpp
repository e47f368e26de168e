// SPDX-License-Identifier: Apache-2.0
// The parts of the desk in memory that serve people who work together: links, notices, drafts, held messages, views.
#include <algorithm>
#include <ranges>

#include "support/memory_rows.hpp"

namespace docket::test {
namespace {

template <class T>
std::vector<T> first(std::vector<T> all, int limit) {
  if (std::cmp_greater(all.size(), limit)) all.erase(all.begin() + limit, all.end());
  return all;
}

}  // namespace

std::optional<AttachmentId> MemoryAttachments::take_stray(const std::string& by_name, const domain::Actor& by) {
  for (auto& [id, attachment] : rows_.attachments) {
    if (attachment.ticket || attachment.by.id != 0 || attachment.by.name != by_name) continue;
    attachment.by = by;
    return id;
  }
  return {};
}

bool MemoryAttachments::hand_over(AttachmentId id, const domain::Actor& from, const domain::Actor& to) {
  const auto found = rows_.attachments.find(id);
  if (found == rows_.attachments.end() || found->second.ticket || found->second.by != from) return false;
  found->second.by = to;
  return true;
}

std::optional<desk::AccessLink> MemoryLinks::find_link(const Digest& secret) const {
  for (const auto& [id, link] : rows_.links) {
    if (link.second == secret) return link.first;
  }
  return {};
}

std::optional<desk::AccessLink> MemoryLinks::find_link(AccessLinkId id) const {
  const auto found = lookup(rows_.links, id);
  if (!found) return {};
  return found->first;
}

std::vector<desk::AccessLink> MemoryLinks::links(TicketId ticket, desk::LinkPurpose purpose) const {
  std::vector<desk::AccessLink> found;
  for (const auto& [id, link] : rows_.links | std::views::reverse) {
    if (link.first.ticket == ticket && link.first.purpose == purpose) found.push_back(link.first);
  }
  return found;
}

AccessLinkId MemoryLinks::next_link_id() const {
  return AccessLinkId{rows_.links.empty() ? 1 : rows_.links.rbegin()->first.value + 1};
}

void MemoryLinks::add_link(const desk::AccessLink& link, const Digest& secret) {
  rows_.links[link.id] = {link, secret};
}

void MemoryLinks::save_link(const desk::AccessLink& link) {
  rows_.links.at(link.id).first = link;
}

std::vector<desk::Notice> MemoryNotices::notices(const domain::Principal& principal, bool unread_only, NoticeId before,
                                                 int limit) const {
  std::vector<desk::Notice> found;
  for (const auto& notice : rows_.notices | std::views::reverse) {
    if (notice.user != principal.user || (before && notice.id >= before) || (unread_only && notice.read)) continue;
    if (domain::visible(principal, rows_.tickets.at(notice.ticket).ticket, now_)) found.push_back(notice);
  }
  return first(std::move(found), limit);
}

int MemoryNotices::unread_notices(const domain::Principal& principal, int cap) const {
  return static_cast<int>(notices(principal, true, {}, cap).size());
}

std::vector<desk::Notice> MemoryNotices::notices_since(NoticeId after, int limit) const {
  std::vector<desk::Notice> found;
  std::ranges::copy_if(rows_.notices, std::back_inserter(found), [&](const auto& notice) { return notice.id > after; });
  return first(std::move(found), limit);
}

NoticeId MemoryNotices::last_notice() const {
  return rows_.notices.empty() ? NoticeId{} : rows_.notices.back().id;
}

void MemoryNotices::add_notice(const desk::Notice& notice) {
  rows_.notices.push_back(notice);
  rows_.notices.back().id = NoticeId{static_cast<std::int64_t>(rows_.notices.size())};
}

void MemoryNotices::read_notices_up_to(UserId user, NoticeId up_to, Time) {
  for (auto& notice : rows_.notices) {
    if (notice.user == user && notice.id <= up_to) notice.read = true;
  }
}

void MemoryNotices::read_notices(UserId user, const std::vector<NoticeId>& ids, Time) {
  for (auto& notice : rows_.notices) {
    if (notice.user == user && std::ranges::find(ids, notice.id) != ids.end()) notice.read = true;
  }
}

int MemoryNotices::drop_notices(Time before, int limit) {
  int dropped = 0;
  std::erase_if(rows_.notices, [&](const auto& notice) {
    const bool old = dropped < limit && notice.at < before;
    if (old) ++dropped;
    return old;
  });
  return dropped;
}

std::optional<desk::Draft> MemoryWorkspace::find_draft(UserId user, TicketId ticket, desk::DraftKind kind) const {
  return lookup(rows_.drafts, std::tuple{user, ticket, kind});
}

std::vector<desk::Draft> MemoryWorkspace::drafts(UserId user, int limit) const {
  std::vector<desk::Draft> found;
  for (const auto& [key, draft] : rows_.drafts) {
    if (draft.user == user) found.push_back(draft);
  }
  std::ranges::stable_sort(found, std::greater<>{}, &desk::Draft::updated_at);
  return first(std::move(found), limit);
}

void MemoryWorkspace::save_draft(const desk::Draft& draft) {
  rows_.drafts[{draft.user, draft.ticket, draft.written.kind}] = draft;
}

bool MemoryWorkspace::remove_draft(UserId user, TicketId ticket, desk::DraftKind kind) {
  return rows_.drafts.erase({user, ticket, kind}) == 1;
}

int MemoryWorkspace::drop_drafts(Time before, int) {
  return static_cast<int>(std::erase_if(rows_.drafts, [&](const auto& row) { return row.second.updated_at < before; }));
}

std::optional<desk::HeldMessage> MemoryWorkspace::find_held(HeldMessageId id) const {
  return lookup(rows_.held, id);
}

std::vector<desk::HeldMessage> MemoryWorkspace::held_of(UserId user, int limit) const {
  std::vector<desk::HeldMessage> found;
  for (const auto& [id, held] : rows_.held) {
    if (held.user == user) found.push_back(held);
  }
  return first(std::move(found), limit);
}

HeldMessageId MemoryWorkspace::add_held(const desk::HeldMessage& message) {
  const HeldMessageId id{++rows_.last_id};
  rows_.held[id] = message;
  rows_.held[id].id = id;
  return id;
}

bool MemoryWorkspace::remove_held(HeldMessageId id) {
  return rows_.held.erase(id) == 1;
}

std::vector<desk::HeldMessage> MemoryWorkspace::held_due(Time now, int limit) const {
  std::vector<desk::HeldMessage> found;
  for (const auto& [id, held] : rows_.held) {
    if (held.send_at <= now) found.push_back(held);
  }
  std::ranges::stable_sort(found, {}, &desk::HeldMessage::send_at);
  return first(std::move(found), limit);
}

std::optional<Time> MemoryWorkspace::next_held() const {
  std::optional<Time> next;
  for (const auto& [id, held] : rows_.held) next = std::min(next.value_or(held.send_at), held.send_at);
  return next;
}

std::optional<desk::OwnView> MemoryWorkspace::find_view(ViewId id) const {
  return lookup(rows_.views, id);
}

std::vector<desk::OwnView> MemoryWorkspace::views(UserId user, int limit) const {
  std::vector<desk::OwnView> found;
  for (const auto& [id, view] : rows_.views) {
    if (view.user == user) found.push_back(view);
  }
  return first(std::move(found), limit);
}

ViewId MemoryWorkspace::add_view(const desk::OwnView& view) {
  const ViewId id{++rows_.last_id};
  rows_.views[id] = view;
  rows_.views[id].id = id;
  return id;
}

void MemoryWorkspace::save_view(const desk::OwnView& view) {
  rows_.views[view.id] = view;
}

bool MemoryWorkspace::remove_view(ViewId id) {
  return rows_.views.erase(id) == 1;
}

}  // namespace docket::test
