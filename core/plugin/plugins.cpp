// SPDX-License-Identifier: Apache-2.0
#include "plugin/plugins.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "base/both.hpp"
#include "base/json.hpp"
#include "base/log.hpp"
#include "desk/sync_records.hpp"
#include "plugin/running.hpp"

namespace docket::plugin {
namespace {

namespace bj = boost::json;
using namespace std::chrono_literals;

constexpr auto kLookAfter = 2s;      // how often processes are looked after
constexpr int kRenewEvery = 5;       // of these, manifests on disk are compared
constexpr std::size_t kWorkers = 4;
constexpr std::size_t kMostTasks = 128;
constexpr std::size_t kMostTasksOfOne = 32;
constexpr std::size_t kMostLookUps = 2;           // at once
constexpr std::string_view look_ups = "look up";  // no plugin can be called so

std::optional<bj::object> parsed(std::string_view text) {
  json::Document document;
  if (!document.parse(text, {.bytes = std::size_t{4} << 20, .depth = 32}) || !document.root().is_object()) return std::nullopt;
  return bj::object(document.root().get_object(), bj::storage_ptr{});
}

bool same_plugin(const desk::PluginManifest& a, const desk::PluginManifest& b) {
  return a.library == b.library && a.sha256 == b.sha256 && a.version == b.version;
}

}  // namespace

Plugins::Plugins(desk::Database& database, desk::BlobStore& blobs, const Clock& clock,
                 const desk::PluginCatalogue& catalogue, PluginsOptions options)
    : database_(database),
      blobs_(blobs),
      clock_(clock),
      catalogue_(catalogue),
      options_(std::move(options)),
      spawner_(options_.executable),
      egress_(spawner_, options_.egress) {
  for (std::size_t i = 0; i < kWorkers; ++i) workers_.emplace_back([this] { work(); });
  watcher_ = std::thread([this] { watch(); });
}

Plugins::~Plugins() {
  stop();
}

void Plugins::stop() {
  {
    const std::scoped_lock lock(mutex_, tasks_mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  changed_.notify_all();
  tasks_changed_.notify_all();
  watcher_.join();
  for (auto& worker : workers_) worker.join();
  std::map<std::string, std::shared_ptr<Running>> all;
  {
    const std::scoped_lock lock(mutex_);
    all.swap(running_);
    for (const auto& [name, one] : all) ending_.push_back(one);  // for who cuts off what takes too long
  }
  for (auto& [name, one] : all) one->stop();
}

void Plugins::cut_off() {
  const std::scoped_lock lock(mutex_);
  for (const auto& [name, one] : running_) one->cut_off();
  for (const auto& one : ending_) one->cut_off();
  egress_.cut_off();
}

void Plugins::follow() {
  {
    const std::scoped_lock lock(mutex_);
    follow_ = true;
  }
  changed_.notify_all();
}

void Plugins::watch() {
  int rounds = 0;
  while (true) {
    bool renew_now = false;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, kLookAfter, [this] { return stopping_ || follow_; });
      if (stopping_) return;
      renew_now = std::exchange(follow_, false) || ++rounds % kRenewEvery == 0;
    }
    try {
      if (renew_now) renew();
      std::vector<std::shared_ptr<Running>> all;
      {
        const std::scoped_lock lock(mutex_);
        for (const auto& [name, one] : running_) all.push_back(one);
      }
      for (const auto& one : all) one->look_after();
    } catch (const std::exception& error) {
      log::error("plugins_not_followed", {{"reason", std::string_view(error.what())}});
    }
  }
}

/// What the definitions name against what runs: new ones start, changed ones are replaced, others end.
void Plugins::renew() {
  const auto active = desk::read_and_wait(database_, [](const desk::Reading& reading) -> Result<std::shared_ptr<const domain::Definitions>> {
    return reading.active;
  });
  if (!active || !*active) return;
  std::map<std::string, std::shared_ptr<Running>> next;
  std::map<std::string, desk::PluginStatus> absent;
  std::vector<std::shared_ptr<Running>> fresh;
  for (const auto& [name, use] : (*active)->plugins) {
    const auto missing = [&](std::string state, std::string why) {
      desk::PluginStatus status;
      status.name = name;
      status.plugin = use.plugin;
      status.title = use.title.zh;
      status.state = std::move(state);
      status.last_error = std::move(why);
      absent[name] = std::move(status);
    };
    const auto manifest = catalogue_.find(use.plugin);
    if (!manifest) {
      missing("not_installed", manifest.error().detail);
      continue;
    }
    const auto current = find(name);
    if (current && current->use() == use && same_plugin(current->manifest(), *manifest)) {
      next[name] = current;
      continue;
    }
    const auto given = parsed(use.settings);
    auto settings = desk::typed_settings(manifest->settings, given.value_or(bj::object{}));
    if (!settings) {
      missing("wrong_settings", settings.error().detail);
      continue;
    }
    next[name] = std::make_shared<Running>(*this, use, *manifest, std::move(*settings));
    fresh.push_back(next[name]);
    log::info("plugin_configured", {{"plugin", name}, {"id", use.plugin}, {"version", manifest->version}});
  }
  add_lost(next, absent);
  std::vector<std::shared_ptr<Running>> gone;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [name, one] : running_) {
      const auto kept = next.find(name);
      if (kept == next.end() || kept->second != one) gone.push_back(one);
    }
    running_ = next;
    ending_ = gone;
    not_running_ = std::move(absent);
  }
  if (auto* const lane_set = lanes_.load()) {
    std::map<std::string, desk::LaneSpec> lanes;
    for (const auto& [name, one] : next) lanes[name] = {one, one->lane_rules()};
    lane_set->set_lanes(lanes);
  }
  for (const auto& one : gone) one->stop();
  {
    const std::scoped_lock lock(mutex_);
    ending_.clear();
  }
  for (const auto& one : fresh) {
    one->start();
    one->look_after();
  }
}

/// Destinations for which deliveries wait and which nobody serves: each is said once in the log, and shown among the
/// plugins as long as it is so.
void Plugins::add_lost(const std::map<std::string, std::shared_ptr<Running>>& running, std::map<std::string, desk::PluginStatus>& absent) {
  const auto due = desk::read_and_wait(database_, [](const desk::Reading& reading) -> Result<std::vector<std::string>> {
    return reading.outbox.destinations_due(reading.now);
  });
  if (!due) return;
  auto* const lane_set = lanes_.load();
  const auto lanes = lane_set != nullptr ? lane_set->lane_states() : std::map<std::string, desk::LaneState>{};
  std::set<std::string> lost;
  for (const auto& name : *due) {
    // A lane of a plugin that is about to end still stands here; one that is about to start does not yet.
    if (running.contains(name)) continue;
    auto known = absent.find(name);
    if (known == absent.end()) {
      if (lanes.contains(name) && !find(name)) continue;  // one that is built in
      desk::PluginStatus status;
      status.name = name;
      status.state = "no_plugin";
      known = absent.emplace(name, std::move(status)).first;
    }
    auto& why = known->second.last_error;
    why += why.empty() ? "No plugin has this name, and deliveries wait for it." : " Deliveries wait for it.";
    if (!lost_.contains(name)) log::warning("deliveries_wait_for_nobody", {{"destination", name}, {"reason", why}});
    lost.insert(name);
  }
  lost_ = std::move(lost);
}

std::shared_ptr<Running> Plugins::find(const std::string& name) const {
  const std::scoped_lock lock(mutex_);
  const auto found = running_.find(name);
  return found == running_.end() ? nullptr : found->second;
}

bool Plugins::enqueue(std::string of, std::move_only_function<void()> run) {
  {
    const std::scoped_lock lock(tasks_mutex_);
    const auto same = static_cast<std::size_t>(std::ranges::count(tasks_, of, &Task::of));
    if (stopping_ || tasks_.size() >= kMostTasks || same >= kMostTasksOfOne) return false;
    tasks_.push_back({std::move(of), std::move(run)});
  }
  tasks_changed_.notify_one();
  return true;
}

/// The first whose turn it is. A plugin is called by one at a time anyway: more workers for it would only wait, and one
/// that hangs would keep them all from the others.
std::deque<Plugins::Task>::iterator Plugins::next_task() {
  return std::ranges::find_if(tasks_, [this](const Task& task) {
    const auto busy = under_way_.find(task.of);
    return busy == under_way_.end() || busy->second < (task.of == look_ups ? kMostLookUps : 1);
  });
}

void Plugins::work() {
  while (true) {
    Task task;
    {
      std::unique_lock lock(tasks_mutex_);
      tasks_changed_.wait(lock, [this] { return (stopping_ && tasks_.empty()) || next_task() != tasks_.end(); });
      if (tasks_.empty()) return;  // stopping, and everybody has been answered
      const auto next = next_task();
      task = std::move(*next);
      tasks_.erase(next);
      ++under_way_[task.of];
    }
    try {
      task.run();
    } catch (const std::exception& error) {
      log::error("plugin_task_threw", {{"reason", std::string_view(error.what())}});
    }
    {
      const std::scoped_lock lock(tasks_mutex_);
      if (--under_way_[task.of] == 0) under_way_.erase(task.of);
    }
    tasks_changed_.notify_all();
  }
}

std::vector<desk::PluginStatus> Plugins::statuses() const {
  std::vector<std::shared_ptr<Running>> all;
  std::vector<desk::PluginStatus> out;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [name, one] : running_) all.push_back(one);
    for (const auto& [name, status] : not_running_) out.push_back(status);
  }
  auto* const lane_set = lanes_.load();
  const auto lanes = lane_set != nullptr ? lane_set->lane_states() : std::map<std::string, desk::LaneState>{};
  for (const auto& one : all) {
    auto status = one->status();
    if (const auto lane = lanes.find(status.name); lane != lanes.end()) {
      status.lane = lane->second.state;
      status.sent = lane->second.sent;
      status.failed = lane->second.failed;
      if (!lane->second.error.empty()) status.last_error = lane->second.error;
      if (status.lane != "open") status.healthy = false;
    }
    out.push_back(std::move(status));
  }
  std::ranges::sort(out, {}, &desk::PluginStatus::name);
  return out;
}

std::optional<std::vector<desk::PluginLogLine>> Plugins::log_of(const std::string& name) const {
  const auto one = find(name);
  if (!one) return std::nullopt;
  return one->log();
}

void Plugins::test(const std::string& name, Done<desk::PluginTest> done) {
  const auto one = find(name);
  if (!one) return done(fail(ErrorCode::not_found, both("No plugin {0} is running.", "插件“{0}”没有在运行。", name)));
  auto shared = std::make_shared<Done<desk::PluginTest>>(std::move(done));
  const bool taken = enqueue(name, [this, one, name, shared] {
    auto result = one->test();
    if (auto* const lane_set = lanes_.load(); lane_set != nullptr && result.healthy) lane_set->release(name);
    (*shared)(std::move(result));
  });
  if (!taken) (*shared)(fail(ErrorCode::overloaded, {"The plugins have too much to do. Try again.", "插件正忙，请稍候再试。"}));
}

void Plugins::receive_http(const std::string& name, desk::HookRequest request, Done<desk::HookAnswer> done) {
  const auto one = find(name);
  if (!one || !one->manifest().has("receive_http")) return done(fail(ErrorCode::not_found, {"There is nothing here.", "这里没有内容。"}));
  auto shared = std::make_shared<Done<desk::HookAnswer>>(std::move(done));
  const bool taken = enqueue(name, [one, shared, request = std::move(request)] { (*shared)(one->receive_http(request)); });
  if (!taken) (*shared)(fail(ErrorCode::overloaded, {"The plugins have too much to do. Try again.", "插件正忙，请稍候再试。"}));
}

void Plugins::look_up(CustomerId customer, Done<std::vector<desk::SourceData>> done) {
  auto shared = std::make_shared<Done<std::vector<desk::SourceData>>>(std::move(done));
  const bool taken = enqueue(std::string(look_ups), [this, customer, shared] {
    std::vector<std::shared_ptr<Running>> connectors;
    {
      const std::scoped_lock lock(mutex_);
      for (const auto& [name, one] : running_) {
        if (one->manifest().has("look_up") || !one->use().sync.empty()) connectors.push_back(one);
      }
    }
    std::vector<desk::SourceData> out;
    for (const auto& one : connectors) {
      const auto& source = one->use().name;
      auto known = desk::read_and_wait(database_, [&](const desk::Reading& reading) -> Result<std::pair<bj::object, std::vector<desk::SourceRecord>>> {
        std::pair<bj::object, std::vector<desk::SourceRecord>> found;
        const auto person = reading.directory.find_customer(customer);
        if (!person) return fail(ErrorCode::not_found, {"There is no such customer.", "没有这位客户。"});
        bj::object external;
        for (const auto& record : reading.plugins.records_of("customers", customer.value)) {
          if (record.plugin != source) continue;
          external["customers"] = record.id;
          found.second.push_back(record);
          for (const auto& resource : one->manifest().resources) {
            if (resource == "customers") continue;
            auto owned = reading.plugins.records_owned(source, resource, record.id, 50);
            std::ranges::move(owned, std::back_inserter(found.second));
          }
        }
        bj::array resources;
        for (const auto& resource : one->manifest().resources) resources.emplace_back(resource);
        found.first = {{"phone", person->phone}, {"email", person->email}, {"external", std::move(external)}, {"resources", std::move(resources)}};
        return found;
      });
      if (!known) continue;
      std::optional<bj::object> answer;
      if (one->manifest().has("look_up")) {
        if (const auto text = one->look_up(bj::serialize(known->first))) answer = parsed(*text);
      }
      const auto* records = answer ? answer->if_contains("records") : nullptr;
      if (records == nullptr || !records->is_object()) {
        for (auto& record : known->second)
          out.push_back({source, record.resource, record.id, record.data, record.fetched_at, one->manifest().has("look_up")});
        continue;
      }
      const auto now = clock_.now();
      std::vector<desk::SourceRecord> fresh;
      std::string owner;
      if (const auto* external = known->first.at("external").get_object().if_contains("customers")) owner = std::string(external->get_string());
      for (const auto& member : records->get_object()) {
        if (!member.value().is_array()) continue;
        for (const auto& item : member.value().get_array()) {
          if (!item.is_object() || fresh.size() >= 200) continue;
          const auto& record = item.get_object();
          const auto* id = record.if_contains("id");
          const auto* data = record.if_contains("data");
          if (id == nullptr || !id->is_string() || data == nullptr) continue;
          desk::SourceRecord row;
          row.plugin = source;
          row.resource = std::string(member.key());
          row.id = std::string(id->get_string());
          row.data = bj::serialize(*data);
          row.fetched_at = now;
          if (row.resource == "customers" && owner.empty()) owner = row.id;
          out.push_back({source, row.resource, row.id, row.data, now, false});
          fresh.push_back(std::move(row));
        }
      }
      // Kept, so that the next look can show something when the source does not answer.
      (void)desk::write_slice_and_wait(database_, [&](desk::Unit& unit) -> Result<void> {
        desk::keep_found(unit, customer, owner, std::move(fresh));
        return {};
      });
    }
    (*shared)(std::move(out));
  });
  if (!taken) (*shared)(fail(ErrorCode::overloaded, {"The connectors have too much to do. Try again.", "连接器正忙，请稍候再试。"}));
}

}  // namespace docket::plugin
