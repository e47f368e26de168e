// SPDX-License-Identifier: Apache-2.0
// demo: people and believable tickets for an empty desk, made by the use cases as of the weeks before now.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>

#include "base/both.hpp"
#include "base/clock.hpp"
#include "base/failure.hpp"
#include "base/hash.hpp"
#include "base/password.hpp"
#include "cli/commands.hpp"
#include "cli/demo/people.hpp"
#include "cli/demo/story.hpp"
#include "cli/language.hpp"
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
  if (fd < 0) throw Failure(both("{} is there already or can not be written.", "{} 已存在或无法写入。", file.string()));
  const std::string line = password + "\n";
  const bool whole = ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  if (::close(fd) != 0 || !whole) throw Failure(both("{} could not be written.", "{} 未能写入。", file.string()));
}

int demo(const Options& options) {
  const DemoData data = read_demo_data(options.texts);
  const SystemClock clock;
  server::Engine::Options engine_options;
  engine_options.data = options.data;
  engine_options.upgrade = false;
  server::Engine engine{engine_options, clock};

  const Time until = clock.now();
  const Time from = until - std::chrono::days{options.days};
  const std::string password = random_token().substr(0, 16);
  const auto staff = add_demo_people(engine.database(), data.people, hash_password(password), from);
  if (!staff && staff.error().code == ErrorCode::conflict) {
    const auto why = staff.error().said();
    std::cout << spoken({why.en + " Nothing was changed.", why.in(Language::zh) + "未作任何更改。"}) << "\n";
    return 0;
  }
  if (!staff) throw Failure(staff.error().said());
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
      std::cerr << spoken(both("docket: {} of {} tickets", "docket：工单 {} / {}", tickets, options.tickets)) << "\n";
    };
  }
  Story story{engine.database(), data.texts, *staff, story_options};
  const auto report = story.tell();
  if (!report) throw Failure(report.error().said());
  // What reports read is folded now, so that the server that starts next answers them at once.
  for (auto more = Result<bool>{true}; more && *more;) more = engine.database().fold_facts();
  std::cout << spoken(both("{} agents, {} customers and {} tickets with {} messages and {} steps, over {} days.",
                           "客服 {} 人、客户 {} 个、工单 {} 张（消息 {} 条、流转 {} 步），分布在 {} 天内。", staff->agents.size(),
                           staff->callers.size(), report->tickets, report->messages, report->moves, options.days))
            << "\n";
  if (report->refused > 0)
    std::cout << spoken(both("{} steps were left out; the first: {}", "略过 {} 步；第一处：{}", report->refused, report->first_refusal)) << "\n";
  std::cout << spoken(both("Everybody signs in with the password {} (kept in {}): admin, or an agent such as {}.",
                           "所有人都用密码 {} 登录（存于 {}）：admin，或客服 {} 等。", password, password_file.string(),
                           data.people.agents.front().login))
            << "\n";
  return 0;
}

}  // namespace

void add_demo(CLI::App& root, std::vector<Command>& commands) {
  auto options = std::make_shared<Options>();
  auto* app =
      root.add_subcommand("demo", spoken({"Fill an empty desk with people and believable tickets; the server must not run", "为空的服务台填入人员与逼真的工单；须在服务停止时运行"}));
  app->add_option("--data", options->data, spoken({"Data directory of the desk", "服务台的数据目录"}))->required();
  app->add_option("--texts", options->texts, spoken({"Directory with people.json and tickets.json", "people.json 与 tickets.json 所在目录"}))->capture_default_str();
  app->add_option("--tickets", options->tickets, spoken({"How many tickets", "工单数量"}))
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  app->add_option("--days", options->days, spoken({"Over how many days before now they came in", "分布在此前多少天内"}))
      ->check(CLI::Range(1, 3650))
      ->capture_default_str();
  app->add_option("--stalled", options->stalled, spoken({"Share of the tickets that somebody forgets", "被人遗忘的工单所占比例"}))
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app->add_flag("--only-moves", options->only_moves, spoken({"Tickets that are only created and moved to their end, for a large desk to measure", "只建单并推进到结束，用于测量大规模服务台"}));
  app->add_option("--seed", options->seed, spoken({"Another seed, another desk", "随机种子，不同的种子得到不同的服务台"}))->capture_default_str();
  commands.push_back({app, [options] { return demo(*options); }});
}

}  // namespace docket::cli
