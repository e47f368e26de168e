// SPDX-License-Identifier: Apache-2.0
// Who else is on which ticket right now. In memory only: it is a courtesy, not a lock, and a restart forgets it.
#pragma once

#include <boost/describe.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/json_rules.hpp"

namespace docket::api {

enum class PresenceMode { viewing, editing, away };
BOOST_DESCRIBE_ENUM(PresenceMode, viewing, editing, away)

struct PresentPerson {
  UserId user_id{};
  std::string name;
  PresenceMode mode{};
  bool operator==(const PresentPerson&) const = default;
};
BOOST_DESCRIBE_STRUCT(PresentPerson, (), (user_id, name, mode))

/// Bounded, and entries lapse unless they are renewed. Thread-safe, never blocks for long; lives with the gateway.
class Presence {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::seconds lapse{45};       ///< pages renew every 20 s
  static constexpr std::size_t most_entries = 20'000;    ///< on all tickets together; beyond it nobody new is shown
  static constexpr std::size_t most_of_one_person = 32;  ///< tickets; beyond it the oldest is left
  static constexpr std::size_t most_on_one_ticket = 50;  ///< shown; who comes later is not

  /// Called when there is something new to tell, from any thread; set before the first put().
  void on_change(std::function<void()> tell) { tell_ = std::move(tell); }

  /// The person is on the ticket; `away` means that they left it. Gives the others there, by id.
  std::vector<PresentPerson> put(TicketId ticket, const PresentPerson& person, Instant now);
  /// Who is on the ticket, by id.
  [[nodiscard]] std::vector<PresentPerson> on(TicketId ticket, Instant now) const;
  /// The newest tickets on which somebody is, at most `most`.
  [[nodiscard]] std::vector<TicketId> tickets(Instant now, std::size_t most) const;
  /// Tickets on which something changed or lapsed since the last call.
  [[nodiscard]] std::vector<TicketId> take_changed(Instant now);
  /// Gives back what could not be told.
  void tell_again(const std::vector<TicketId>& tickets);
  /// Whether take_changed() would give any without looking for what lapsed.
  [[nodiscard]] bool has_changed() const;

 private:
  struct Entry {
    PresentPerson person{};
    Instant until{};
  };
  using People = std::map<UserId, Entry>;

  void leave(TicketId ticket, UserId user);
  void leave_oldest_of(UserId user);

  std::function<void()> tell_;
  mutable std::mutex mutex_;
  std::map<TicketId, People> tickets_;
  std::map<UserId, std::set<TicketId>> of_person_;
  std::set<TicketId> changed_;
  std::size_t entries_ = 0;
};

/// Told on the live stream to those who see the ticket.
struct StreamPresence {
  std::string type{"presence"};
  TicketId ticket_id{};
  std::vector<PresentPerson> others;  ///< everybody there; the reader leaves themselves out
};
BOOST_DESCRIBE_STRUCT(StreamPresence, (), (type, ticket_id, others))

}  // namespace docket::api
