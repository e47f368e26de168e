// SPDX-License-Identifier: Apache-2.0
// Whatever a library does, the server gets an answer in time, nothing gets out, and the next call finds a fresh process.
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <thread>

#include "docket/plugin.h"
#include "plugin/manifest.hpp"
#include "plugin/process.hpp"
#include "support/catch.hpp"

using namespace docket::plugin;
using namespace std::chrono_literals;

namespace {

struct Services final : HostServices {
  std::size_t lines = 0;
  std::string last;
  bool fails = false;
  Frame answer(const boost::json::object& question, std::string, Descriptor, std::chrono::steady_clock::time_point) override {
    if (fails) throw std::runtime_error("no space left");
    Frame frame;
    const bool connects = question.at("ask") == "connect";
    frame.head = {{"status", connects ? DOCKET_REFUSED : DOCKET_UNSUPPORTED}};
    return frame;
  }
  void say(int, std::string line) override {
    ++lines;
    last = std::move(line);
  }
};

struct Bad {
  explicit Bad(const std::string& kind) : process(spawner, services, order(kind)) {}
  static StartOrder order(const std::string& kind) {
    StartOrder order;
    order.library = std::string(DOCKET_BAD_PLUGINS) + "/" + kind + ".so";
    order.sha256 = digest_of_file(order.library).value_or("");
    order.settings = "{}";
    return order;
  }
  CallAnswer deliver(std::chrono::milliseconds timeout = 60s) { return process.call("deliver", {}, "{}", timeout); }

  Spawner spawner{DOCKET_PROGRAM};
  Services services;
  Process process;
};

/// It is not tried again at once. On a machine so slow that its time has come already there is nothing to see.
bool is_left_alone(Bad& bad) {
  const auto until = bad.process.state().down_until;
  return until && (bad.deliver().kind == CallAnswer::Kind::down || std::chrono::steady_clock::now() >= *until);
}

/// The one process that this one has started.
pid_t only_child() {
  pid_t found = -1;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream children(thread.path() / "children");
    for (pid_t child = 0; children >> child;) found = child;
  }
  return found;
}

void must_not_start(const std::string& kind, const std::string& why) {
  INFO(kind);
  Bad bad(kind);
  const auto first = bad.deliver();
  CHECK(first.kind == CallAnswer::Kind::broken);
  CHECK_THAT(first.text, Catch::Contains(why));
  CHECK(is_left_alone(bad));
}

}  // namespace

TEST_CASE("A good library is called, and a library that was swapped is not loaded", "[bad-plugins]") {
  Bad good("good");
  const auto answer = good.deliver();
  INFO(answer.text << " / " << good.services.last);
  REQUIRE(answer.good());
  CHECK(answer.text == R"({"outcome":"delivered"})");
  CHECK(good.process.call("poll", {}, "{}", 60s).status == DOCKET_UNSUPPORTED);

  Services services;
  auto order = Bad::order("good");
  order.sha256 = std::string(64, '0');
  Process swapped(good.spawner, services, order);
  CHECK_THAT(swapped.call("deliver", {}, "{}", 60s).text, Catch::Contains("not the one that its manifest names"));
}

TEST_CASE("Bad plugin 1, no_entry: a library without the entry is said so once and waits", "[bad-plugins]") {
  must_not_start("no_entry", "no docket_plugin_entry");
}

TEST_CASE("Bad plugin 2, wrong_abi: a library of another ABI", "[bad-plugins]") {
  must_not_start("wrong_abi", "another ABI");
}

TEST_CASE("Bad plugin 3, short_struct: a table that is too short", "[bad-plugins]") {
  must_not_start("short_struct", "too little of its table");
}

TEST_CASE("Bad plugin 4, refuses_settings: settings that are refused, in its words", "[bad-plugins]") {
  must_not_start("refuses_settings", "not to my liking");
}

TEST_CASE("Bad plugin 5, create_fails: a library that fails to create without a word", "[bad-plugins]") {
  must_not_start("create_fails", "refuses its settings");
}

TEST_CASE("A library that crashes while it is made is one that does not start", "[bad-plugins]") {
  must_not_start("crashes_in_create", "");
}

TEST_CASE("A table that claims to be longer than it is is cut", "[bad-plugins]") {
  Bad bad("long_struct");
  CHECK(bad.deliver().good());
}

TEST_CASE("Bad plugin 6, crashes: a crash is that call's failure, and the next process is a new one", "[bad-plugins]") {
  for (const auto* kind : {"crashes", "exits"}) {
    INFO(kind);
    Bad bad(kind);
    for (int i = 0; i < 3; ++i) {
      const auto answer = bad.deliver();
      CHECK(answer.kind == CallAnswer::Kind::broken);
      CHECK_THAT(answer.text, Catch::Contains("ended in a call"));
      CHECK(is_left_alone(bad));
      bad.process.revive();
    }
    CHECK(bad.process.state().broken_calls >= 3);
  }
}

TEST_CASE("Bad plugin 7, hangs: a call that does not end is ended when its time is over", "[bad-plugins]") {
  Bad bad("hangs");
  const auto began = std::chrono::steady_clock::now();
  const auto answer = bad.deliver(3s);
  const auto took = std::chrono::steady_clock::now() - began;
  CHECK(answer.kind == CallAnswer::Kind::broken);
  CHECK_THAT(answer.text, Catch::Contains("in time"));
  CHECK(took >= 3s);
  CHECK(took < 60s);  // by itself it never ends
}

TEST_CASE("A call that keeps the processor busy goes last for it until it answers", "[bad-plugins]") {
  Bad bad("hangs");
  bad.process.look_after(true);
  const auto host = only_child();
  REQUIRE(host > 0);
  CHECK(::sched_getscheduler(host) == SCHED_OTHER);
  auto call = std::async(std::launch::async, [&] { return bad.deliver(60s); });
  bool went_last = false;
  while (!went_last && call.wait_for(10ms) != std::future_status::ready) went_last = ::sched_getscheduler(host) == SCHED_IDLE;
  CHECK(went_last);
  bad.process.cut_off();
  CHECK(call.get().kind == CallAnswer::Kind::broken);
}

TEST_CASE("A process that failed twice in a row goes last from its beginning", "[bad-plugins]") {
  Bad hanging("hangs");
  for (int i = 0; i < 2; ++i) {
    hanging.process.revive();
    CHECK(hanging.deliver(100ms).kind == CallAnswer::Kind::broken);
  }
  hanging.process.revive();
  auto call = std::async(std::launch::async, [&] { return hanging.deliver(60s); });
  Child host;
  std::optional<std::chrono::nanoseconds> used;
  while (!used && call.wait_for(1ms) != std::future_status::ready) {
    host.pid = only_child();
    if (host.pid > 0 && ::sched_getscheduler(host.pid) == SCHED_IDLE) used = processor_of(host);
  }
  REQUIRE(used);
  CHECK(*used < 250ms);  // before its calls could be told to be busy
  hanging.process.cut_off();
  CHECK(call.get().kind == CallAnswer::Kind::broken);
}

TEST_CASE("What goes last comes back where it may, and its niceness stays", "[bad-plugins]") {
  Spawner spawner{DOCKET_PROGRAM};
  auto child = spawner.start("egress");
  go_last(child, true);
  CHECK(::sched_getscheduler(child.pid) == SCHED_IDLE);
  CHECK(processor_of(child) > 0ns);
  go_last(child, false);
  rlimit allowed{};
  REQUIRE(::getrlimit(RLIMIT_NICE, &allowed) == 0);
  const bool may = ::geteuid() == 0 || allowed.rlim_cur >= 10;
  CHECK(::sched_getscheduler(child.pid) == (may ? SCHED_OTHER : SCHED_IDLE));
  CHECK(::getpriority(PRIO_PROCESS, static_cast<id_t>(child.pid)) == 10);
  end_child(child);
  CHECK(processor_of(child) == 0ns);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("Bad plugin 8, leaks: memory ends where the limit says", "[bad-plugins]") {
  Bad bad("leaks");
  const auto answer = bad.deliver(120s);
  INFO(answer.text);
  CHECK((answer.kind == CallAnswer::Kind::broken || answer.text == R"({"outcome":"delivered"})"));
}
#endif

TEST_CASE("Bad plugin 13, leaks_shared: no memory is to be had that no limit counts", "[bad-plugins]") {
  Bad bad("leaks_shared");
  const auto answer = bad.deliver();
  INFO(bad.services.last);
  CHECK(answer.text == R"({"outcome":"delivered"})");
}

TEST_CASE("Where memory ends, plugins and egress are ended before the server", "[bad-plugins]") {
  const auto badness = [](pid_t process) {
    std::ifstream file("/proc/" + std::to_string(process) + "/oom_score_adj");
    int out = 0;
    file >> out;
    return out;
  };
  Bad good("good");
  REQUIRE(good.deliver().good());
  CHECK(badness(only_child()) == 1000);
  Spawner spawner{DOCKET_PROGRAM};
  auto child = spawner.start("egress");
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (badness(child.pid) != 1000 && std::chrono::steady_clock::now() < until) ::sched_yield();  // it has just begun
  CHECK(badness(child.pid) == 1000);
  CHECK(badness(::getpid()) < 1000);
  end_child(child);
}

TEST_CASE("Bad plugin 9, floods: a flood of output is cut and costs nothing else", "[bad-plugins]") {
  Bad bad("floods");
  const auto answer = bad.deliver(120s);
  CHECK(answer.kind == CallAnswer::Kind::answered);
  CHECK(answer.text.size() <= most_frame_bytes);
  CHECK(bad.services.lines < 20'000);
}

TEST_CASE("Bad plugin 10, garbage: garbage is no answer", "[bad-plugins]") {
  Bad bad("garbage");
  const auto bytes = bad.deliver();
  CHECK(bytes.kind == CallAnswer::Kind::answered);  // the lane refuses what is no outcome
  CHECK(bad.deliver().kind == CallAnswer::Kind::answered);
  CHECK_FALSE(bad.deliver().good());
  const auto frame = bad.deliver();
  CHECK(frame.kind == CallAnswer::Kind::broken);
  CHECK_THAT(frame.text, Catch::Contains("no message"));
}

TEST_CASE("Bad plugin 11, forks: no processes, programs, signals, and no storm of threads", "[bad-plugins]") {
  Bad bad("forks");
  const auto answer = bad.deliver(120s);
  INFO(answer.text);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(answer.text == R"({"outcome":"delivered"})");
#else
  CHECK((answer.text == R"({"outcome":"delivered"})" || answer.text.find("threads") != std::string::npos));
#endif
}

TEST_CASE("Bad plugin 12, opens: no sockets, no files, no environment, no descriptors", "[bad-plugins]") {
  ::setenv("DOCKET_TEST_SECRET", "1", 1);
  Bad bad("opens");
  const auto answer = bad.deliver();
  INFO(answer.text << " / " << bad.services.last);
  CHECK(answer.text == R"({"outcome":"delivered"})");
}

TEST_CASE("A service that fails in the server is an answer to the plugin, and the process lives", "[bad-plugins]") {
  Bad bad("opens");
  bad.services.fails = true;
  for (int i = 0; i < 2; ++i) {
    const auto answer = bad.deliver();
    CHECK(answer.kind == CallAnswer::Kind::answered);
    CHECK_THAT(answer.text, Catch::Contains("it was connected"));  // what it says of any answer but a refusal
  }
  CHECK(bad.process.state().restarts == 0);
}
