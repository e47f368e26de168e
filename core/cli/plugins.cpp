// SPDX-License-Identifier: Apache-2.0
// plugin list, info, test, install, remove; and the two subcommands that the server itself runs.
#include <filesystem>
#include <iostream>
#include <memory>

#include "base/both.hpp"
#include "base/json.hpp"
#include "cli/commands.hpp"
#include "cli/language.hpp"
#include "cli/terminal.hpp"
#include "plugin/host_process.hpp"
#include "plugin/manifest.hpp"
#include "server/control.hpp"
#include "store/data_owner.hpp"

namespace docket::cli {
namespace {

struct Options {
  std::string data;
  std::vector<std::string> directories;
  std::string what;
};

std::vector<std::filesystem::path> directories_of(const Options& options) {
  std::vector<std::filesystem::path> named(options.directories.begin(), options.directories.end());
  if (named.empty()) named.emplace_back(standard_plugin_directory);
  return plugin::plugin_directories(options.data, std::move(named));
}

int ask(const Options& options, const char* command) {
  server::ControlRequest request;
  request.command = command;
  request.name = options.what;
  return tell(server::control(options.data, request));
}

int list(const Options& options) {
  const plugin::Catalogue catalogue(directories_of(options));
  for (const auto& id : catalogue.ids()) {
    const auto manifest = catalogue.find(id);
    if (manifest) {
      std::cout << id << " " << manifest->version << "  " << manifest->kind << "  " << manifest->title.zh << "  "
                << std::filesystem::path(manifest->library).parent_path().string() << "\n";
    } else {
      std::cout << id << "  " << spoken(manifest.error().said()) << "\n";
    }
  }
  return options.data.empty() ? 0 : ask(options, "plugins");
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out.empty() ? "-" : out;
}

void print_settings(const boost::json::object& schema, const std::string& indent) {
  const auto text = [](const boost::json::object& from, const char* name) {
    const auto* value = from.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string{};
  };
  const auto* properties = schema.if_contains("properties");
  if (properties == nullptr || !properties->is_object()) return;
  for (const auto& member : properties->get_object()) {
    if (!member.value().is_object()) continue;
    const auto& one = member.value().get_object();
    bool required = false;
    if (const auto* list_required = schema.if_contains("required"); list_required != nullptr && list_required->is_array()) {
      for (const auto& name : list_required->get_array()) required = required || (name.is_string() && name.get_string() == member.key());
    }
    std::cout << indent << std::string(member.key()) << ": " << text(one, "type");
    if (const auto* secret = one.if_contains("secret"); secret != nullptr && secret->is_bool() && secret->get_bool())
      std::cout << spoken({", path of a file with the secret", "，存放机密的文件路径"});
    if (required) std::cout << spoken({", required", "，必填"});
    if (const auto* fallback = one.if_contains("default")) {
      std::string shown;
      json::append_value(shown, *fallback);
      std::cout << spoken({", default ", "，默认 "}) << shown;
    }
    if (const auto* title = one.if_contains("title"); title != nullptr && title->is_object())
      std::cout << "  " << text(title->get_object(), "zh") << " / " << text(title->get_object(), "en");
    std::cout << "\n";
    print_settings(one, indent + "  ");
    if (const auto* items = one.if_contains("items"); items != nullptr && items->is_object()) print_settings(items->get_object(), indent + "  - ");
  }
}

int show(const Options& options) {
  const auto manifest = plugin::Catalogue(directories_of(options)).find(options.what);
  if (!manifest) {
    std::cerr << spoken(manifest.error().said()) << "\n";
    return 1;
  }
  std::cout << manifest->id << " " << manifest->version << " (" << manifest->kind << "), ABI " << manifest->abi_major << "."
            << manifest->abi_minor << "\n  " << manifest->title.zh << " / " << manifest->title.en << "\ncalls: " << joined(manifest->calls)
            << "\naddress: " << manifest->address << "\nresources: " << joined(manifest->resources)
            << "\nhosts: " << joined(manifest->hosts) << "\ncommands: " << joined(manifest->commands) << "\nlibrary: " << manifest->library
            << "\nsha256: " << manifest->sha256
            << (plugin::digest_of_file(manifest->library) == manifest->sha256 ? "" : "  (the library is another one!)") << "\nsettings:\n";
  print_settings(manifest->settings, "  ");
  return 0;
}

int install(const Options& options) {
  server::require_desk(options.data);
  const store::LeaveToOwner leave{options.data};
  const auto manifest = plugin::install(options.what, std::filesystem::path(options.data) / "plugins");
  if (!manifest) {
    std::cerr << spoken(manifest.error().said()) << "\n";
    return 1;
  }
  std::cout << spoken(both("Installed {} {}. A running desk that uses it changes over within 15 seconds.",
                           "已安装 {} {}。正在使用它的服务台会在 15 秒内换用。", manifest->id, manifest->version))
            << "\n";
  return 0;
}

int remove(const Options& options) {
  const auto removed = plugin::remove(options.what, std::filesystem::path(options.data) / "plugins");
  if (!removed) {
    std::cerr << spoken(removed.error().said()) << "\n";
    return 1;
  }
  std::cout << spoken(both("Removed {}.", "已移除 {}。", options.what)) << "\n";
  return 0;
}

}  // namespace

void add_plugins(CLI::App& root, std::vector<Command>& commands) {
  auto options = std::make_shared<Options>();
  auto* app = root.add_subcommand("plugin", spoken({"Look at plugins, try them, install and remove them", "查看、试用、安装与移除插件"}));
  app->require_subcommand(1);
  const auto add = [&](const char* name, const std::string& what, bool needs_data, const char* argument, int (*run)(const Options&)) {
    auto* sub = app->add_subcommand(name, what);
    auto* data = sub->add_option("--data", options->data, spoken({"Data directory of the desk", "服务台的数据目录"}));
    if (needs_data) data->required();
    sub->add_option("--plugin-dir", options->directories, spoken({"Directory with installed plugins; may be repeated", "已安装插件的目录，可重复给出"}));
    if (argument != nullptr) sub->add_option(argument, options->what)->required();
    commands.push_back({sub, [options, run] { return run(*options); }});
  };
  add("list", spoken({"Installed plugins, and with --data how the configured ones are", "已安装的插件；加 --data 则显示已配置插件的状况"}), false, nullptr, list);
  add("info", spoken({"What a plugin's manifest says, its settings above all", "插件清单的内容，尤其是它的设置项"}), false, "id", show);
  add("test", spoken({"Ask a configured plugin for its health; a halted one sends again", "询问已配置插件是否正常；已停摆的会重新发送"}), true, "name",
      [](const Options& given) { return ask(given, "plugin_test"); });
  add("install", spoken({"Check a folder with manifest and library and copy it to the data directory", "检查含清单与动态库的文件夹，并复制到数据目录"}), true, "folder", install);
  add("remove", spoken({"Remove an installed plugin from the data directory", "从数据目录移除已安装的插件"}), true, "id", remove);

  auto* host = root.add_subcommand("plugin-host", spoken({"Run by the server: the room of one plugin", "由服务运行：一个插件的进程"}))->group("");
  commands.push_back({host, [] { return plugin::run_plugin_host(); }});
  auto* egress = root.add_subcommand("egress", spoken({"Run by the server: connects for plugins", "由服务运行：替插件建立连接"}))->group("");
  commands.push_back({egress, [] { return plugin::run_egress(); }});
}

}  // namespace docket::cli
