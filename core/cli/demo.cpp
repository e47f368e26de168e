// SPDX-License-Identifier: Apache-2.0
// demo: people and believable tickets for an empty desk, made by the use cases as of the weeks before now.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <stdexcept>

#include "base/clock.hpp"
#include "base/hash.hpp"
#include "base/password.hpp"
#include "cli/commands.hpp"
#include "cli/demo/people.hpp"
#include "cli/demo/story.hpp"
#include "server/engine.hpp"

namespace docket::cli {
namespace {

struct Options {
  std::string data;
  std::string texts = "config/demo";
  std::size_t tickets = 320;
  int days = 21;
  double stalled = 0.12;
  bool only_moves = false;
  std::uint64_t seed = 1;
};

constexpr std::size_t many = 20'000;  ///< from here on it takes a while

/// Readable by the owner only, and never over a file that is there.
void keep_password(const std::filesystem::path& file, const std::string& password) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) throw std::runtime_error(file.string() + " is there already or can not be written.");
  const std::string line = password + "\n";
  const bool whole = ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  if (::close(fd) != 0 || !whole) throw std::runtime_error(file.string() + " could not be written.");
}

int demo(const Options& options) {
  const DemoData data = read_demo_data(options.texts);
  const SystemClock clock;
  server::Engine::Options engine_options;
  engine_options.data = options.data;
  server::Engine engine{engine_options, clock};

  const Time until = clock.now();
  const Time from = until - std::chrono::days{options.days};
  const std::string password = random_token().substr(0, 16);
  const auto staff = add_demo_people(engine.database(), data.people, hash_password(password), from);
  if (!staff && staff.error().code == ErrorCode::conflict) {
    std::cout << staff.error().detail << " Nothing was changed.\n";
    return 0;
  }
  if (!staff) throw std::runtime_error(staff.error().detail);
  const auto password_file = std::filesystem::path{options.data} / "demo-password";
  keep_password(password_file, password);

  StoryOptions story_options;
  story_options.tickets = options.tickets;
  story_options.from = from;
  story_options.until = until;
  story_options.stall_share = options.stalled;
  story_options.messages = !options.only_moves;
  story_options.seed = options.seed;
  if (options.tickets >= many) {
    story_options.batch = 250;
    story_options.progress = [&, told = std::size_t{0}](std::size_t tickets) mutable {
      if (tickets * 20 / options.tickets == told) return;
      told = tickets * 20 / options.tickets;
      std::cerr << "docket: " << tickets << " of " << options.tickets << " tickets\n";
    };
  }
  Story story{engine.database(), data.texts, *staff, story_options};
  const auto report = story.tell();
  if (!report) throw std::runtime_error(report.error().detail);
  // What reports read is folded now, so that the server that starts next answers them at once.
  for (auto more = Result<bool>{true}; more && *more;) more = engine.database().fold_facts();
  std::cout << staff->agents.size() << " agents, " << staff->callers.size() << " customers and " << report->tickets
            << " tickets with " << report->messages << " messages and " << report->moves << " steps, over "
            << options.days << " days.\n";
  if (report->refused > 0)
    std::cout << report->refused << " steps were left out; the first: " << report->first_refusal << "\n";
  std::cout << "Everybody signs in with the password " << password << " (kept in " << password_file.string()
            << "): admin, or an agent such as " << data.people.agents.front().login << ".\n";
  return 0;
}

}  // namespace

void add_demo(CLI::App& root, std::vector<Command>& commands) {
  auto options = std::make_shared<Options>();
  auto* app =
      root.add_subcommand("demo", "Fill an empty desk with people and believable tickets; the server must not run");
  app->add_option("--data", options->data, "Data directory of the desk")->required();
  app->add_option("--texts", options->texts, "Directory with people.json and tickets.json")->capture_default_str();
  app->add_option("--tickets", options->tickets, "How many tickets")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  app->add_option("--days", options->days, "Over how many days before now they came in")
      ->check(CLI::Range(1, 3650))
      ->capture_default_str();
  app->add_option("--stalled", options->stalled, "Share of the tickets that somebody forgets")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app->add_flag("--only-moves", options->only_moves, "Tickets that are only created and moved to their end, for a large desk to measure");
  app->add_option("--seed", options->seed, "Another seed, another desk")->capture_default_str();
  commands.push_back({app, [options] { return demo(*options); }});
}

}  // namespace docket::cli
