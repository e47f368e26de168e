// SPDX-License-Identifier: Apache-2.0
#include "server/admin_handler.hpp"

#include <fmt/format.h>

#include <fstream>

#include "desk/ports/plugin_door.hpp"

namespace docket::server {
namespace {

/// One family of the text format: HELP, TYPE and its value.
void add(std::string& out, std::string_view name, std::string_view type, std::string_view help, double value) {
  out += fmt::format("# HELP docket_{0} {1}\n# TYPE docket_{0} {2}\ndocket_{0} {3}\n", name, help, type, value);
}

std::int64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t size = 0;
  std::int64_t resident = 0;
  statm >> size >> resident;
  return resident * 4096;
}

http::Response text(int status, std::string body, const char* type = "text/plain; charset=utf-8") {
  http::Response response;
  response.status = status;
  response.headers.emplace_back("content-type", type);
  response.body = std::move(body);
  return response;
}

}  // namespace

Result<http::BodyPlan> AdminHandler::plan(const http::Head&, const std::string&) {
  return http::BodyPlan{};
}

void AdminHandler::handle(http::Request request, http::Respond respond) {
  if (request.method != http::Method::get) return respond(text(405, "GET only\n"));
  if (request.path == "/healthz") return respond(text(200, "ok\n"));
  if (request.path == "/readyz") {
    if (stopping_.load()) return respond(text(503, "stopping\n"));
    if (engine_.database().writer_metrics().storage_full) return respond(text(503, "the disk is full\n"));
    return respond(text(200, "ready\n"));
  }
  if (request.path == "/metrics") return respond(text(200, metrics(), "text/plain; version=0.0.4; charset=utf-8"));
  respond(text(404, "try /healthz, /readyz or /metrics\n"));
}

std::string AdminHandler::metrics() const {
  std::string out;
  const auto writer = engine_.database().writer_metrics();
  add(out, "writer_jobs_total", "counter", "Jobs that the writer finished.", static_cast<double>(writer.jobs));
  add(out, "writer_refused_total", "counter", "Jobs that were never run.", static_cast<double>(writer.refused));
  add(out, "writer_groups_total", "counter", "Commits.", static_cast<double>(writer.groups));
  add(out, "writer_commit_seconds_total", "counter", "Time in groups.",
      static_cast<double>(writer.commit_micros) / 1e6);
  add(out, "writer_queue", "gauge", "Jobs that wait for the writer.", static_cast<double>(writer.queued));
  add(out, "wal_frames", "gauge", "Frames in the write-ahead log.", writer.wal_frames);
  add(out, "storage_full", "gauge", "1 while writes are refused for want of space.", writer.storage_full ? 1 : 0);
  const auto readers = engine_.database().readers_metrics();
  add(out, "reader_jobs_total", "counter", "Queries that were answered.", static_cast<double>(readers.jobs));
  add(out, "reader_refused_total", "counter", "Queries that were never run.", static_cast<double>(readers.refused));
  add(out, "reader_queue", "gauge", "Queries that wait for a reader.", static_cast<double>(readers.queued));
  add(out, "resident_bytes", "gauge", "Resident memory of the process.", static_cast<double>(resident_bytes()));
  const auto plugins = plugins_.statuses();
  const auto family = [&](std::string_view name, std::string_view type, std::string_view help, auto value) {
    if (plugins.empty()) return;
    out += fmt::format("# HELP docket_{0} {1}\n# TYPE docket_{0} {2}\n", name, help, type);
    for (const auto& one : plugins) out += fmt::format("docket_{}{{plugin=\"{}\"}} {}\n", name, one.name, value(one));
  };
  family("plugin_healthy", "gauge", "1 while a plugin runs and says that it works.", [](const auto& one) { return one.healthy ? 1 : 0; });
  family("plugin_restarts_total", "counter", "How often its processes were started again.", [](const auto& one) { return one.restarts; });
  family("plugin_calls_total", "counter", "Calls.", [](const auto& one) { return one.calls; });
  family("plugin_broken_calls_total", "counter", "Calls that crashed, were late or answered nonsense.", [](const auto& one) { return one.broken_calls; });
  family("plugin_sent_total", "counter", "Deliveries that the vendor took.", [](const auto& one) { return one.sent; });
  family("plugin_failed_total", "counter", "Tries that failed.", [](const auto& one) { return one.failed; });
  if (const auto* server = server_.load()) {
    const auto& counters = server->counters();
    add(out, "http_connections", "gauge", "Open connections.", static_cast<double>(counters.connections_open.load()));
    add(out, "http_connections_total", "counter", "Accepted connections.",
        static_cast<double>(counters.connections.load()));
    add(out, "http_connections_refused_total", "counter", "Connections closed at once.",
        static_cast<double>(counters.connections_refused.load()));
    add(out, "http_handshakes_total", "counter", "Completed TLS handshakes.",
        static_cast<double>(counters.handshakes.load()));
    add(out, "http_requests_total", "counter", "Requests whose head was accepted.",
        static_cast<double>(counters.requests.load()));
    add(out, "http_requests_refused_total", "counter", "Requests whose head was refused.",
        static_cast<double>(counters.requests_refused.load()));
    add(out, "http_timeouts_total", "counter", "Connections ended by a deadline.",
        static_cast<double>(counters.timeouts.load()));
    add(out, "http_streams", "gauge", "Open live streams.", static_cast<double>(counters.streams_open.load()));
    add(out, "http_streams_dropped_total", "counter", "Live streams closed because the client read too slowly.",
        static_cast<double>(counters.streams_dropped.load()));
    for (std::size_t i = 1; i < counters.responses.size(); ++i) {
      out += fmt::format("docket_http_responses_total{{class=\"{}xx\"}} {}\n", i, counters.responses[i].load());
    }
  }
  return out;
}

}  // namespace docket::server
