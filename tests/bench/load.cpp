// SPDX-License-Identifier: Apache-2.0
// Asks a running server for what a file lists, over many TLS connections, and prints one JSON object with what it saw.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <fstream>
#include <map>
#include <stdexcept>

#include "base/hash.hpp"
#include "support/load_client.hpp"

namespace {

using docket::tests::LoadClient;
using docket::tests::Reply;
using docket::tests::Target;
using Nanoseconds = std::chrono::nanoseconds;

struct Line {
  std::string method, path, body;
};

/// "METHOD PATH [BODY]" a line.
std::vector<Line> read_lines(const std::string& file) {
  std::ifstream in{file};
  std::vector<Line> lines;
  for (std::string text; std::getline(in, text);) {
    const std::size_t first = text.find(' ');
    if (first == std::string::npos) throw std::runtime_error(file + ": a line is METHOD PATH [BODY]");
    const std::size_t second = text.find(' ', first + 1);
    lines.push_back({text.substr(0, first),
                     text.substr(first + 1, second == std::string::npos ? second : second - first - 1),
                     second == std::string::npos ? std::string{} : text.substr(second + 1)});
  }
  if (lines.empty()) throw std::runtime_error(file + ": nothing to ask for");
  return lines;
}

/// One bearer token a line; requests take turns, as limits are a token's.
std::vector<std::string> read_tokens(const std::string& file) {
  std::ifstream in{file};
  std::vector<std::string> tokens;
  for (std::string token; std::getline(in, token);) tokens.push_back(token);
  if (tokens.empty()) throw std::runtime_error(file + ": no token");
  return tokens;
}

double milliseconds(Nanoseconds t) {
  return static_cast<double>(t.count()) / 1e6;
}

struct Options {
  Target target{};
  std::string requests{}, token_file{};
  std::size_t connections = 1;
  std::size_t each = 0;
  double seconds = 0;
  bool warm = false;
};

/// What was seen, and the picture of it.
struct Tally {
  std::vector<Nanoseconds> latencies{};
  std::map<int, std::size_t> by_status{};
  std::string first_fault{};

  void add(Reply reply) {
    latencies.push_back(reply.latency);
    ++by_status[reply.status];
    if ((reply.status < 200 || reply.status >= 300) && first_fault.empty())
      first_fault = reply.head.substr(0, reply.head.find('\r')) + " " + reply.body;
  }

  [[nodiscard]] boost::json::object json(Nanoseconds took) const {
    std::size_t good = 0;
    boost::json::object statuses;
    for (const auto& [status, count] : by_status) {
      statuses[std::to_string(status)] = count;
      if (status >= 200 && status < 300) good += count;
    }
    return {{"requests", latencies.size()},
            {"good", good},
            {"by_status", std::move(statuses)},
            {"seconds", milliseconds(took) / 1e3},
            {"per_second",
             static_cast<double>(good) * 1e9 / static_cast<double>(std::max<Nanoseconds::rep>(took.count(), 1))},
            {"p50_ms", milliseconds(docket::tests::percentile(latencies, 0.50))},
            {"p95_ms", milliseconds(docket::tests::percentile(latencies, 0.95))},
            {"p99_ms", milliseconds(docket::tests::percentile(latencies, 0.99))},
            {"max_ms", milliseconds(docket::tests::percentile(latencies, 1.0))},
            {"first_fault", first_fault}};
  }
};

int load(const Options& options) {
  const std::vector<Line> lines = read_lines(options.requests);
  const std::vector<std::string> tokens =
      options.token_file.empty() ? std::vector<std::string>{} : read_tokens(options.token_file);
  const std::string run = docket::to_hex(docket::random_bytes(8));
  std::size_t asked = 0;
  std::vector<std::size_t> asked_by(options.connections);
  auto start = std::chrono::steady_clock::now();
  const auto length = std::chrono::duration<double>{options.seconds};

  const auto next = [&](std::size_t connection) -> std::optional<std::string> {
    if (options.each > 0 && asked_by[connection] >= options.each) return std::nullopt;
    if (options.each == 0 && std::chrono::steady_clock::now() - start >= length) return std::nullopt;
    ++asked_by[connection];
    const Line& line = lines[asked % lines.size()];
    std::string headers;
    if (!tokens.empty()) headers = "Authorization: Bearer " + tokens[asked % tokens.size()] + "\r\n";
    if (line.method == "POST") headers += "Idempotency-Key: " + run + "-" + std::to_string(asked) + "\r\n";
    ++asked;
    return docket::tests::request_text(options.target, line.method, line.path, headers, line.body);
  };

  Tally tally;
  LoadClient client{options.target, options.connections};
  if (options.warm && client.open_all(std::chrono::seconds{60}) != options.connections)
    throw std::runtime_error("not every connection could be opened");
  start = std::chrono::steady_clock::now();
  client.run(
      next, [&](std::size_t, Reply reply) { tally.add(std::move(reply)); },
      std::chrono::seconds{static_cast<int>(options.seconds) + 120});
  const Nanoseconds took = std::chrono::steady_clock::now() - start;
  const boost::json::object result = tally.json(took);
  std::puts(boost::json::serialize(result).c_str());
  return result.at("good").as_uint64() == tally.latencies.size() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Loads a Docket server and prints what it saw as JSON"};
  app.add_option("--port", options.target.port, "Port on 127.0.0.1")->required();
  app.add_option("--ca", options.target.ca_file, "Certificate authority to trust")->required();
  app.add_option("--requests", options.requests, "File of lines: METHOD PATH [BODY]")->required();
  app.add_option("--token-file", options.token_file, "File with bearer tokens, one a line");
  app.add_option("--connections", options.connections, "Connections at once")->check(CLI::Range(1, 20000));
  auto* each = app.add_option("--each", options.each, "Requests a connection");
  app.add_option("--seconds", options.seconds, "Ask for so long instead")->excludes(each);
  app.add_flag("--warm", options.warm, "Open the connections before the measurement begins");
  CLI11_PARSE(app, argc, argv);
  try {
    return load(options);
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "docket_load: %s\n", fault.what());
    return 2;
  }
}
