// SPDX-License-Identifier: Apache-2.0
// Plugins and the notification matrix: what is named is there, and settings are held against the plugin's manifest.
#include <algorithm>
#include <boost/json/object.hpp>
#include <map>
#include <set>

#include "base/json.hpp"
#include "definition/compilation.hpp"
#include "desk/ports/plugin_catalogue.hpp"

namespace docket::definition {
namespace {

namespace bj = boost::json;

bj::value json_of(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::nothing:
      return nullptr;
    case YamlNode::Kind::scalar:
      return bj::value(node.text);
    case YamlNode::Kind::list: {
      bj::array out;
      for (const auto& item : node.items) out.push_back(json_of(item));
      return out;
    }
    case YamlNode::Kind::map: {
      bj::object out;
      for (const auto& entry : node.entries) out[entry.key] = json_of(entry.value);
      return out;
    }
  }
  return nullptr;
}

/// The node that a JSON pointer names, or the deepest one on its way.
const YamlNode& node_at(const YamlNode& root, std::string_view pointer) {
  const YamlNode* at = &root;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const auto name = pointer.substr(0, std::min(pointer.find('/'), pointer.size()));
    pointer.remove_prefix(name.size());
    if (at->kind == YamlNode::Kind::map) {
      const auto* entry = at->find(name);
      if (entry == nullptr) break;
      at = &entry->value;
    } else if (at->kind == YamlNode::Kind::list) {
      std::size_t index = 0;
      for (const char c : name) index = index * 10 + static_cast<std::size_t>(c - '0');
      if (index >= at->items.size()) break;
      at = &at->items[index];
    } else {
      break;
    }
  }
  return *at;
}

Said where_secrets_are(const std::vector<std::filesystem::path>& directories) {
  if (directories.empty()) return {"a directory named by --secrets", "用 --secrets 指定的目录"};
  Said found;
  for (const auto& directory : directories) {
    found.en += (found.en.empty() ? "a file in " : " or ") + directory.string();
    found.zh += (found.zh.empty() ? "" : " 或 ") + directory.string();
  }
  return {found.en + "; another directory by --secrets", found.zh + " 中的文件；其他目录用 --secrets 指定"};
}

void check_settings(Compilation& work, const Section& section, const domain::PluginUse& use) {
  if (work.catalogue == nullptr) return;
  const auto manifest = work.catalogue->find(use.plugin);
  if (!manifest) {
    if (manifest.error().code == ErrorCode::not_found) {
      work.report.warning(section.place("plugin"), "not_installed",
                          {"no plugin `" + use.plugin + "` is installed here", "这里没有安装插件 `" + use.plugin + "`"},
                          {"one that `docket plugin list` shows", "`docket plugin list` 列出的插件"},
                          nearest_of(use.plugin, work.catalogue->ids()));
    } else {
      work.report.error(section.place("plugin"), "bad_manifest", manifest.error().said(),
                        {"a sound manifest", "正确的 manifest.json"});
    }
    return;
  }
  const auto* settings = section.find("settings");
  const bool given = settings != nullptr && settings->kind == YamlNode::Kind::map;
  const auto raw = given ? json_of(*settings).as_object() : bj::object{};
  const auto typed = desk::typed_settings(manifest->settings, raw);
  if (!typed) {
    for (const auto& fault : typed.error().fields) {
      const auto span = given ? node_at(*settings, fault.pointer).span : section.place().span;
      const bool whole = fault.pointer.empty();
      const auto name = whole ? std::string{} : "`" + fault.pointer.substr(1) + "`";
      work.report.error(
          {section.file(), span}, "bad_setting",
          {"setting " + (whole ? "values" : name) + " of plugin `" + use.plugin + "` " + fault.message,
           "插件 `" + use.plugin + "` 的设置" + (whole ? "" : " " + name) + "：" + fault.message_zh},
          {"as `docket plugin info " + use.plugin + "` says", "`docket plugin info " + use.plugin + "` 所列的写法"});
    }
  }
  for (const auto& [pointer, file] : typed ? typed->secrets : std::map<std::string, std::string>{}) {
    if (desk::stands_in(work.catalogue->secret_directories(), file)) continue;
    const auto name = "`" + pointer.substr(1) + "`";
    work.report.error({section.file(), node_at(*settings, pointer).span}, "secret_elsewhere",
                      {"setting " + name + " names a file outside of where secrets are kept, which no plugin is given",
                       "设置 " + name + " 指向密钥目录以外的文件，不会交给插件"},
                      where_secrets_are(work.catalogue->secret_directories()));
  }
  if (use.user.empty() && !manifest->commands.empty()) {
    work.report.warning(
        section.place(), "no_identity",
        {"this plugin gives commands, and has no account to act as", "这个插件会下命令，却没有指定以哪个账号执行"},
        {"user: the login of an account made for it", "user：为它建立的账号的登录名"});
  }
  for (const auto& rule : use.sync) {
    if (std::ranges::find(manifest->resources, rule.resource) == manifest->resources.end()) {
      work.report.error(section.place("sync"), "unknown_name",
                        {"this plugin knows no " + rule.resource, "这个插件没有 " + rule.resource + " 这类数据"},
                        {"one of those that `docket plugin info` lists", "`docket plugin info` 列出的数据"},
                        nearest_of(rule.resource, manifest->resources));
    }
  }
}

std::optional<int> minute_of(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9' ? text[at] - '0' : 100; };
  const int hour = digit(0) * 10 + digit(1);
  const int minute = digit(3) * 10 + digit(4);
  if (hour > 23 || minute > 59) return std::nullopt;
  return hour * 60 + minute;
}

void read_quiet_hours(Compilation& work, const Section& section, domain::PluginUse& use) {
  if (!section.has("quiet_hours")) return;
  const auto text = section.text("quiet_hours");
  const auto dash = std::min(text.find('-'), text.size());
  const auto from = minute_of(std::string_view(text).substr(0, dash));
  const auto to = dash < text.size() ? minute_of(std::string_view(text).substr(dash + 1)) : std::nullopt;
  if (!from || !to || *from == *to) {
    work.report.error(section.place("quiet_hours"), "bad_value",
                      {"`" + text + "` are no hours of a day", "`" + text + "` 不是一天中的时段"}, "22:00-08:00");
    return;
  }
  use.quiet = domain::QuietHours{*from, *to};
}

domain::SendingLimits read_limits(const Section& section) {
  domain::SendingLimits limits;
  limits.per_second = section.integer("per_second").value_or(0);
  limits.per_minute = section.integer("per_minute").value_or(0);
  limits.per_day = section.integer("per_day").value_or(0);
  limits.per_recipient_per_minute = section.integer("per_recipient_per_minute").value_or(0);
  limits.per_recipient_per_hour = section.integer("per_recipient_per_hour").value_or(0);
  return limits;
}

domain::SyncRule read_sync_rule(const Section& section) {
  domain::SyncRule rule;
  rule.resource = section.text("resource");
  rule.every = section.duration("every").value_or(std::chrono::minutes{5});
  rule.full_every = section.duration("full_every").value_or(Duration{});
  if (const auto* fields = section.find("fields")) {
    for (const auto& entry : fields->entries) rule.fields[entry.key] = entry.value.text;
  }
  rule.conflict = section.word<domain::SyncConflict>("conflict");
  return rule;
}

domain::PluginUse read_plugin(Compilation& work, const Section& section) {
  domain::PluginUse use;
  use.name = section.name();
  use.plugin = section.text("plugin");
  use.title = section.has("title") ? section.title("title") : domain::Title{use.name, {}};
  use.user = section.text("user");
  use.acts_for_people = section.yes("acts_for_people");
  if (const auto* settings = section.find("settings"); settings != nullptr && settings->kind == YamlNode::Kind::map) {
    use.settings.clear();
    json::append_value(use.settings, json_of(*settings));
  }
  use.hosts = section.texts("hosts");
  use.networks = section.texts("networks");
  use.poll_every = section.duration("poll_every");
  if (const auto limits = section.section("limits")) use.limits = read_limits(*limits);
  use.events = section.texts("events");
  use.fallback = section.text("fallback");
  if (!use.fallback.empty()) work.destinations.emplace_back(use.fallback, section.place("fallback"));
  use.fallback_after = section.duration("fallback_after");
  if (use.fallback_after && use.fallback.empty()) {
    work.report.warning(section.place("fallback_after"), "useless_key",
                        {"without `fallback` it does nothing", "没有写 `fallback`，此项不起作用"},
                        {"`fallback` with another destination", "用 `fallback` 写明备用渠道"});
  }
  read_quiet_hours(work, section, use);
  use.gather = section.duration("gather").value_or(Duration{});
  for (const auto& rule : section.sections("sync")) use.sync.push_back(read_sync_rule(rule));
  check_settings(work, section, use);
  return use;
}

/// A chain that comes back to where it began would send one message for ever.
void check_fallbacks(Compilation& work) {
  for (const auto& section : work.all("plugins")) {
    const auto& plugins = work.out.plugins;
    auto at = plugins.find(section.name());
    for (std::size_t hops = 0; at != plugins.end() && !at->second.fallback.empty(); ++hops) {
      if (hops > plugins.size()) {
        work.report.error(section.place("fallback"), "circle",
                          {"this chain of fallbacks comes back to itself", "备用渠道（fallback）绕了一圈又回到自己"},
                          {"a chain with an end", "最后一个渠道不再写 fallback"});
        break;
      }
      at = plugins.find(at->second.fallback);
    }
  }
}

/// Whatever leaves by itself leaves by a trigger, so that its trace, order and proof are those of triggers: one for each
/// kind of event, which calls all that want to hear of it.
void add_event_triggers(Compilation& work) {
  std::map<std::string, std::vector<domain::Action>> calls;
  for (const auto& section : work.all("plugins")) {
    const auto& events = work.out.plugins[section.name()].events;
    for (const auto& event : std::set(events.begin(), events.end())) {
      domain::Action call;
      call.kind = domain::ActionKind::call;
      call.destination = section.name();
      calls[event].push_back(std::move(call));
    }
  }
  for (auto& [event, actions] : calls) {
    domain::Trigger trigger;
    trigger.name = "events_" + event;
    trigger.on = {event};
    trigger.actions = std::move(actions);
    work.out.triggers.push_back(std::move(trigger));
  }
}

}  // namespace

void read_plugins(Compilation& work) {
  for (const auto& section : work.all("plugins")) {
    if (section.name() == "log" || section.name() == "in_app") {
      work.report.error(section.place(), "bad_name",
                        {"`" + section.name() + "` is a destination that is always there",
                         "`" + section.name() + "` 是系统自带的目的地"},
                        {"another name", "另一个名称"});
    }
    work.out.plugins[section.name()] = read_plugin(work, section);
  }
  add_event_triggers(work);
  check_fallbacks(work);
}

/// Deliveries to a name that nobody serves wait, and nobody hears of them.
void check_destinations(Compilation& work) {
  std::vector<std::string> known{"in_app", "log"};
  for (const auto& [name, use] : work.out.plugins) known.push_back(name);
  for (const auto& [name, place] : work.destinations) {
    if (name.empty() || std::ranges::find(known, name) != known.end()) continue;
    work.report.warning(place, "no_destination",
                        {"nothing here is called `" + name + "`: what is sent to it waits until there is",
                         "没有名为 `" + name + "` 的目的地，发给它的内容会一直等待"},
                        {"a plugin of this desk, in_app or log", "本服务台的插件、in_app 或 log"},
                        nearest_of(name, known));
  }
}

void read_notifications(Compilation& work) {
  for (const auto& section : work.all("notifications")) {
    domain::Trigger trigger;
    trigger.name = section.name();
    trigger.on = section.texts("on");
    trigger.when = read_condition(work, section, "when", {.event = true});
    const auto text = work.reference(section, "text", Refers::text);
    for (const auto& people : section.sections("to")) {
      domain::Action notify;
      notify.kind = domain::ActionKind::notify;
      notify.text = text;
      read_recipients(work, people, notify);
      notify.channels = work.destinations_in(people, "channels");
      trigger.actions.push_back(std::move(notify));
    }
    if (std::ranges::find(work.out.triggers, trigger.name, &domain::Trigger::name) != work.out.triggers.end()) {
      work.report.error(
          section.place(), "duplicate_name",
          {"there is a trigger named `" + trigger.name + "` too", "已有同名的触发器 `" + trigger.name + "`"},
          {"another name", "另一个名称"});
    }
    work.out.triggers.push_back(std::move(trigger));
  }
}

}  // namespace docket::definition
