// SPDX-License-Identifier: Apache-2.0
#include "plugin/running.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <fstream>
#include <sstream>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/json_encode.hpp"
#include "base/log.hpp"
#include "desk/attachments.hpp"
#include "desk/envelope.hpp"
#include "desk/file_type.hpp"
#include "desk/plugin_command.hpp"
#include "docket/plugin.h"
#include "plugin/manifest.hpp"
#include "plugin/own_files.hpp"
#include "plugin/plain_text.hpp"

namespace docket::plugin {
namespace {

namespace bj = boost::json;
using namespace std::chrono_literals;
using Kind = desk::TryOutcome::Kind;

constexpr std::size_t kKeptLines = 500;
constexpr std::size_t kLongestLine = 20'000;  // bytes; what comes over the channel may be 4 MiB
constexpr std::size_t kLongestWord = 500;     // bytes of an error or an id that is kept
constexpr std::int64_t kMostLogBytes = std::int64_t{8} << 20;
constexpr std::size_t kMostHookBody = std::size_t{1} << 20;

std::string text_in(const bj::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string{};
}
std::int64_t number_in(const bj::object& from, std::string_view name, std::int64_t fallback = 0) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : fallback;
}
bool yes_in(const bj::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

/// What a plugin answered, if it is an object at all.
std::optional<bj::object> object_of(std::string_view text) {
  json::Document document;
  if (!document.parse(text, {.bytes = most_frame_bytes, .depth = 32}) || !document.root().is_object()) return std::nullopt;
  return bj::object(document.root().get_object(), bj::storage_ptr{});
}

Frame reply(int status, std::string body = {}, Descriptor descriptor = Descriptor{}) {
  Frame frame;
  frame.head = {{"status", status}};
  frame.body = std::move(body);
  frame.descriptor = std::move(descriptor);
  return frame;
}

struct Problem {
  std::string code, detail;
  std::optional<std::string> detail_zh;
};
BOOST_DESCRIBE_STRUCT(Problem, (), (code, detail, detail_zh))

/// For the person at the other end, who sees no fields marked: what is wrong with each.
std::optional<std::string> detail_zh_of(const Error& error) {
  if (error.fields.size() < 2) return error.detail_zh.empty() ? std::nullopt : std::optional(error.detail_zh);
  std::string out;
  for (const auto& field : error.fields) {
    if (!out.empty()) out += "\n";
    out += field.said().in(Language::zh);
  }
  return out;
}

Frame refusal(const Error& error) {
  const bool refused = error.code == ErrorCode::forbidden;
  const int status = refused ? DOCKET_REFUSED : error.code == ErrorCode::not_found ? DOCKET_NOT_FOUND : DOCKET_FAILED;
  return reply(status, json::encode(Problem{std::string(info(error.code).name), error.detail, detail_zh_of(error)}));
}

std::string level_name(int level) {
  constexpr std::array<const char*, 4> names{"debug", "info", "warning", "error"};
  return names.at(static_cast<std::size_t>(std::clamp(level, 0, 3)));
}

StartOrder start_order(const desk::PluginManifest& manifest, const desk::TypedSettings& settings, const std::string& trust) {
  StartOrder order;
  order.library = manifest.library;
  order.sha256 = manifest.sha256;
  order.memory_mib = manifest.memory_mib;
  order.trust_file = trust.empty() ? "/etc/ssl/certs/ca-certificates.crt" : trust;
  order.settings = bj::serialize(settings.values);
  return order;
}

desk::TryOutcome outcome_of(const CallAnswer& answer) {
  desk::TryOutcome out;
  if (!answer.good()) {
    out.error = answer.text.empty() ? "the plugin failed without a word" : plain_text(answer.text, kLongestWord);
    return out;
  }
  const auto said = object_of(answer.text);
  const auto kind = said ? enum_from_name<Kind>(text_in(*said, "outcome")) : std::nullopt;
  if (!kind) {
    out.error = "the plugin's answer is no outcome: " + plain_text(answer.text, 100);
    return out;
  }
  out.kind = *kind;
  out.vendor_id = plain_text(text_in(*said, "vendor_id"), 200);
  out.error = plain_text(text_in(*said, "error"), kLongestWord);
  out.retry_after = std::chrono::seconds{std::clamp<std::int64_t>(number_in(*said, "retry_after_s"), 0, 86'400)};
  out.halt = yes_in(*said, "halt");
  return out;
}

}  // namespace

Running::Running(Plugins& plugins, domain::PluginUse use, desk::PluginManifest manifest, desk::TypedSettings settings)
    : plugins_(plugins),
      use_(std::move(use)),
      manifest_(std::move(manifest)),
      settings_(std::move(settings)),
      front_(plugins.spawner_, *this, start_order(manifest_, settings_, plugins.options_.trust_file)),
      back_(plugins.spawner_, *this, start_order(manifest_, settings_, plugins.options_.trust_file)) {
  if (!plugins.options_.log_directory.empty())
    log_file_ = LogFile(plugins.options_.log_directory / (use_.name + ".log"), kMostLogBytes);
}

Running::~Running() {
  stop();
}

void Running::start() {
  if (manifest_.has("poll")) loop_ = std::thread([this] { poll_loop(); });
  if (manifest_.has("pull") && !use_.sync.empty()) {
    for (const auto& rule : use_.sync) sync_states_.push_back({.resource = rule.resource});
    sync_loop_ = std::thread([this] { sync_loop(); });
  }
}

void Running::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  // First, so that the loops' calls come to their end: a poll may take minutes.
  front_.stop();
  back_.stop();
  if (loop_.joinable()) loop_.join();
  if (sync_loop_.joinable()) sync_loop_.join();
}

void Running::cut_off() {
  front_.cut_off();
  back_.cut_off();
}

CallAnswer Running::ask(Process& process, std::string_view call, std::string_view body, bj::object head) {
  return process.call(call, std::move(head), body, time_of(manifest_, call));
}

desk::LaneRules Running::lane_rules() const {
  desk::LaneRules rules;
  rules.limits = use_.limits.value_or(manifest_.limits);
  rules.quiet = use_.quiet;
  rules.gather = use_.gather;
  rules.fallback = use_.fallback;
  rules.fallback_after = use_.fallback_after;
  rules.receipts = manifest_.receipts;
  return rules;
}

desk::TryOutcome Running::attempt(const desk::Delivery& delivery) {
  return attempt_together({delivery});
}

desk::TryOutcome Running::attempt_together(const std::vector<desk::Delivery>& deliveries) {
  const bool writes_back = deliveries.front().text == "call" && manifest_.has("push");
  if (!writes_back && !manifest_.has("deliver")) {
    desk::TryOutcome out;
    out.kind = Kind::rejected;
    out.error = "the plugin " + use_.plugin + " carries no messages";
    return out;
  }
  const auto kind = deliveries.front().text == "call" ? std::string("none") : manifest_.address;
  const auto envelope = desk::read_and_wait(plugins_.database_, [&](const desk::Reading& reading) {
    return desk::envelope_of(reading, deliveries, kind, plugins_.options_.public_address);
  });
  if (!envelope || !envelope->has_address) {
    desk::TryOutcome out;
    out.kind = envelope || envelope.error().code == ErrorCode::not_found ? Kind::rejected : Kind::retry_later;
    out.error = envelope ? "the recipient has no address for " + manifest_.address : envelope.error().detail;
    return out;
  }
  return outcome_of(ask(front_, writes_back ? "push" : "deliver", envelope->json));
}

desk::PluginTest Running::test() {
  desk::PluginTest out;
  front_.revive();
  const auto answer = ask(front_, "health", "{}");
  if (answer.kind == CallAnswer::Kind::answered && answer.status == DOCKET_UNSUPPORTED) {
    out.healthy = true;
    out.detail = "it starts; it says nothing of its health";
  } else if (!answer.good()) {
    out.detail = plain_text(answer.text, kLongestWord);
  } else {
    const auto said = object_of(answer.text);
    out.healthy = said && yes_in(*said, "healthy");
    out.detail = said ? plain_text(text_in(*said, "detail"), kLongestWord) : "its answer is no JSON";
  }
  const std::scoped_lock lock(mutex_);
  healthy_ = out.healthy;
  detail_ = out.detail;
  checked_at_ = plugins_.clock_.now();
  if (out.healthy) poll_halted_ = false;
  return out;
}

Result<desk::HookAnswer> Running::receive_http(const desk::HookRequest& request) {
  if (!manifest_.has("receive_http")) return fail(ErrorCode::not_found, {"This plugin takes no requests.", "这个插件不接收请求。"});
  bj::object headers;
  for (const auto& [name, value] : request.headers) headers[name] = value;
  bj::object head{{"request", bj::object{{"method", request.method},
                                         {"path", request.path},
                                         {"query", request.query},
                                         {"headers", std::move(headers)},
                                         {"address", request.address}}}};
  auto answer = ask(front_, "receive_http", request.body, std::move(head));
  if (!answer.good()) {
    auto refused = fail(ErrorCode::overloaded, {"The plugin does not answer now.", "插件现在没有响应，请稍候再试。"});
    refused.error().retry_after_seconds = 5;
    return refused;
  }
  const auto said = object_of(answer.text);
  const auto status = said ? number_in(*said, "status") : 0;
  if (status < 200 || status > 599 || answer.body.size() > kMostHookBody) {
    say(DOCKET_LOG_ERROR, "its answer to an HTTP request is none");
    return fail(ErrorCode::internal, {"The plugin answers nonsense.", "插件的回答无法识别，请联系管理员。"});
  }
  desk::HookAnswer out;
  out.status = static_cast<int>(status);
  out.body = std::move(answer.body);
  if (const auto* given = said->if_contains("headers"); given != nullptr && given->is_object()) {
    for (const auto& member : given->get_object()) {
      if (member.value().is_string()) out.headers.emplace_back(std::string(member.key()), std::string(member.value().get_string()));
    }
  }
  return out;
}

Result<std::string> Running::look_up(const std::string& request) {
  auto answer = ask(front_, "look_up", request);
  if (!answer.good()) return fail(ErrorCode::overloaded, answer.text);
  return std::move(answer.text);
}

CallAnswer Running::pull(const std::string& request) {
  return ask(back_, "pull", request);
}

void Running::look_after() {
  const bool speaks = manifest_.has("deliver") || manifest_.has("receive_http") || manifest_.has("look_up") || manifest_.has("push");
  front_.look_after(speaks);
  back_.look_after(false);
}

// What comes in ---------------------------------------------------------------------------------------------------

void Running::poll_loop() {
  while (true) {
    const auto wait = poll_once();
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, wait, [this] { return stopping_; })) return;
  }
}

std::chrono::milliseconds Running::poll_once() {
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_) return 0ms;
    if (poll_halted_) return 5s;
  }
  const auto usual = std::chrono::duration_cast<std::chrono::milliseconds>(use_.poll_every.value_or(1min));
  const auto answer = ask(back_, "poll", "{}");
  const auto said = answer.good() ? object_of(answer.text) : std::nullopt;
  const std::scoped_lock lock(mutex_);
  polled_at_ = plugins_.clock_.now();
  poll_error_ = !answer.good() ? plain_text(answer.text, kLongestWord)
                : said         ? plain_text(text_in(*said, "error"), kLongestWord)
                               : "its answer to poll is no JSON";
  if (answer.kind == CallAnswer::Kind::down) return 500ms;
  if (!poll_error_.empty()) {
    poll_failures_ = std::min(poll_failures_ + 1, 8);
    if (said && yes_in(*said, "halt")) poll_halted_ = true;
    return std::max(std::min<std::chrono::milliseconds>(usual, 60s), std::min<std::chrono::milliseconds>(1000ms * (1 << poll_failures_), 5min));
  }
  poll_failures_ = 0;
  if (yes_in(*said, "more")) return 0ms;
  const auto next = number_in(*said, "next_in_s");
  return next > 0 ? std::chrono::milliseconds{std::clamp<std::int64_t>(next, 1, 86'400) * 1000} : usual;
}

// Services --------------------------------------------------------------------------------------------------------

void Running::say(int level, std::string line) {
  line = plain_text(line, kLongestLine);
  const auto now = plugins_.clock_.now();
  const std::scoped_lock lock(mutex_);
  log_.push_back({now, level_name(level), line});
  if (log_.size() > kKeptLines) log_.pop_front();
  if (level >= DOCKET_LOG_WARNING) {
    const auto shown = plain_text(line, kLongestWord);
    log::warning("plugin", {{"plugin", use_.name}, {"line", shown}});
  }
  std::ranges::replace(line, '\n', ' ');
  log_file_.write(to_rfc3339(now) + ' ' + std::string(level_name(level)) + ' ' + line);
}

Frame Running::answer(const bj::object& question, std::string body, Descriptor descriptor,
                      std::chrono::steady_clock::time_point deadline) {
  const auto what = text_in(question, "ask");
  if (what == "connect") return connect(question, deadline);
  if (what == "secret") return read_secret(text_in(question, "reference"));
  if (what == "command") return command(body);
  if (what == "content_open") return open_content(text_in(question, "id"));
  if (what == "content_keep") return keep_content(body, std::move(descriptor));
  if (what == "state_get") {
    const auto key = text_in(question, "key");
    auto value = desk::read_and_wait(plugins_.database_, [&](const desk::Reading& reading) -> Result<std::optional<std::string>> {
      return reading.plugins.state(use_.name, key);
    });
    if (!value) return reply(DOCKET_FAILED, value.error().detail);
    if (!*value) return reply(DOCKET_NOT_FOUND);
    return reply(DOCKET_OK, std::move(**value));
  }
  if (what == "state_put") {
    const auto key = text_in(question, "key");
    if (key.empty() || key.size() > 200 || body.size() > 65'536) return reply(DOCKET_REFUSED);
    const auto put = desk::write_and_wait(plugins_.database_, [&](desk::Unit& unit) -> Result<bool> {
      return unit.plugins.put_state(use_.name, key, body);
    });
    if (!put) return reply(DOCKET_FAILED, put.error().detail);
    return reply(*put ? DOCKET_OK : DOCKET_REFUSED);
  }
  return reply(DOCKET_UNSUPPORTED);
}

Frame Running::connect(const bj::object& question, std::chrono::steady_clock::time_point deadline) {
  EgressRequest request;
  request.host = text_in(question, "host");
  request.port = static_cast<std::uint16_t>(std::clamp<std::int64_t>(number_in(question, "port"), 0, 65'535));
  request.manifest = manifest_.hosts;
  request.hosts = use_.hosts;
  request.networks = use_.networks;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  const auto wish = number_in(question, "timeout_ms");
  request.timeout = std::clamp(wish > 0 ? std::chrono::milliseconds{wish} : left, 1ms, std::max(left, 1ms));
  auto connected = plugins_.egress_.connect(request);
  if (connected.status == DOCKET_REFUSED) say(DOCKET_LOG_WARNING, connected.why);
  return reply(connected.status, std::move(connected.why), std::move(connected.socket));
}

Frame Running::read_secret(const std::string& reference) const {
  const auto found = settings_.secrets.find(reference);
  if (found == settings_.secrets.end()) return reply(DOCKET_NOT_FOUND, "There is no secret by this name in the settings.");
  // Whoever may publish names the file and the host that it goes to: what is no secret of plugins, and the keys of the
  // desk, are not for that.
  std::error_code unknown;
  const auto file = std::filesystem::weakly_canonical(found->second, unknown);
  std::vector<std::filesystem::path> kept;
  for (const auto& directory : plugins_.catalogue_.secret_directories())
    kept.push_back(std::filesystem::weakly_canonical(directory, unknown));
  if (!desk::stands_in(kept, file)) {
    return reply(DOCKET_REFUSED, "The file of the secret " + reference +
                                     " stands outside of where secrets are kept: move it there, or name its directory by docket serve --secrets.");
  }
  if (is_own(plugins_.options_.own_secrets, file))
    return reply(DOCKET_REFUSED, "The file of the secret " + reference + " is one of the desk's own.");
  std::ifstream in(file, std::ios::binary);
  std::string value;
  if (!in || !(value.assign(std::istreambuf_iterator<char>(in), {}), true))
    return reply(DOCKET_FAILED, "The file of the secret " + reference + " can not be read.");
  if (value.size() > 65'536) return reply(DOCKET_FAILED, "The file of the secret " + reference + " is too large.");
  if (value.ends_with('\n')) value.pop_back();
  if (value.ends_with('\r')) value.pop_back();
  return reply(DOCKET_OK, std::move(value));
}

Frame Running::command(const std::string& request) {
  auto done = desk::write_and_wait(plugins_.database_, [&](desk::Unit& unit) -> Result<std::string> {
    return desk::run_plugin_command(unit, use_, manifest_, request);
  });
  if (!done) return refusal(done.error());
  return reply(DOCKET_OK, std::move(*done));
}

Frame Running::open_content(const std::string& id) {
  std::int64_t number = 0;
  std::istringstream(id) >> number;
  const auto found = desk::read_and_wait(plugins_.database_, [&](const desk::Reading& reading) -> Result<desk::Attachment> {
    const auto principal = use_.user.empty() ? Result<domain::Principal>(domain::Principal{})
                                             : desk::plugin_principal(reading.directory, *reading.active, use_);
    if (!principal) return std::unexpected(principal.error());
    return desk::find_attachment(reading, *principal, AttachmentId{number});
  });
  if (!found) return refusal(found.error());
  const auto path = plugins_.blobs_.verified_path(found->sha256);
  Descriptor file(path ? ::open(path->c_str(), O_RDONLY | O_CLOEXEC) : -1);
  if (!file) return reply(DOCKET_FAILED, "The stored file is missing or damaged.");
  const bj::object facts{{"id", id}, {"name", found->name}, {"media_type", found->media_type}, {"size", found->size}, {"sha256", found->sha256}};
  return reply(DOCKET_OK, bj::serialize(facts), std::move(file));
}

Frame Running::keep_content(const std::string& facts, Descriptor file) {
  const auto said = object_of(facts);
  if (!said || !file) return reply(DOCKET_FAILED, "There is no content.");
  const auto may = desk::read_and_wait(plugins_.database_, [&](const desk::Reading& reading) -> Result<void> {
    const auto principal = desk::plugin_principal(reading.directory, *reading.active, use_);
    if (!principal) return std::unexpected(principal.error());
    return desk::may_upload(reading.attachments, *principal);
  });
  if (!may) {
    // What a plugin left lying about goes within a day: it is to come again, not to go on without the file.
    auto error = may.error();
    if (error.code == ErrorCode::too_large) error.code = ErrorCode::storage_full;
    return refusal(error);
  }
  struct stat seen {};
  if (::fstat(file.get(), &seen) != 0 || !S_ISREG(seen.st_mode) || seen.st_size > desk::most_file_bytes)
    return refusal(fail(ErrorCode::too_large, {"A file has at most 25 MiB.", "单个文件最多 25 MiB。"}).error());
  // Copied while it is read by position: the plugin still holds the descriptor and may write, and what is kept is what
  // was hashed.
  const auto temporary = plugins_.options_.scratch / ("plugin-" + random_token());
  {
    std::ofstream out(temporary, std::ios::binary);
    std::array<char, 65536> piece{};
    off_t at = 0;
    while (at < seen.st_size) {
      const auto n = ::pread(file.get(), piece.data(), std::min<std::size_t>(piece.size(), static_cast<std::size_t>(seen.st_size - at)), at);
      if (n <= 0) break;
      out.write(piece.data(), n);
      at += n;
    }
    out.flush();
    if (!out || at != seen.st_size) {
      std::error_code ignored;
      std::filesystem::remove(temporary, ignored);
      return reply(DOCKET_FAILED, "The content could not be stored.");
    }
  }
  desk::Attachment row;
  row.name = desk::clean_file_name(text_in(*said, "name"));
  row.size = seen.st_size;
  std::string head(static_cast<std::size_t>(std::min<off_t>(seen.st_size, desk::file_head_bytes)), '\0');
  std::ifstream(temporary, std::ios::binary).read(head.data(), static_cast<std::streamsize>(head.size()));
  const auto type = desk::judge_file_type(text_in(*said, "media_type"), head);
  if (!type) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    return refusal(type.error());
  }
  row.media_type = *type;
  try {
    row.sha256 = plugins_.blobs_.take(temporary.string());
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw;
  }
  const auto kept = desk::write_and_wait(plugins_.database_, [&](desk::Unit& unit) -> Result<desk::Attachment> {
    const auto principal = desk::plugin_principal(unit.directory, *unit.active, use_);
    if (!principal) return std::unexpected(principal.error());
    return desk::add_upload(unit, *principal, row).file;
  });
  if (!kept) return refusal(kept.error());
  return reply(DOCKET_OK, bj::serialize(bj::object{{"id", std::to_string(kept->id.value)}, {"media_type", kept->media_type}, {"size", kept->size}}));
}

// What admins see -------------------------------------------------------------------------------------------------

std::vector<desk::PluginLogLine> Running::log() const {
  const std::scoped_lock lock(mutex_);
  return {log_.begin(), log_.end()};
}

desk::PluginStatus Running::status() const {
  const auto front = front_.state();
  const auto back = back_.state();
  const std::scoped_lock lock(mutex_);
  desk::PluginStatus out;
  out.name = use_.name;
  out.plugin = use_.plugin;
  out.title = use_.title.zh;
  out.version = manifest_.version;
  out.kind = manifest_.kind;
  out.state = front.running || back.running ? "running" : front.down_until || back.down_until ? "waiting" : "starting";
  out.healthy = healthy_ && poll_error_.empty() && out.state != "waiting";
  out.detail = !poll_error_.empty() ? poll_error_ : detail_;
  out.restarts = front.restarts + back.restarts;
  out.calls = front.calls + back.calls;
  out.broken_calls = front.broken_calls + back.broken_calls;
  out.last_error = !front.last_error.empty() ? front.last_error : !back.last_error.empty() ? back.last_error : poll_error_;
  out.last_poll_at = polled_at_;
  out.checked_at = checked_at_;
  out.sync = sync_states_;
  return out;
}

}  // namespace docket::plugin
