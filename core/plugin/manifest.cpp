// SPDX-License-Identifier: Apache-2.0
#include "plugin/manifest.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <fstream>
#include <iterator>

#include "base/both.hpp"
#include "base/hash.hpp"
#include "base/json.hpp"
#include "docket/plugin.h"

namespace docket::plugin {
namespace {

namespace bj = boost::json;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::size_t most_manifest_bytes = 256 * 1024;
constexpr std::array<std::string_view, 3> kinds{"channel", "connector", "both"};

struct Call {
  std::string_view name;
  std::chrono::seconds time;  ///< unless the manifest says otherwise
};
constexpr std::array<Call, 7> known_calls{{{"deliver", 30s}, {"poll", 120s}, {"receive_http", 5s}, {"health", 10s},
                                           {"pull", 120s}, {"look_up", 3s}, {"push", 30s}}};

bool is_call(std::string_view name) {
  return std::ranges::find(known_calls, name, &Call::name) != known_calls.end();
}

bool is_id(std::string_view text) {
  if (text.empty() || text.size() > 63 || text[0] < 'a' || text[0] > 'z') return false;
  return std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

std::string text_in(const bj::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string{};
}
std::int64_t number_in(const bj::object& from, std::string_view name, std::int64_t fallback) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : fallback;
}
std::vector<std::string> texts_in(const bj::object& from, std::string_view name) {
  std::vector<std::string> out;
  const auto* value = from.if_contains(name);
  if (value == nullptr || !value->is_array()) return out;
  for (const auto& item : value->get_array()) {
    if (item.is_string()) out.emplace_back(item.get_string());
  }
  return out;
}
const bj::object& object_in(const bj::object& from, std::string_view name) {
  static const bj::object none;
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_object() ? value->get_object() : none;
}

std::unexpected<Error> wrong(const Said& what) {
  return fail(ErrorCode::invalid_definition,
              {"The manifest is wrong: " + what.en + ".", "manifest.json 有误：" + what.in(Language::zh) + "。"});
}

domain::SendingLimits limits_in(const bj::object& from) {
  domain::SendingLimits limits;
  limits.per_second = number_in(from, "per_second", 0);
  limits.per_minute = number_in(from, "per_minute", 0);
  limits.per_day = number_in(from, "per_day", 0);
  limits.per_recipient_per_minute = number_in(from, "per_recipient_per_minute", 0);
  limits.per_recipient_per_hour = number_in(from, "per_recipient_per_hour", 0);
  return limits;
}

std::optional<std::string> read_file(const fs::path& file, std::size_t most) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (text.size() > most) return std::nullopt;
  return text;
}

Result<desk::PluginManifest> read_folder(const fs::path& folder, const std::string& id) {
  const auto text = read_file(folder / "manifest.json", most_manifest_bytes);
  if (!text) {
    const auto place = folder.parent_path().string();
    return fail(ErrorCode::not_found,
                {"There is no plugin " + id + " in " + place + ".", place + " 里没有插件 " + id + "。"});
  }
  auto manifest = parse_manifest(*text);
  if (!manifest) return manifest;
  if (manifest->id != id)
    return wrong({"its id is " + manifest->id + ", its folder " + id, "id 是 " + manifest->id + "，文件夹却叫 " + id});
  manifest->library = (folder / manifest->library).string();
  struct stat seen {};
  if (::lstat(manifest->library.c_str(), &seen) != 0 || !S_ISREG(seen.st_mode))
    return wrong(
        {"its library " + manifest->library + " is no file", "library 指的 " + manifest->library + " 不是文件"});
  if ((seen.st_mode & (S_IWOTH)) != 0)
    return wrong({"its library may be written by everybody", "library 文件任何人都能改写，请收回其他用户的写权限"});
  return manifest;
}

}  // namespace

Result<desk::PluginManifest> parse_manifest(std::string_view text) {
  json::Document document;
  if (const auto parsed = document.parse(text, {.bytes = most_manifest_bytes, .depth = 24}); !parsed)
    return wrong(parsed.error().said());
  if (!document.root().is_object()) return wrong({"it is no JSON object", "它不是 JSON 对象"});
  const auto& root = document.root().get_object();
  desk::PluginManifest out;
  out.id = text_in(root, "id");
  if (!is_id(out.id)) return wrong({"id must be a-z, 0-9 and _", "id 只能由 a-z、0-9 和 _ 组成"});
  out.version = text_in(root, "version");
  if (out.version.empty() || out.version.size() > 40) return wrong({"version is missing", "缺少 version"});
  const auto& abi = object_in(root, "abi");
  out.abi_major = static_cast<int>(number_in(abi, "major", 0));
  out.abi_minor = static_cast<int>(number_in(abi, "minor", 0));
  if (out.abi_major != DOCKET_ABI_MAJOR) {
    const auto theirs = std::to_string(out.abi_major);
    const auto ours = std::to_string(DOCKET_ABI_MAJOR);
    return wrong({"it is made for ABI " + theirs + ", this program has " + ours,
                  "它为 ABI " + theirs + " 编译，本程序是 ABI " + ours + "，请换用匹配的版本"});
  }
  out.kind = text_in(root, "kind");
  if (std::ranges::find(kinds, out.kind) == kinds.end())
    return wrong({"kind must be channel, connector or both", "kind 只能是 channel、connector 或 both"});
  const auto& title = object_in(root, "title");
  out.title = {text_in(title, "zh"), text_in(title, "en")};
  if (out.title.zh.empty()) out.title.zh = out.id;
  out.calls = texts_in(root, "calls");
  for (const auto& call : out.calls) {
    if (!is_call(call)) return wrong({"there is no call " + call, "calls 里没有 " + call + " 这种调用"});
  }
  if (out.calls.empty()) return wrong({"calls is missing", "缺少 calls"});
  if (const auto address = text_in(root, "address"); !address.empty()) out.address = address;
  if (!is_id(out.address)) return wrong({"address must be a-z, 0-9 and _", "address 只能由 a-z、0-9 和 _ 组成"});
  out.resources = texts_in(root, "resources");
  out.hosts = texts_in(root, "hosts");
  out.commands = texts_in(root, "commands");
  // Who can not give the command can not say it either; who gives it may have bad news only, as of mails that bounce.
  const bool can_say = std::ranges::find(out.commands, "receipt") != out.commands.end();
  out.receipts = can_say;
  if (const auto* said = root.if_contains("receipts"); said != nullptr) {
    if (!said->is_bool()) return wrong({"receipts must be true or false", "receipts 只能是 true 或 false"});
    if (said->get_bool() && !can_say)
      return wrong({"receipts: true needs the command receipt", "receipts 为 true 时 commands 里要有 receipt"});
    out.receipts = said->get_bool();
  }
  out.settings = bj::object(object_in(root, "settings"), bj::storage_ptr{});
  out.limits = limits_in(object_in(root, "limits"));
  for (const auto& member : object_in(root, "seconds")) {
    const std::string call(member.key());
    if (!is_call(call)) return wrong({"seconds: there is no call " + call, "seconds 里的 " + call + " 不是一种调用"});
    if (!member.value().is_int64()) return wrong({"seconds must be whole numbers", "seconds 只能是整数"});
    out.seconds[call] = static_cast<int>(std::clamp<std::int64_t>(member.value().get_int64(), 1, 600));
  }
  out.memory_mib = static_cast<int>(std::clamp<std::int64_t>(number_in(root, "memory_mib", 256), 32, 1024));
  out.library = text_in(root, "library");
  if (out.library.empty() || out.library.find('/') != std::string::npos)
    return wrong({"library must name a file beside it", "library 要写同一文件夹里的文件名"});
  out.sha256 = text_in(root, "sha256");
  if (out.sha256.size() != 64) return wrong({"sha256 is missing", "缺少 sha256"});
  return out;
}

std::chrono::seconds time_of(const desk::PluginManifest& manifest, std::string_view call) {
  if (const auto said = manifest.seconds.find(std::string{call}); said != manifest.seconds.end())
    return std::chrono::seconds{said->second};
  const auto known = std::ranges::find(known_calls, call, &Call::name);
  assert(known != known_calls.end());
  return known->time;
}

std::vector<fs::path> plugin_directories(const fs::path& data, std::vector<fs::path> named) {
  if (!data.empty()) named.insert(named.begin(), data / "plugins");
  return named;
}

Result<desk::PluginManifest> Catalogue::find(const std::string& id) const {
  if (!is_id(id))
    return fail(ErrorCode::not_found, {"\"" + id + "\" can be no plugin's id.", "`" + id + "` 不能是插件的 id。"});
  std::error_code ignored;
  for (const auto& directory : directories_) {
    if (fs::exists(directory / id / "manifest.json", ignored)) return read_folder(directory / id, id);
  }
  std::string looked;
  for (const auto& directory : directories_) looked += (looked.empty() ? "" : ", ") + directory.string();
  if (looked.empty())
    return fail(ErrorCode::not_found, {"There is no plugin " + id + " in any directory.", "没有插件 " + id + "。"});
  return fail(ErrorCode::not_found,
              {"There is no plugin " + id + " in " + looked + ".", looked + " 里没有插件 " + id + "。"});
}

std::vector<std::string> Catalogue::ids() const {
  std::vector<std::string> out;
  std::error_code ignored;
  for (const auto& directory : directories_) {
    for (const auto& entry : fs::directory_iterator(directory, ignored)) {
      const auto name = entry.path().filename().string();
      if (is_id(name) && fs::exists(entry.path() / "manifest.json", ignored)) out.push_back(name);
    }
  }
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

std::optional<std::string> digest_of_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  Hasher hasher;
  std::array<char, 65536> piece{};
  while (in.read(piece.data(), piece.size()) || in.gcount() > 0)
    hasher.add({piece.data(), static_cast<std::size_t>(in.gcount())});
  return to_hex(hasher.finish());
}

Result<desk::PluginManifest> install(const fs::path& folder, const fs::path& directory) {
  const auto text = read_file(folder / "manifest.json", most_manifest_bytes);
  if (!text) return fail(ErrorCode::not_found, both("There is no manifest.json in {}.", "{} 里没有 manifest.json。", folder.string()));
  auto manifest = parse_manifest(*text);
  if (!manifest) return manifest;
  const auto digest = digest_of_file(folder / manifest->library);
  if (!digest)
    return wrong(
        {"its library " + manifest->library + " can not be read", "library 指的 " + manifest->library + " 无法读取"});
  if (*digest != manifest->sha256)
    return wrong({"the library's digest is " + *digest + ", the manifest says " + manifest->sha256,
                  "library 的摘要是 " + *digest + "，manifest.json 写的是 " + manifest->sha256});
  const auto fresh = directory / ("." + manifest->id + ".new");
  const auto old = directory / ("." + manifest->id + ".old");
  const auto place = directory / manifest->id;
  std::error_code error;
  fs::create_directories(directory, error);
  fs::remove_all(fresh, error);
  fs::remove_all(old, error);
  fs::create_directory(fresh, error);
  if (!error) fs::copy_file(folder / "manifest.json", fresh / "manifest.json", error);
  if (!error) fs::copy_file(folder / manifest->library, fresh / manifest->library, error);
  if (!error && fs::exists(place)) fs::rename(place, old, error);
  if (!error) fs::rename(fresh, place, error);
  if (error) return fail(ErrorCode::storage_full, both("The plugin could not be copied to {}: {}.", "插件无法复制到 {}：{}。", directory.string(), error.message()));
  fs::remove_all(old, error);
  return manifest;
}

Result<void> remove(const std::string& id, const fs::path& directory) {
  if (!is_id(id) || !fs::exists(directory / id / "manifest.json"))
    return fail(ErrorCode::not_found, both("There is no plugin {} in {}.", "{1} 里没有插件 {0}。", id, directory.string()));
  std::error_code error;
  fs::remove_all(directory / id, error);
  if (error) return fail(ErrorCode::internal, both("The plugin could not be removed: {}.", "插件无法移除：{}。", error.message()));
  return {};
}

}  // namespace docket::plugin
