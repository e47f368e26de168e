// SPDX-License-Identifier: Apache-2.0
// The C++ side of docket/plugin.h: derive from Plugin, override what the plugin does, end the file with
// DOCKET_PLUGIN(YourClass). Exceptions may be thrown freely; they become a failed call with their text.
#pragma once

#include "docket/plugin.h"

#include <boost/json.hpp>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docket::sdk {

namespace json = boost::json;

/// What a function of the host said that was no success. `status` is one of the negative values of plugin.h.
class HostError : public std::runtime_error {
 public:
  HostError(std::int32_t status, const std::string& what) : std::runtime_error(what), status_(status) {}
  [[nodiscard]] std::int32_t status() const { return status_; }

 private:
  std::int32_t status_;
};

/// Owns a descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();
  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

/// An attachment's facts and its content.
struct Content {
  std::string id, name, media_type;
  std::int64_t size = 0;
  Descriptor descriptor{};
  /// All of it; throws when larger than `most` bytes. Once only.
  [[nodiscard]] std::string read(std::size_t most = std::size_t{25} << 20);
};

/// docket_host with C++ types. Same rules: only inside a call, only from its thread. Throws HostError.
class Host {
 public:
  explicit Host(const docket_host* host) : host_(host) {}

  void debug(std::string_view line) const { log(DOCKET_LOG_DEBUG, line); }
  void info(std::string_view line) const { log(DOCKET_LOG_INFO, line); }
  void warning(std::string_view line) const { log(DOCKET_LOG_WARNING, line); }
  void error(std::string_view line) const { log(DOCKET_LOG_ERROR, line); }

  [[nodiscard]] std::int64_t now_us() const { return host_->now(host_->context); }
  [[nodiscard]] std::int64_t now_s() const { return now_us() / 1'000'000; }
  /// Milliseconds that the present call has left; at least 0.
  [[nodiscard]] std::int64_t remaining_ms() const;

  [[nodiscard]] Descriptor connect(std::string_view host, std::uint16_t port, std::uint32_t timeout_ms = 0) const;
  [[nodiscard]] std::string trust_file() const;
  [[nodiscard]] std::string secret(std::string_view reference) const;

  [[nodiscard]] std::optional<std::string> state(std::string_view key) const;
  void put_state(std::string_view key, std::string_view value) const;
  void forget_state(std::string_view key) const { put_state(key, {}); }

  /// The desk's answer, or the problem that it gave instead.
  struct Answer {
    bool ok = false;
    json::value body{};
    /// `code` of the problem, for example "not_found"; empty when ok.
    [[nodiscard]] std::string code() const;
    /// What went wrong, for a log; empty when ok.
    [[nodiscard]] std::string detail() const;
    /// The same in Chinese, for the person who waits for an answer; `detail` where the desk has no Chinese for it.
    [[nodiscard]] std::string detail_zh() const;
  };
  [[nodiscard]] Answer command(const json::object& request) const;

  [[nodiscard]] Content open_content(std::string_view attachment_id) const;
  /// Keeps `bytes` as an unbound attachment and gives its id, to be named in a command.
  [[nodiscard]] std::string keep_content(std::string_view name, std::string_view media_type, std::string_view bytes) const;

  [[nodiscard]] const docket_host* raw() const { return host_; }

 private:
  void log(std::uint32_t level, std::string_view line) const;
  const docket_host* host_;
};

/// What came of a delivery or a push.
struct Outcome {
  std::string kind;  ///< accepted delivered retry_later rejected failed
  std::string vendor_id{};
  std::string error{};
  std::int64_t retry_after_s = 0;
  std::string external_id{};  ///< of a push: what the source calls the ticket
  bool halt = false;          ///< send nothing more until an admin has looked: wrong secret, endpoint gone

  /// The vendor has it; a receipt (command "receipt" with this vendor_id) may follow.
  static Outcome accepted(std::string vendor_id) { return {"accepted", std::move(vendor_id)}; }
  /// The recipient has it.
  static Outcome delivered(std::string vendor_id = {}) { return {"delivered", std::move(vendor_id)}; }
  /// Not now: rate limit, busy. `after_s` 0 leaves the pace to the host.
  static Outcome retry_later(std::string why, std::int64_t after_s = 0) {
    return {"retry_later", {}, std::move(why), after_s};
  }
  /// Never: no such recipient, content refused. The next channel of the chain is tried.
  static Outcome rejected(std::string why) { return {"rejected", {}, std::move(why)}; }
  /// Did not work and may work later.
  static Outcome failed(std::string why) { return {"failed", {}, std::move(why)}; }
  /// As it is, and nothing more is sent until an admin has looked.
  [[nodiscard]] Outcome halting() && {
    halt = true;
    return std::move(*this);
  }
};

/// One message to send. `raw` has all that the host said, also what this struct does not name.
struct Delivery {
  json::object raw;
  std::string key;      ///< the same on every try
  std::string text;     ///< name of the notification text; "call"; "reply" for an agent's answer to a customer
  std::string subject, body;  ///< without control characters but line ends and tabs
  std::string language;  ///< "zh" or "en"
  std::string recipient_kind, recipient_name;  ///< "user", "customer", "guest", "none"
  std::string address;                         ///< of the kind that the manifest names; empty where it names none
  std::int64_t ticket_id = 0;
  std::string ticket_number, link;
  int attempt = 1;
  /// Ids of the attachments of a reply, for Host::open_content.
  std::vector<std::string> attachments;
};

struct HttpRequest {
  std::string method;
  std::string path;   ///< after /api/v1/hooks/{plugin}, begins with /
  std::string query;  ///< raw, without ?
  std::vector<std::pair<std::string, std::string>> headers;  ///< lower-case names
  std::string address;                                       ///< who sent it
  std::string_view body;
  /// Value of the first header of that lower-case name; empty when absent.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  /// Decoded value of a query parameter, where a bare + means a space. For vendors who send a bare +, read `query`.
  [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const;
};

struct HttpAnswer {
  int status = 200;
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};
};

struct PollAnswer {
  bool more = false;         ///< call again at once
  std::int64_t next_in_s = 0;  ///< 0: the configured interval
  std::string error{};       ///< shown as the plugin's last error; polling goes on with back-off
  bool halt = false;
};

struct Health {
  bool healthy = true;
  std::string detail{};
  bool halt = false;
};

/// One record of a source, as the source names things; the desk's YAML maps it.
struct Record {
  std::string id;
  json::object data{};
  std::string updated_at{};  ///< RFC 3339, when the source says so
  bool deleted = false;
};

struct Page {
  std::vector<Record> records;
  std::string cursor;  ///< where the next page begins; kept by the host
  bool more = false;
  std::optional<std::int64_t> total{};
  std::vector<std::pair<std::string, std::string>> refused{};  ///< id, reason: what the plugin itself could not take
};

struct PullRequest {
  std::string resource;  ///< customers, organizations, orders, products
  std::string cursor;    ///< empty: from the beginning
  int limit = 200;
  bool full = false;  ///< everything, to find what was deleted
};

struct LookUp {
  std::string phone, email;
  json::object external;  ///< resource → id in this source, when known
  std::vector<std::string> resources;
};

/// One plugin. Constructed as Class(Host, const json::object& settings) in create; throw there to refuse.
class Plugin {
 public:
  explicit Plugin(Host services) : host(services) {}
  virtual ~Plugin() = default;
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

  virtual Outcome deliver(const Delivery& delivery);
  virtual PollAnswer poll();
  virtual HttpAnswer receive_http(const HttpRequest& request);
  virtual Health health() { return {}; }
  virtual Page pull(const PullRequest& request);
  /// Resource → records.
  virtual std::vector<std::pair<std::string, std::vector<Record>>> look_up(const LookUp& request);
  /// `event`: {type, ticket, external?, ...}.
  virtual Outcome push(const Delivery& delivery, const json::object& event);

 protected:
  Host host;
};

/// Text of a settings member, with a default; the manifest's schema has checked the type.
[[nodiscard]] std::string text_of(const json::object& from, std::string_view name, std::string_view fallback = {});
[[nodiscard]] std::int64_t number_of(const json::object& from, std::string_view name, std::int64_t fallback = 0);
[[nodiscard]] bool yes_of(const json::object& from, std::string_view name, bool fallback = false);

namespace detail {
using Factory = std::unique_ptr<Plugin> (*)(Host, const json::object&);
std::int32_t enter(const docket_host* host, docket_plugin* plugin, Factory make) noexcept;
}  // namespace detail

}  // namespace docket::sdk

/// Makes `Class` the plugin of this library.
#define DOCKET_PLUGIN(Class)                                                                                         \
  extern "C" __attribute__((visibility("default"))) int32_t docket_plugin_entry(const docket_host* host,             \
                                                                                docket_plugin* plugin) {             \
    return docket::sdk::detail::enter(                                                                               \
        host, plugin,                                                                                                \
        [](docket::sdk::Host h, const docket::sdk::json::object& settings) -> std::unique_ptr<docket::sdk::Plugin> { \
          return std::make_unique<Class>(h, settings);                                                               \
        });                                                                                                          \
  }
