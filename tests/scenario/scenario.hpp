// SPDX-License-Identifier: Apache-2.0
// A scenario as values: who works at a desk, what happens at which time, and what must then be so.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "domain/value.hpp"

namespace docket::tests {

/// Somebody who works at the desk; the key in the file is the login.
struct Person {
  std::string login{}, name{};
  std::vector<std::string> roles{}, teams{}, leads{}, skills{}, regions{}, product_lines{};
  std::optional<int> capacity{};
  std::string presence = "online";
};

struct Client {
  std::string key{}, name{}, level{}, region{};
};

/// What somebody does. Only the members that the verb knows are given; the reader refuses others.
struct Act {
  std::string does{};  ///< create write reply note move assign take retype hold resume set urge copy watch reopen link merge
                       ///< bulk goes leave
  std::string type{}, subject{}, text{}, priority{}, channel{}, region{}, product_line{}, customer{}, level{};
  std::string transition{}, team{}, assignee{}, reason{}, presence{}, other{}, kind{};
  std::optional<Time> until{};
  domain::Fields fields{};
  std::vector<std::string> tags{}, untags{}, people{};
  bool said_to_customer = false;  ///< the message of a move is a reply
  std::string bulk{};             ///< the verb of a bulk job
};

struct ExpectedClock {
  bool none = false;  ///< no run of that clock goes on
  std::optional<bool> paused{}, breached{}, ended{}, kept{};
  std::optional<Time> due{}, breached_at{};
  std::optional<Duration> counted{}, goal{};
  std::optional<int> run{};
  std::optional<std::string> policy{};
};

/// What must be so after a step. Absent: anything.
struct Expectation {
  int line = 0;
  std::optional<std::string> state{}, category{}, team{}, priority{}, awaiting{}, hold{}, rule{};
  std::optional<std::string> assignee{};  ///< login, or "nobody"
  std::optional<bool> waiting{};
  std::optional<int> escalation{}, urges{}, reopens{}, messages{};
  std::vector<std::string> tags{};
  domain::Fields fields{};
  std::map<std::string, ExpectedClock> clocks{};
  std::vector<std::string> notified{};                 ///< "text to login", each since the step before
  std::optional<std::map<std::string, int>> counts{};  ///< notifications by text since the step before, exactly
  std::map<std::string, std::string> passed_over{};    ///< login → reason, at the last dispatch
  std::optional<std::string> refused{};                ///< code of the error; none: the act succeeds
  std::vector<std::string> allowed{}, pointers{};      ///< of the error
  std::optional<std::int64_t> done{}, failed{};        ///< of a bulk job
};

struct Step {
  int line = 0;
  Time at{};
  std::string who{};                   ///< login or customer; empty: only time passes
  Act act{};                           ///< without `does`: nothing is done
  std::vector<std::string> tickets{};  ///< names; a name that ended in [n] at its creation stands for all of them
  int times = 1;                       ///< of create
  std::optional<Expectation> expect{};
};

struct Scenario {
  std::string file{};
  std::string title{};
  std::string desk{};  ///< directory of the definitions, relative to the root of the repository
  Time starts{};
  std::vector<Person> people{};
  std::vector<Client> customers{};
  std::vector<Step> steps{};
};

}  // namespace docket::tests
