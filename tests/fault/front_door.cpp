// SPDX-License-Identifier: Apache-2.0
// Tries to get past, and to block, the front door: every malformed message must be refused and its connection closed,
// and thousands of slow connections must not delay the others.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/log.hpp"
#include "support/door.hpp"
#include "support/http_corpus.hpp"
#include "support/tls_client.hpp"

namespace {

using namespace docket;
using namespace docket::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

struct Options {
  std::size_t connections = 200;
  int seconds = 12;
  double limit_ms = 100;
};

/// What the server's process says about itself when asked.
struct Facts {
  std::size_t smuggled = 0;  ///< requests that stood behind a refused one and were served
  std::uint64_t open = 0;    ///< connections
  std::uint64_t timeouts = 0;
};

/// A server in a process of its own, so that its memory and its threads are not those of the attackers.
class ServerChild {
 public:
  ServerChild() {
    int asks[2];
    int answers[2];
    if (::pipe(asks) != 0 || ::pipe(answers) != 0) throw std::runtime_error("no pipe");
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("no process");
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::close(asks[1]);
      ::close(answers[0]);
      int status = 1;
      try {
        serve(asks[0], answers[1]);
        status = 0;
      } catch (const std::exception& fault) {
        std::fprintf(stderr, "docket_front_door: server: %s\n", fault.what());
      }
      ::_exit(status);
    }
    ::close(asks[0]);
    ::close(answers[1]);
    ask_ = asks[1];
    answer_ = ::fdopen(answers[0], "r");
    std::istringstream line(read_line());
    line >> client_.port >> client_.ca_file;
    client_.deadline = 30s;
  }
  ServerChild(const ServerChild&) = delete;
  ServerChild& operator=(const ServerChild&) = delete;
  ~ServerChild() {
    ::close(ask_);
    ::waitpid(pid_, nullptr, 0);
    std::fclose(answer_);
  }

  [[nodiscard]] const ClientOptions& client() const { return client_; }

  [[nodiscard]] Facts facts() {
    if (::write(ask_, "?", 1) != 1) throw std::runtime_error("the server's process is gone");
    std::istringstream line(read_line());
    Facts facts;
    line >> facts.smuggled >> facts.open >> facts.timeouts;
    return facts;
  }

  [[nodiscard]] double resident_mib() const {
    std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
    }
    return 0;
  }

 private:
  static void serve(int asks, int answers) {
    log::set_level(log::Level::error);
    Door door;
    const std::string hello = std::to_string(door.server().port()) + " " + door.directory() + "/ca.pem\n";
    if (::write(answers, hello.data(), hello.size()) < 0) return;
    char question = 0;
    while (::read(asks, &question, 1) == 1) {
      const auto seen = door.program().seen();
      const http::Counters& counters = door.server().counters();
      const std::string line = std::to_string(std::ranges::count(seen, "GET /second")) + " " +
                               std::to_string(counters.connections_open.load()) + " " +
                               std::to_string(counters.timeouts.load()) + "\n";
      if (::write(answers, line.data(), line.size()) < 0) return;
    }
  }

  std::string read_line() {
    std::string line;
    for (int c = std::fgetc(answer_); c != EOF && c != '\n'; c = std::fgetc(answer_))
      line.push_back(static_cast<char>(c));
    if (line.empty()) throw std::runtime_error("the server's process does not answer");
    return line;
  }

  pid_t pid_ = -1;
  int ask_ = -1;
  std::FILE* answer_ = nullptr;
  ClientOptions client_;
};

const std::string second = "GET /second HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// Empty when the message was refused with its status and the connection closed.
std::string try_malformed(const ClientOptions& options, const CorpusMessage& message) {
  TlsClient client(options);
  client.send(message.bytes + second);
  const auto response = client.receive();
  if (!response) return "closed without an answer";
  if (response->status != message.status) {
    return "answered " + std::to_string(response->status) + " instead of " + std::to_string(message.status);
  }
  if (!client.ended()) return "the connection went on";
  return {};
}

/// Empty when the message and the request behind it were both served.
std::string try_plain(const ClientOptions& options, const CorpusMessage& message) {
  TlsClient client(options);
  client.send(message.bytes + second);
  for (const bool head : {message.bytes.starts_with("HEAD"), false}) {
    const auto response = client.receive(head);
    if (!response || response->status != 200) return "was not served";
  }
  return {};
}

std::size_t run_corpus(ServerChild& server, const std::vector<CorpusMessage>& corpus, decltype(try_plain)* attempt) {
  std::size_t wrong = 0;
  for (const CorpusMessage& message : corpus) {
    std::string fault;
    try {
      fault = attempt(server.client(), message);
    } catch (const std::exception& e) {
      fault = e.what();
    }
    if (fault.empty()) continue;
    ++wrong;
    std::printf("%s: %s\n", message.name.c_str(), fault.c_str());
  }
  return wrong;
}

/// One connection that is as slow as it can be, in one of five ways, and comes back when it is cut.
class SlowClient {
 public:
  SlowClient(const ClientOptions& options, std::size_t number) : options_(options), way_(number % 5) {
    options_.source_address =
        "127.0." + std::to_string(1 + number / 100 % 250) + "." + std::to_string(1 + number % 100);
    if (way_ == 0) options_.tls = false;
  }

  void step() {
    try {
      if (!client_) {
        client_.emplace(options_);
        ++opened_;
        begin();
      } else if (way_ == 1 || way_ == 2) {
        client_->send("x");
      } else if (way_ == 0) {
        client_->send(std::string_view("\x16", 1));
      }
    } catch (const std::exception&) {
      client_.reset();
    }
  }

  void leave() { client_.reset(); }
  [[nodiscard]] std::size_t opened() const { return opened_; }

 private:
  void begin() {
    switch (way_) {
      case 0:
        client_->send(std::string_view("\x16\x03\x01\x02\x00\x01", 6));
        break;  // handshake
      case 1:
        client_->send("GET /echo HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
        break;  // head
      case 2:
        client_->send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n");
        break;  // body
      case 3:
        client_->send(client_->render("GET", "/big") + client_->render("GET", "/big"));
        break;  // reads nothing
      default:
        break;  // says nothing
    }
  }

  ClientOptions options_;
  std::size_t way_;
  std::optional<TlsClient> client_;
  std::size_t opened_ = 0;
};

struct Probe {
  std::vector<double> milliseconds;
  std::size_t failures = 0;

  [[nodiscard]] double percentile(double rank) {
    if (milliseconds.empty()) return 0;
    std::ranges::sort(milliseconds);
    const auto index = static_cast<std::size_t>(rank * static_cast<double>(milliseconds.size() - 1));
    return milliseconds[index];
  }
};

/// The end of the run, for those who keep a pace until then.
class Bell {
 public:
  void ring() {
    const std::lock_guard lock(mutex_);
    rung_ = true;
    changed_.notify_all();
  }
  /// Whether it has rung, at `time` at the latest.
  bool wait_until(Clock::time_point time) {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, time, [this] { return rung_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool rung_ = false;
};

/// Asks on an open connection, and every tenth time on a new one, until the bell rings.
void probe(const ClientOptions& options, Bell& bell, Probe& result) {
  std::optional<TlsClient> open;
  std::size_t number = 0;
  auto begin = Clock::now();
  do {
    begin = Clock::now();
    try {
      if (++number % 10 == 0 || !open) open.emplace(options);
      if (open->request("POST", "/echo", {}, "probe").body != "probe") ++result.failures;
      result.milliseconds.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
    } catch (const std::exception&) {
      ++result.failures;
      open.reset();
    }
  } while (!bell.wait_until(begin + 5ms));
}

void raise_descriptor_limit(std::size_t wanted) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < wanted)
    throw std::runtime_error("this needs " + std::to_string(wanted) + " open files (ulimit -n)");
}

int run(const Options& options) {
  raise_descriptor_limit(options.connections + 200);
  ServerChild server;

  const auto malformed = malformed_messages();
  const auto plain = plain_messages();
  std::size_t wrong = run_corpus(server, malformed, try_malformed);
  const Facts after_corpus = server.facts();
  if (after_corpus.smuggled != 0) std::printf("%zu requests behind a refused one were served\n", after_corpus.smuggled);
  wrong += after_corpus.smuggled;
  wrong += run_corpus(server, plain, try_plain);

  const double before = server.resident_mib();
  std::vector<SlowClient> slow;
  for (std::size_t i = 0; i < options.connections; ++i) slow.emplace_back(server.client(), i);
  Bell bell;
  Probe seen;
  std::thread prober([&] { probe(server.client(), bell, seen); });
  const auto end = Clock::now() + std::chrono::seconds(options.seconds);
  double peak = before;
  std::uint64_t most = 0;
  while (Clock::now() < end) {
    const auto round = Clock::now();
    for (SlowClient& client : slow) client.step();
    peak = std::max(peak, server.resident_mib());
    most = std::max(most, server.facts().open);
    bell.wait_until(std::min(end, round + 1s));
  }
  bell.ring();
  prober.join();
  std::size_t opened = 0;
  for (SlowClient& client : slow) {
    client.leave();
    opened += client.opened();
  }
  const bool emptied = eventually([&] { return server.facts().open == 0; });
  const Facts last = server.facts();

  const double p99 = seen.percentile(0.99);
  const bool holds = wrong == 0 && malformed.size() >= 200 && seen.failures == 0 && !seen.milliseconds.empty() &&
                     p99 <= options.limit_ms && emptied;
  std::printf(
      "%zu slow connections (%zu opened, at most %llu at once, %llu cut by a deadline), memory %.0f to %.0f MiB, "
      "%llu left afterwards\n",
      options.connections, opened, static_cast<unsigned long long>(most),
      static_cast<unsigned long long>(last.timeouts), before, peak, static_cast<unsigned long long>(last.open));
  std::printf(
      "front door: %zu malformed and %zu plain messages, %zu wrong; beside %zu slow connections %zu probes, "
      "%zu failed, p50 %.1f ms, p99 %.1f ms (limit %.0f ms): %s\n",
      malformed.size(), plain.size(), wrong, options.connections, seen.milliseconds.size(), seen.failures,
      seen.percentile(0.5), p99, options.limit_ms, holds ? "holds" : "DOES NOT HOLD");
  return holds ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Tries to get past, and to block, the front door"};
  app.add_option("--connections", options.connections, "Slow connections at once")->check(CLI::Range(0, 20000));
  app.add_option("--seconds", options.seconds, "How long they last")->check(CLI::Range(1, 3600));
  app.add_option("--limit-ms", options.limit_ms, "What the 99th percentile of the probe may be");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(options);
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "docket_front_door: %s\n", fault.what());
    return 2;
  }
}
