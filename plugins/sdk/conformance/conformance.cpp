// SPDX-License-Identifier: Apache-2.0
// docket_plugin_conformance FOLDER [SETTINGS.json]: whether a built plugin keeps the rules of docket/plugin.h, as far as
// can be seen from outside. Loads the library into this process, so use it on your own work only.
#include <dlfcn.h>

#include <cstddef>
#include <fstream>
#include <iostream>
#include <iterator>

#include "docket/test_host.hpp"

using namespace docket::sdk;

namespace {

int faults = 0;

void check(bool holds, const std::string& what) {
  if (!holds) ++faults;
  std::cout << (holds ? "ok    " : "FAULT ") << what << "\n";
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void append(void* to, const char* data, std::uint64_t size) {
  static_cast<std::string*>(to)->append(data, static_cast<std::size_t>(size));
}

bool has(const docket_plugin& plugin, const std::string& call) {
  const auto filled = [&](std::size_t end) { return plugin.size >= end; };
  if (call == "deliver") return filled(offsetof(docket_plugin, poll)) && plugin.deliver != nullptr;
  if (call == "poll") return filled(offsetof(docket_plugin, receive_http)) && plugin.poll != nullptr;
  if (call == "receive_http") return filled(offsetof(docket_plugin, health)) && plugin.receive_http != nullptr;
  if (call == "health") return filled(offsetof(docket_plugin, pull)) && plugin.health != nullptr;
  if (call == "pull") return filled(offsetof(docket_plugin, look_up)) && plugin.pull != nullptr;
  if (call == "look_up") return filled(offsetof(docket_plugin, push)) && plugin.look_up != nullptr;
  return call == "push" && filled(sizeof(docket_plugin)) && plugin.push != nullptr;
}

int examine(const std::string& folder, const std::string& settings) {
  const auto manifest = json::parse(read_file(folder + "/manifest.json")).as_object();
  const auto library = folder + "/" + text_of(manifest, "library");
  check(!text_of(manifest, "id").empty() && !text_of(manifest, "version").empty(), "the manifest has id and version");
  check(text_of(manifest, "sha256").size() == 64, "the manifest has the library's digest");
  void* opened = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  check(opened != nullptr, "the library loads with all its symbols");
  if (opened == nullptr) {
    std::cout << ::dlerror() << "\n";
    return 1;
  }
  const auto entry = reinterpret_cast<docket_plugin_entry_function>(::dlsym(opened, "docket_plugin_entry"));
  check(entry != nullptr, "it exports docket_plugin_entry");
  if (entry == nullptr) return 1;

  TestHost host;
  docket_host foreign = *host.raw();
  foreign.abi_major = 0x7FFF;
  docket_plugin plugin{};
  plugin.size = sizeof plugin;
  check(entry(&foreign, &plugin) != DOCKET_OK, "it refuses a host of another ABI");
  // A host that knows less gives less room: nothing may be written beyond it.
  struct Guarded {
    docket_plugin plugin;
    unsigned char guard[64];
  } narrow{};
  std::fill(std::begin(narrow.guard), std::end(narrow.guard), static_cast<unsigned char>(0xA5));
  narrow.plugin.size = offsetof(docket_plugin, poll);
  narrow.plugin.push = nullptr;
  check(entry(host.raw(), &narrow.plugin) == DOCKET_OK, "it takes a host with a shorter table");
  check(narrow.plugin.push == nullptr && narrow.plugin.size <= offsetof(docket_plugin, poll), "it fills no more than there is room");
  plugin = {};
  plugin.size = sizeof plugin;
  check(entry(host.raw(), &plugin) == DOCKET_OK && plugin.create != nullptr && plugin.destroy != nullptr, "it fills its table");
  if (const auto* calls = manifest.if_contains("calls"); calls != nullptr && calls->is_array()) {
    for (const auto& call : calls->get_array()) {
      const std::string name(call.as_string());
      check(has(plugin, name), "the manifest's call " + name + " is there");
    }
  }

  host.begin_call();
  for (const std::string given : {"this is no JSON", "[]", "{}"}) {
    void* instance = nullptr;
    std::string why;
    const auto status = plugin.create(host.raw(), {given.data(), given.size()}, &instance, {&why, &append});
    check(status == DOCKET_OK ? instance != nullptr : instance == nullptr && !why.empty(),
          "create with " + given + " gives an instance, or a sentence and none");
    if (instance != nullptr) plugin.destroy(instance);
  }
  if (settings.empty()) return faults == 0 ? 0 : 1;
  const auto text = read_file(settings);
  for (int round = 0; round < 3; ++round) {
    void* one = nullptr;
    void* other = nullptr;
    std::string why;
    host.begin_call();
    const bool made = plugin.create(host.raw(), {text.data(), text.size()}, &one, {&why, &append}) == DOCKET_OK &&
                      plugin.create(host.raw(), {text.data(), text.size()}, &other, {&why, &append}) == DOCKET_OK;
    check(made && one != other, "two instances at once, round " + std::to_string(round + 1) + (why.empty() ? "" : ": " + why));
    if (has(plugin, "deliver") && one != nullptr) {
      const auto delivery = json::serialize(sample_delivery("someone"));
      std::string answer;
      (void)plugin.deliver(one, {delivery.data(), delivery.size()}, {&answer, &append});
      boost::system::error_code error;
      const auto said = json::parse(answer, error);
      check(!answer.empty(), "deliver without a network says something");
      if (!error && said.is_object()) check(text_of(said.as_object(), "outcome") != "delivered", "and not that it delivered");
    }
    if (one != nullptr) plugin.destroy(one);
    if (other != nullptr) plugin.destroy(other);
  }
  return faults == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::cerr << "docket_plugin_conformance FOLDER [SETTINGS.json]\n";
    return 2;
  }
  try {
    return examine(arguments[1], count > 2 ? arguments[2] : "");
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 2;
  }
}
