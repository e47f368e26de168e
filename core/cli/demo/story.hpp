// SPDX-License-Identifier: Apache-2.0
// Weeks of a busy desk in seconds: tickets come in, are answered, moved and urged at believable times, by the use
// cases.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cli/demo/people.hpp"
#include "cli/demo/texts.hpp"
#include "desk/ports/database.hpp"

namespace docket::cli {

struct StoryOptions {
  std::size_t tickets = 320;
  Time from{};                ///< the first ticket comes in then or later
  Time until{};               ///< nothing happens after it; tickets of the last days are still under way
  double stall_share = 0.12;  ///< how many are forgotten somewhere, so that clocks run out
  bool messages = true;       ///< without: tickets are only created and moved, the short way to their end
  std::uint64_t seed = 1;
  std::size_t batch = 32;                            ///< steps a job of the writer
  std::function<void(std::size_t tickets)> progress{};  ///< told now and then how many there are
};

struct StoryReport {
  std::size_t tickets = 0, messages = 0, moves = 0;
  std::size_t refused = 0;  ///< steps that the desk's rules did not allow then; they are left out of the story
  std::string first_refusal{};
};

/// The same options and seed on the same fresh desk give the same tickets. One thread. Keeps 16 bytes for each ticket that
/// is still to come, and a plot for each that is under way.
class Story {
 public:
  /// All references outlive it.
  Story(desk::Database& database, const DemoTexts& texts, const DemoStaff& staff, const StoryOptions& options);

  /// Errors of the environment throw; the first error of a whole job ends the story.
  [[nodiscard]] Result<StoryReport> tell();

 private:
  /// One ticket's future.
  struct Plot {
    std::size_t text = 0;
    std::size_t caller = 0;
    TicketId ticket{};
    std::map<std::string, std::string> slots{};  ///< what {product}, {order} … stand for
    std::string region{}, product_line{};
    std::size_t said = 0;  ///< how many of the text's lines were said
    int moves = 0;
    int stops_after = 0;  ///< forgotten after so many steps
    int steps = 0;
  };
  struct Due {
    Time at{};
    std::size_t plot = 0;
    bool operator>(const Due& other) const { return at != other.at ? at > other.at : plot > other.plot; }
  };

  using Plots = std::unordered_map<std::size_t, Plot>;

  void plan(const domain::Definitions& active);
  Plot begin(const domain::Definitions& active, std::size_t number);
  /// The next thing that happens: somebody new comes, or one who is there goes on.
  std::optional<Due> next();
  void step(desk::Unit& unit, const Due& due);
  /// Whether there is more to come of it.
  bool go_on(desk::Unit& unit, Plot& plot, const Due& due);
  void create(desk::Unit& unit, Plot& plot);
  void say(desk::Unit& unit, Plot& plot, const domain::Ticket& ticket);
  void urge(desk::Unit& unit, Plot& plot);
  void move(desk::Unit& unit, Plot& plot, const domain::Ticket& ticket);
  /// False when the person has no step to make; the error of one that was refused.
  Result<bool> try_move(desk::Unit& unit, const Plot& plot, const domain::Ticket& ticket, const domain::Principal& by);
  void let_time_act(desk::Unit& unit, Time until);
  /// What is due first; false when nothing is until then.
  bool let_one_moment_act(desk::Unit& unit, Time until);
  /// From the last step to the end of the story.
  Result<void> let_rest_pass();
  /// What was to reach somebody until then has: nothing of an invented past goes out when the desk is served.
  void let_deliveries_arrive(desk::Unit& unit, Time until);
  void note(const Error& error);

  /// Steps from each state to the end of the workflow.
  [[nodiscard]] const std::map<std::string, int>& ways_out(const domain::Workflow& workflow, const std::string& bundle);
  [[nodiscard]] const domain::Transition& choose(const std::vector<const domain::Transition*>& allowed,
                                                 const domain::Workflow& workflow, const std::string& bundle);
  [[nodiscard]] const domain::Principal& handler_of(const domain::Ticket& ticket) const;
  [[nodiscard]] std::string fill(const Plot& plot, std::string text) const;
  [[nodiscard]] domain::Value value_for(const domain::Form& form, const domain::Field& field, const Plot& plot);
  [[nodiscard]] Time later(Time t, Duration least, Duration most);
  [[nodiscard]] std::size_t pick(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>{0, count - 1}(random_);
  }
  [[nodiscard]] bool chance(double share) { return std::bernoulli_distribution{share}(random_); }

  desk::Database& database_;
  const DemoTexts& texts_;
  const DemoStaff& staff_;
  const StoryOptions options_;
  std::mt19937_64 random_;
  std::vector<std::size_t> usable_;  ///< texts whose type the desk has
  std::vector<Time> arrivals_;       ///< latest first: the next one is at the back
  std::size_t begun_ = 0;
  Plots plots_;
  std::map<std::pair<std::string, std::string>, std::map<std::string, int>> ways_out_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> future_;
  StoryReport report_;
};

}  // namespace docket::cli
