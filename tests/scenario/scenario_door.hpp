// SPDX-License-Identifier: Apache-2.0
// What a scenario needs from a desk. One door stands before the use cases in memory, one before the API of a server.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "scenario.hpp"

namespace docket::tests {

struct SeenClock {
  std::string clock{}, policy{};
  int run = 1;
  bool paused = false, ended = false;
  Duration goal{}, counted{};
  std::optional<Time> due_at{}, breached_at{};
};

/// A ticket as people see it.
struct Seen {
  std::string state{}, category{}, team{}, assignee{}, priority{}, awaiting{}, hold{};
  bool waiting = false;
  int escalation = 0, urges = 0, reopens = 0, messages = 0;
  std::vector<std::string> tags{};
  domain::Fields fields{};
  std::vector<SeenClock> clocks{};                   ///< the latest run of each
  std::string rule{};                                ///< that dispatched it last
  std::map<std::string, std::string> passed_over{};  ///< login → reason, at the last dispatch
};

/// A notification on its way to somebody.
struct Notice {
  std::string text{};  ///< name of the text
  std::string to{};    ///< login, or key of the customer
};

/// What came of an act on the tickets of its step.
struct Done {
  std::vector<std::int64_t> created{};
  std::optional<std::int64_t> done{}, failed{};  ///< of a bulk job
};

/// Everything throws std::runtime_error when the desk itself does not work; what the desk refuses is an Error.
class ScenarioDoor {
 public:
  virtual ~ScenarioDoor() = default;
  /// Publishes the definitions below `directory` and adds the people, at scenario.starts.
  virtual void open(const std::filesystem::path& directory, const Scenario& scenario) = 0;
  /// Lets time pass; whatever falls due on the way is done at its own time.
  virtual void pass(Time to) = 0;
  virtual Result<Done> act(const std::string& who, const Act& act, const std::vector<std::int64_t>& tickets) = 0;
  [[nodiscard]] virtual Seen look(std::int64_t ticket) = 0;
  /// All notifications of the ticket so far, oldest first.
  [[nodiscard]] virtual std::vector<Notice> notices(std::int64_t ticket) = 0;
};

}  // namespace docket::tests
