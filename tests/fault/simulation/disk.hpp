// SPDX-License-Identifier: Apache-2.0
// What survives a crash of the simulated server: tickets with their histories, deliveries, keys and publications.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "domain/ticket/decide.hpp"

namespace docket::simulation {

using namespace domain;

struct StoredTicket {
  Ticket ticket{};                      ///< the projection
  std::vector<RecordedEvent> events{};  ///< the truth
  std::vector<std::uint64_t> chain{};   ///< one link an event, each over the one before
  std::map<std::int64_t, NewMessage> messages{};
  std::optional<Time> timer{};
  std::size_t publication = 0;  ///< the last one that it adopted
};

struct OutboxRow {
  enum class State { queued, sent, dead };
  TicketId ticket{};
  std::int64_t sequence = 0;
  std::string key{};  ///< the same for every try
  State state = State::queued;
  int tries = 0;
};

struct Publication {
  std::string digest{};
  Time at{};
  std::map<std::string, std::string> mapping{};  ///< states of the workflow that are gone
};

struct Disk {
  std::map<std::int64_t, StoredTicket> tickets{};
  std::vector<OutboxRow> outbox{};
  std::map<std::string, std::int64_t> idempotency{};  ///< key of a creation → ticket
  std::vector<Publication> publications{};
  std::int64_t last_id = 0;
};

/// The simulated process ended here; whatever is not on disk is gone.
struct Crash {};

/// Something that must never happen has happened.
class Violation : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace docket::simulation
