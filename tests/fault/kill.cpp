// SPDX-License-Identifier: Apache-2.0
// kill -9 under load, again and again: nothing that was acknowledged may be lost, doubled or half done.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdio>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>

#include "base/clock.hpp"
#include "kill_book.hpp"
#include "support/live_desk.hpp"
#include "support/load_client.hpp"
#include "support/temporary_directory.hpp"

namespace docket::tests {
namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

struct Options {
  std::string docket{}, config{};
  int kills = 1000;
  std::uint64_t seed = 1;
  std::size_t connections = 32;
  int longest_life = 250;  ///< milliseconds of load before a kill, at most
  int ready_within = 2000;
  bool self_check = false;
};

/// What one connection is about: a ticket from its creation through a message and a step to a hold that ends by itself.
struct Thread {
  std::optional<Deed> pending{};  ///< asked and not answered: asked again with the same key
  std::string body{};             ///< of the pending request, the same bytes each time
  std::int64_t ticket = 0;
  DeedKind next = DeedKind::create;
};

class KillTest {
 public:
  KillTest(const Options& options, LiveDesk& desk)
      : options_(options), desk_(desk), random_(options.seed), threads_(options.connections) {}

  int run() {
    desk_.init();
    (void)desk_.start();
    desk_.set_up_admin();
    for (std::size_t i = 0; i < people; ++i) {
      tokens_.push_back(desk_.add_person("agent" + std::to_string(i), {{{"role", "admin"}, {"team", ""}}},
                                         {{{"team", "service"}, {"lead", false}}}));
    }
    // Whoever is at work at this hour, a customer is told that the request arrived: each ticket has a delivery.
    const Reply customer = desk_.call("POST", "/api/v1/customers", tokens_.front(), R"({"name":"王女士","phone":"13800001111"})");
    customer_ = boost::json::parse(customer.body).at("id").to_number<std::int64_t>();
    for (int i = 0; i < options_.kills && faults_.empty(); ++i) cycle(i);
    calm();
    return report();
  }

 private:
  static constexpr std::size_t people = 40;
  static constexpr std::chrono::seconds longest_wait{300};  // for what ends by itself, on a busy machine
  /// {"field":"on_hold","operator":"is","value":true} as a parameter.
  static constexpr std::string_view on_hold =
      "%7B%22field%22:%22on_hold%22,%22operator%22:%22is%22,%22value%22:true%7D";

  /// Load until a random moment, kill, start again.
  void cycle(int index) {
    const auto life = milliseconds{std::uniform_int_distribution<int>{2, options_.longest_life}(random_)};
    const auto end = SteadyClock::now() + life;
    bool killed = false;
    load([&] { return !killed && SteadyClock::now() >= end; }, [&] { return killed; },
         [&] {
           desk_.process().kill_hard();
           killed = true;
         });
    if (!killed) desk_.process().kill_hard();
    // Now and then the blow falls while the server is still getting up.
    while (std::uniform_int_distribution<int>{0, 9}(random_) == 0) {
      (void)desk_.process().start(milliseconds{std::uniform_int_distribution<int>{1, 60}(random_)});
      desk_.process().kill_hard();
      ++early_kills_;
    }
    restart();
    ask_again();
    if ((index + 1) % 50 == 0) {
      std::fprintf(stderr, "%d kills, %zu acknowledged, slowest start %lld ms\n", index + 1, book_.deeds().size(),
                   static_cast<long long>(slowest_start_.count()));
    }
  }

  void restart() {
    const auto took = desk_.process().start(longest_wait);
    if (!took) {
      faults_.push_back("the server did not come up again; see " + desk_.log_file().string());
      return;
    }
    slowest_start_ = std::max(slowest_start_, *took);
  }

  /// What was acknowledged, asked for again with its key, must be the same thing.
  void ask_again() {
    if (!faults_.empty() || created_.empty()) return;
    const auto& [deed, body, token] =
        created_[std::uniform_int_distribution<std::size_t>{0, created_.size() - 1}(random_)];
    const Reply reply = desk_.call("POST", "/api/v1/tickets", token, body, "Idempotency-Key: " + deed.key + "\r\n");
    if (reply.status != 201 || boost::json::parse(reply.body).at("id").to_number<std::int64_t>() != deed.ticket) {
      faults_.push_back("the key " + deed.key + " gave another answer later: " + std::to_string(reply.status) + " " +
                        reply.body.substr(0, 200));
    }
    ++asked_again_;
  }

  /// Everything that was left open is answered, every hold runs out, the server stops in good order.
  void calm() {
    if (!faults_.empty()) return;
    finishing_ = true;
    auto end = SteadyClock::now() + longest_wait;
    load([] { return false; }, [&] { return SteadyClock::now() >= end; }, [] {});
    if (std::any_of(threads_.begin(), threads_.end(),
                    [](const Thread& thread) { return thread.pending.has_value(); })) {
      faults_.push_back("some requests were never answered");
    }
    end = SteadyClock::now() + longest_wait;
    bool rests = false;
    for (std::size_t i = 0; !rests && SteadyClock::now() < end; ++i) rests = at_rest(tokens_[i % tokens_.size()]);
    if (!rests) faults_.push_back("a hold did not run out, or a delivery did not leave");
    if (desk_.process().stop(longest_wait) != 0) faults_.push_back("the server did not stop in good order");
    const Finished verified = desk_.run({"verify"});
    if (verified.status != 0) faults_.push_back("docket verify: " + verified.output);
    for (std::string& difference : book_.compare(desk_.database())) faults_.push_back(std::move(difference));
    if (!options_.self_check || !faults_.empty()) return;
    for (std::string& missed : book_.compare_planted(desk_.database())) faults_.push_back(std::move(missed));
  }

  /// Whether no ticket is on hold and every delivery is delivered. An answer that there were too many questions is a
  /// no.
  bool at_rest(const std::string& token) const {
    const Reply held = desk_.call("GET", "/api/v1/tickets/count?filter=" + std::string{on_hold}, token);
    const Reply waiting = desk_.call("GET", "/api/v1/deliveries?state=waiting&limit=1", token);
    return held.status == 200 && waiting.status == 200 && boost::json::parse(held.body).at("count") == 0 &&
           boost::json::parse(waiting.body).at("items").as_array().empty();
  }

  /// Runs the connections; `blow` is called once `due` says so.
  void load(const std::function<bool()>& due, const std::function<bool()>& over, const std::function<void()>& blow) {
    LoadClient client{desk_.target(), threads_.size()};
    const auto next = [&](std::size_t connection) -> std::optional<std::string> {
      if (over() || !faults_.empty()) return std::nullopt;
      return request(connection);
    };
    const auto done = [&](std::size_t connection, const Reply& reply) { answer(connection, reply); };
    client.run(next, done, std::chrono::seconds{60}, [&] {
      if (due()) blow();
      return false;
    });
  }

  std::optional<std::string> request(std::size_t connection) {
    Thread& thread = threads_[connection];
    if (!thread.pending) {
      if (finishing_ && thread.next == DeedKind::create) return std::nullopt;
      begin(thread);
    }
    const Deed& deed = *thread.pending;
    const std::string of_ticket = "/api/v1/tickets/" + std::to_string(deed.ticket);
    std::string path;
    switch (deed.kind) {
      case DeedKind::create:
        path = "/api/v1/tickets";
        break;
      case DeedKind::message:
        path = of_ticket + "/messages";
        break;
      case DeedKind::step:
        path = of_ticket + "/transitions";
        break;
      case DeedKind::hold:
        path = of_ticket + "/hold";
        break;
    }
    return request_text(desk_.target(), "POST", path,
                        "Authorization: Bearer " + token_of(connection) + "\r\nIdempotency-Key: " + deed.key + "\r\n",
                        thread.body);
  }

  void begin(Thread& thread) {
    Deed deed;
    deed.kind = thread.next;
    deed.key = "deed-" + std::to_string(options_.seed) + "-" + std::to_string(++deeds_begun_);
    deed.ticket = thread.ticket;
    boost::json::object body;
    switch (deed.kind) {
      case DeedKind::create:
        body = {{"type", "consult"}, {"subject", deed.key}, {"customer", customer_}};
        break;
      case DeedKind::message:
        body = {{"kind", "note"}, {"body", deed.key}};
        break;
      case DeedKind::step:
        body = {{"transition", "start"}};
        break;
      case DeedKind::hold:
        body = {{"reason", "等待客户"},
                {"until", to_rfc3339(SystemClock{}.now() +
                                     milliseconds{std::uniform_int_distribution<int>{5000, 9000}(random_)})}};
        break;
    }
    thread.body = boost::json::serialize(body);
    thread.pending = std::move(deed);
  }

  void answer(std::size_t connection, const Reply& reply) {
    Thread& thread = threads_[connection];
    if (!thread.pending) return;
    if (reply.status == 0) {
      ++unanswered_;
      return;
    }
    if (reply.status == 503 || reply.status == 429) {
      ++refused_;
      return;
    }
    Deed& deed = *thread.pending;
    // A hold that was cut off and is asked for again when its time is over was never made, or its key would tell: the
    // next one has a later end.
    if (deed.kind == DeedKind::hold && reply.status == 422 && reply.body.find("/until") != std::string::npos) {
      ++refused_;
      thread.pending.reset();
      return;
    }
    if (reply.status != 200 && reply.status != 201) {
      faults_.push_back(deed.key + " was answered " + std::to_string(reply.status) + " " + reply.body.substr(0, 300));
      return;
    }
    if (deed.kind == DeedKind::create || deed.kind == DeedKind::message) {
      const boost::json::value body = boost::json::parse(reply.body);
      if (deed.kind == DeedKind::create) deed.ticket = body.at("id").to_number<std::int64_t>();
      if (deed.kind == DeedKind::message) deed.number = body.at("number").to_number<std::int64_t>();
    }
    thread.ticket = deed.ticket;
    if (deed.kind == DeedKind::create) created_.push_back({deed, thread.body, token_of(connection)});
    thread.next =
        deed.kind == DeedKind::hold ? DeedKind::create : static_cast<DeedKind>(static_cast<int>(deed.kind) + 1);
    book_.acknowledge(deed);
    thread.pending.reset();
  }

  int report() {
    for (const std::string& fault : faults_) std::printf("FAULT %s\n", fault.c_str());
    const bool slow = slowest_start_.count() > options_.ready_within;
    if (slow) std::printf("FAULT a start took longer than %d ms\n", options_.ready_within);
    std::printf(
        "%d kills under load and %d during start, seed %llu: %zu tickets, %zu messages, %zu steps, %zu holds "
        "acknowledged; %zu requests cut off, "
        "%zu refused, %zu keys asked again; slowest start %lld ms; %zu faults\n",
        options_.kills, early_kills_, static_cast<unsigned long long>(options_.seed), book_.count(DeedKind::create),
        book_.count(DeedKind::message), book_.count(DeedKind::step), book_.count(DeedKind::hold), unanswered_, refused_,
        asked_again_, static_cast<long long>(slowest_start_.count()), faults_.size());
    return faults_.empty() && !slow && book_.count(DeedKind::hold) > 0 ? 0 : 1;
  }

  [[nodiscard]] const std::string& token_of(std::size_t connection) const {
    return tokens_[connection % tokens_.size()];
  }

  struct Created {
    Deed deed;
    std::string body, token;
  };

  const Options options_;
  LiveDesk& desk_;
  std::mt19937_64 random_;
  std::vector<Thread> threads_;
  std::vector<std::string> tokens_;
  std::int64_t customer_ = 0;
  KillBook book_;
  std::vector<Created> created_;
  std::vector<std::string> faults_;
  milliseconds slowest_start_{};
  std::uint64_t deeds_begun_ = 0;
  std::size_t unanswered_ = 0, refused_ = 0, asked_again_ = 0;
  int early_kills_ = 0;
  bool finishing_ = false;
};

int kill_test(int argc, char** argv) {
  Options options;
  CLI::App app{
      "Kills a loaded server again and again and checks that nothing acknowledged is lost, doubled or half done"};
  app.add_option("--docket", options.docket, "The docket program")->required();
  app.add_option("--config", options.config, "Definitions to publish")->required();
  app.add_option("--kills", options.kills, "How often")->check(CLI::Range(1, 1'000'000));
  app.add_option("--seed", options.seed, "Another seed, other moments");
  app.add_option("--connections", options.connections, "Clients at once")->check(CLI::Range(1, 1000));
  app.add_option("--longest-life", options.longest_life, "Milliseconds of load before a kill, at most")
      ->check(CLI::Range(3, 60'000));
  app.add_option("--ready-within", options.ready_within, "Milliseconds in which a killed server must be ready again")
      ->check(CLI::Range(1, 600'000));
  app.add_flag("--self-check", options.self_check,
               "Afterwards plant faults into copies of the database; each must be found");
  CLI11_PARSE(app, argc, argv);
  const test::TemporaryDirectory scratch;
  LiveDesk desk{options.docket, options.config, scratch.path() / "desk"};
  return KillTest{options, desk}.run();
}

}  // namespace
}  // namespace docket::tests

int main(int argc, char** argv) {
  try {
    return docket::tests::kill_test(argc, argv);
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "docket_kill: %s\n", fault.what());
    return 2;
  }
}
