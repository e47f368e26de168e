// SPDX-License-Identifier: Apache-2.0
#include "measure.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "base/hash.hpp"

namespace docket::bench {
namespace {

using Nanoseconds = std::chrono::nanoseconds;
using SteadyClock = std::chrono::steady_clock;

double milliseconds(Nanoseconds t) {
  return static_cast<double>(t.count()) / 1e6;
}

/// The number behind a name in a file of "Name: 123 kB" lines, in MiB.
double kilobytes(const std::string& file, const std::string& name) {
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1)) / 1024;
  }
  return 0;
}

}  // namespace

boost::json::object Figures::json() const {
  return {{"requests", requests},     {"good", good},     {"seconds", seconds},
          {"per_second", per_second}, {"p50_ms", p50_ms}, {"p95_ms", p95_ms},
          {"p99_ms", p99_ms},         {"max_ms", max_ms}, {"first_fault", first_fault}};
}

Figures measure(const tests::Target& target, const Load& load) {
  const std::string run = to_hex(random_bytes(8));
  std::size_t asked = 0;
  std::vector<std::size_t> asked_by(load.connections);
  std::vector<Nanoseconds> latencies;
  Figures figures;
  auto start = SteadyClock::now();
  const std::chrono::duration<double> length{load.seconds};

  const auto next = [&](std::size_t connection) -> std::optional<std::string> {
    if (load.each > 0 ? asked_by[connection] >= load.each : SteadyClock::now() - start >= length) return std::nullopt;
    ++asked_by[connection];
    const Request& request = load.requests[asked % load.requests.size()];
    std::string headers;
    if (!load.tokens.empty()) headers = "Authorization: Bearer " + load.tokens[asked % load.tokens.size()] + "\r\n";
    if (request.method == "POST") headers += "Idempotency-Key: " + run + "-" + std::to_string(asked) + "\r\n";
    ++asked;
    return tests::request_text(target, request.method, request.path, headers, request.body);
  };
  const auto done = [&](std::size_t, const tests::Reply& reply) {
    latencies.push_back(reply.latency);
    if (reply.status >= 200 && reply.status < 300) {
      ++figures.good;
    } else if (figures.first_fault.empty()) {
      figures.first_fault = std::to_string(reply.status) + " " + reply.body.substr(0, 300);
    }
  };

  tests::LoadClient client{target, load.connections};
  if (load.warm && client.open_all(std::chrono::seconds{60}) != load.connections) {
    throw std::runtime_error("not every connection could be opened");
  }
  start = SteadyClock::now();
  client.run(next, done, std::chrono::seconds{static_cast<int>(load.seconds) + 120});
  figures.seconds = std::chrono::duration<double>(SteadyClock::now() - start).count();
  figures.requests = latencies.size();
  figures.per_second = static_cast<double>(figures.good) / figures.seconds;
  figures.p50_ms = milliseconds(tests::percentile(latencies, 0.50));
  figures.p95_ms = milliseconds(tests::percentile(latencies, 0.95));
  figures.p99_ms = milliseconds(tests::percentile(latencies, 0.99));
  figures.max_ms = milliseconds(tests::percentile(latencies, 1.0));
  return figures;
}

Process look_at(pid_t pid) {
  const std::string directory = "/proc/" + std::to_string(pid);
  Process process;
  std::ifstream in{directory + "/stat"};
  std::string line;
  std::getline(in, line);
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return process;
  std::istringstream fields{line.substr(name_end + 2)};
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;  // up to field 13
  double user = 0, system = 0;
  fields >> user >> system;
  process.cpu_seconds = (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  process.rss_mib = kilobytes(directory + "/status", "VmRSS");
  process.peak_mib = kilobytes(directory + "/status", "VmHWM");
  process.pss_mib = kilobytes(directory + "/smaps_rollup", "Pss");
  return process;
}

double metric(int admin_port, const std::string& name) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(admin_port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::string request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  std::string answer;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::send(fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
    std::array<char, 4096> buffer;
    for (ssize_t count = 0; (count = ::recv(fd, buffer.data(), buffer.size(), 0)) > 0;)
      answer.append(buffer.data(), static_cast<std::size_t>(count));
  }
  ::close(fd);
  const std::size_t at = answer.find("\n" + name + " ");
  if (at == std::string::npos) throw std::runtime_error("the server has no metric " + name);
  return std::stod(answer.substr(at + name.size() + 2));
}

}  // namespace docket::bench
