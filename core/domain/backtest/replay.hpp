// SPDX-License-Identifier: Apache-2.0
// Past tickets lived again under other definitions: people do what they did when they did it, and rules, dispatch and
// clocks do what these definitions say.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/said.hpp"
#include "domain/backtest/past.hpp"
#include "domain/ticket/decide.hpp"

namespace docket::domain {

/// Who could have worked when. Loads are the replay's own to count.
class PastPeople {
 public:
  virtual ~PastPeople() = default;
  [[nodiscard]] virtual std::vector<Candidate> members(const Team& team, bool team_at_work, Time at) const = 0;
  [[nodiscard]] virtual std::vector<std::string> teams_of(UserId user) const = 0;
  [[nodiscard]] virtual std::optional<UserId> find_user(const std::string& login) const = 0;
};

/// Something that somebody did and that these definitions do not take as it was.
struct Objection {
  Said act{};  ///< what was done: "step refund of return"
  Said why{};
  auto operator<=>(const Objection& other) const { return std::tie(act.en, why.en) <=> std::tie(other.act.en, other.why.en); }
  bool operator==(const Objection& other) const { return act.en == other.act.en && why.en == other.why.en; }
};

/// How a ticket went.
struct Replayed {
  /// As it stands when nothing more happens to it, or when the replay ends.
  struct Ending {
    std::string workflow{}, state{};
    Priority priority{};
    std::vector<std::string> tags{};
    Fields fields{};
    bool operator==(const Ending&) const = default;
  };
  std::shared_ptr<const PastTicket> past{};
  TicketStory story{};
  Ending ending{};
  std::vector<Objection> refused{};  ///< acts that were left out
  std::vector<Objection> asked{};    ///< acts that were done with values that nobody gave then
  std::vector<Objection> dropped{};  ///< acts that were done without a value that was given then and is not taken any more
  bool strayed = false;              ///< what was refused led on, so that nobody knows how it would have gone; it was left there
};

/// One world with its clock. Pure but for the zone database; borrows `people`; of one thread.
class Replay {
 public:
  Replay(std::shared_ptr<const Definitions> definitions, const PastPeople& people);
  ~Replay();
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  /// A ticket that comes at or after the time that the world was let run to.
  void add(std::shared_ptr<const PastTicket> past);
  /// Lets everything happen that does so before `until`. Asks `go_on` now and then; false: it was told to stop.
  [[nodiscard]] bool run(Time until, const std::function<bool()>& go_on = [] { return true; });
  /// Tickets to which nothing more happens; each is given once, and nothing of it is kept.
  [[nodiscard]] std::vector<Replayed> take_ended();
  /// All others, as they are now.
  [[nodiscard]] std::vector<Replayed> take_rest();
  /// The most tickets that each had at a time.
  [[nodiscard]] const std::map<UserId, int>& peaks() const { return peaks_; }

 private:
  struct Live;
  class RosterThen;
  using Waiting = std::set<std::tuple<int, Time, TicketId>>;  ///< urgent first, then oldest

  void arm(Live& live);
  void happen(Live& live);
  void act(Live& live);
  void pass_time(Live& live);
  [[nodiscard]] Result<Decision> decide_then(const Live& live, const TicketCommand& command, const Principal& principal) const;
  /// The same, with what is wrong about the command mended as far as may be, and told.
  [[nodiscard]] Result<Decision> decide_mended(Live& live, TicketCommand& command, const Principal& principal, const Said& name);
  void take(Live& live, Decision decision);
  void stray(Live& live, Objection objection);
  void end(Live& live);
  void count(const Ticket& ticket, int by);
  void wait(const Ticket& ticket, bool waits);
  void give_out_after(const Ticket& before, const Ticket& after);
  void give_out(const std::string& team, int most);
  void give_out_all();
  [[nodiscard]] bool anybody_free(const std::string& team) const;

  std::shared_ptr<const Definitions> definitions_;
  const OneBundle bundles_;
  std::unique_ptr<RosterThen> roster_;
  const PastPeople& people_;
  Time now_{};
  Time next_look_{};  ///< when what waits is looked at again
  std::map<TicketId, Live> live_;
  std::priority_queue<std::pair<Time, TicketId>, std::vector<std::pair<Time, TicketId>>, std::greater<>> due_;
  std::map<std::string, Waiting> waiting_;
  std::map<UserId, int> loads_, peaks_;
  std::map<UserId, Time> last_assigned_;
  std::vector<Replayed> ended_;
};

}  // namespace docket::domain
