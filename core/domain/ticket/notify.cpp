// SPDX-License-Identifier: Apache-2.0
#include "domain/ticket/notify.hpp"

#include <algorithm>
#include <string_view>

namespace docket::domain {
namespace {

class Recipients {
 public:
  explicit Recipients(const Deciding& deciding) : deciding_(deciding) {}

  void add(std::string_view word) {
    const auto& ticket = deciding_.ticket();
    if (word == "assignee") {
      add_user(ticket.assignee);
    } else if (word == "team") {
      add_members(ticket.team, false);
    } else if (word == "lead") {
      add_members(ticket.team, true);
    } else if (word == "creator") {
      add_creator(ticket.created_by);
    } else if (word == "watchers") {
      const auto* changed = people_changed();
      add_users(changed != nullptr ? changed->added : ticket.watchers);
    } else if (word == "copied") {
      const auto* changed = people_changed();
      add_users(changed != nullptr ? changed->copied : ticket.copied);
    } else if (word == "mentioned") {
      if (const auto* mentioned = cause<Mentioned>()) add_users(mentioned->users);
    } else if (word == "guest") {
      add_guest();
    } else if (word == "asked_by") {
      if (const auto* answered = cause<GuestAnswered>()) add_user(answered->asked_by);
      if (const auto* reminded = cause<GuestReminded>()) add_user(reminded->asked_by);
    } else if (word == "customer") {
      add_customer(ticket.customer);
    } else if (word.starts_with("user:")) {
      if (const auto user = deciding_.roster().find_user(std::string{word.substr(5)})) add_user(*user);
    } else if (word.starts_with("team:")) {
      add_members(std::string{word.substr(5)}, false);
    }
  }

  std::vector<Recipient> take() && { return std::move(list_); }

 private:
  template <class Event>
  const Event* cause() const {
    if (deciding_.cause() == Deciding::no_event) return nullptr;
    return std::get_if<Event>(&deciding_.events()[deciding_.cause()].event);
  }
  const WatchersChanged* people_changed() const { return cause<WatchersChanged>(); }
  /// Only while the link may be used: a guest who was sent away is told nothing.
  void add_guest() {
    const auto add = [&](GuestId id) { add_once({ActorKind::guest, id.value}); };
    if (const auto* invited = cause<GuestInvited>()) add(invited->guest);
    if (const auto* reminded = cause<GuestReminded>()) add(reminded->guest);
  }
  void add_once(Recipient recipient) {
    if (std::ranges::find(list_, recipient) == list_.end()) list_.push_back(recipient);
  }
  void add_user(UserId user) {
    if (user && user != deciding_.commander().user) add_once({ActorKind::user, user.value});
  }
  void add_users(const std::vector<UserId>& users) {
    for (const auto user : users) add_user(user);
  }
  void add_customer(CustomerId customer) {
    if (customer) add_once({ActorKind::customer, customer.value});
  }
  void add_creator(const Actor& creator) {
    if (creator.kind == ActorKind::user) add_user(UserId{creator.id});
    if (creator.kind == ActorKind::customer) add_customer(CustomerId{creator.id});
  }
  void add_members(const std::string& team, bool leads_only) {
    for (const auto& member : deciding_.roster().members(team)) {
      if (member.active && (member.lead || !leads_only)) add_user(member.user);
    }
  }

  const Deciding& deciding_;
  std::vector<Recipient> list_;
};

}  // namespace

std::vector<Recipient> recipients_of(const Deciding& deciding, const std::vector<std::string>& whom) {
  Recipients recipients(deciding);
  for (const auto& word : whom) recipients.add(word);
  return std::move(recipients).take();
}

}  // namespace docket::domain
