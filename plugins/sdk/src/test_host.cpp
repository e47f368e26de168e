// SPDX-License-Identifier: Apache-2.0
#include "docket/test_host.hpp"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace docket::sdk {
namespace {

std::string text(docket_text from) {
  return {from.data, static_cast<std::size_t>(from.size)};
}
docket_text view(const std::string& from) {
  return {from.data(), from.size()};
}
void write(docket_sink to, std::string_view what) {
  to.write(to.context, what.data(), what.size());
}
void append(void* to, const char* data, std::uint64_t size) {
  static_cast<std::string*>(to)->append(data, static_cast<std::size_t>(size));
}
docket_sink sink(std::string& to) {
  return {&to, &append};
}

int memory_file(std::string_view bytes) {
  const int file = ::memfd_create("content", MFD_CLOEXEC);
  if (file < 0) throw std::runtime_error("no memory file");
  while (!bytes.empty()) {
    const auto n = ::write(file, bytes.data(), bytes.size());
    if (n <= 0) throw std::runtime_error("the memory file takes nothing");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  ::lseek(file, 0, SEEK_SET);
  return file;
}

}  // namespace

struct TestHost::Functions {
  static TestHost& self(void* context) { return *static_cast<TestHost*>(context); }

  static void log(void* context, std::uint32_t level, docket_text line) {
    constexpr std::array<const char*, 4> names{"debug", "info", "warning", "error"};
    self(context).log.push_back(std::string(names.at(std::min<std::uint32_t>(level, 3))) + ": " + text(line));
  }
  static std::int64_t now(void* context) { return self(context).now_us; }
  static std::int64_t deadline(void* context) { return self(context).deadline_us_; }
  static std::int32_t connect(void* context, docket_text host, std::uint16_t port, std::uint32_t, docket_sink error) {
    const auto name = text(host) + ":" + std::to_string(port);
    const auto found = self(context).reachable.find(name);
    if (found == self(context).reachable.end()) {
      write(error, "The test does not let the plugin call " + name + ".");
      return DOCKET_REFUSED;
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(found->second);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr generic{};
    std::memcpy(&generic, &address, sizeof generic);
    if (::connect(made, &generic, sizeof address) == 0) return made;
    ::close(made);
    write(error, "Nobody answers at " + name + ".");
    return DOCKET_FAILED;
  }
  static std::int32_t trust_file(void* context, docket_sink path) {
    write(path, self(context).trust_file);
    return DOCKET_OK;
  }
  static std::int32_t secret(void* context, docket_text reference, docket_sink value) {
    const auto found = self(context).secrets.find(text(reference));
    if (found == self(context).secrets.end()) {
      write(value, "There is no secret \"" + text(reference) + "\" in this test.");
      return DOCKET_NOT_FOUND;
    }
    write(value, found->second);
    return DOCKET_OK;
  }
  static std::int32_t state_get(void* context, docket_text key, docket_sink value) {
    const auto found = self(context).state.find(text(key));
    if (found == self(context).state.end()) return DOCKET_NOT_FOUND;
    write(value, found->second);
    return DOCKET_OK;
  }
  static std::int32_t state_put(void* context, docket_text key, docket_text value) {
    if (key.size == 0 || key.size > 200 || value.size > 65'536) return DOCKET_REFUSED;
    if (self(context).state_fails) return DOCKET_FAILED;
    if (value.size == 0) {
      self(context).state.erase(text(key));
    } else {
      self(context).state[text(key)] = text(value);
    }
    return DOCKET_OK;
  }
  static std::int32_t command(void* context, docket_text request, docket_sink answer) {
    auto& host = self(context);
    try {
      host.commands.push_back(json::parse(text(request)).as_object());
      const json::value said = host.on_command ? host.on_command(host.commands.back()) : json::object{};
      write(answer, json::serialize(said));
      return DOCKET_OK;
    } catch (const HostError& error) {
      write(answer, error.what());
      return error.status();
    } catch (const std::exception& error) {
      write(answer, json::serialize(json::object{{"code", "failed"}, {"detail", error.what()}}));
      return DOCKET_FAILED;
    }
  }
  static std::int32_t content_open(void* context, docket_text id, docket_sink facts) {
    const auto found = self(context).contents.find(text(id));
    if (found == self(context).contents.end()) {
      write(facts, "There is no such attachment.");
      return DOCKET_NOT_FOUND;
    }
    const auto& file = found->second;
    write(facts, json::serialize(json::object{
                     {"id", text(id)}, {"name", file.name}, {"media_type", file.media_type}, {"size", file.bytes.size()}}));
    return memory_file(file.bytes);
  }
  static std::int32_t content_create(void*) { return memory_file({}); }
  static std::int32_t content_keep(void* context, std::int32_t file, docket_text facts, docket_sink answer) {
    auto& host = self(context);
    const auto raw = json::parse(text(facts)).as_object();
    Content content;
    ::lseek(file, 0, SEEK_SET);
    content.descriptor = Descriptor(::dup(file));
    const auto id = "kept-" + std::to_string(host.contents.size() + 1);
    host.contents[id] = {text_of(raw, "name"), text_of(raw, "media_type"), content.read(std::size_t{64} << 20)};
    write(answer, json::serialize(json::object{{"id", id}}));
    return DOCKET_OK;
  }
};

TestHost::TestHost() {
  table_ = {sizeof(docket_host), DOCKET_ABI_MAJOR, DOCKET_ABI_MINOR, this, &Functions::log, &Functions::now,
            &Functions::deadline, &Functions::connect, &Functions::trust_file, &Functions::secret,
            &Functions::state_get, &Functions::state_put, &Functions::command, &Functions::content_open,
            &Functions::content_create, &Functions::content_keep};
}
TestHost::~TestHost() = default;

bool TestHost::logged(std::string_view piece) const {
  return std::ranges::any_of(log, [&](const std::string& line) { return line.find(piece) != std::string::npos; });
}

TestPlugin::TestPlugin(TestHost& host, docket_plugin_entry_function entry, const json::object& settings) : host_(host) {
  start(entry, settings);
}
TestPlugin::TestPlugin(TestHost& host, const std::string& library, const json::object& settings) : host_(host) {
  void* opened = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (opened == nullptr) throw std::runtime_error(::dlerror());
  const auto entry = reinterpret_cast<docket_plugin_entry_function>(::dlsym(opened, "docket_plugin_entry"));
  if (entry == nullptr) throw std::runtime_error("the library has no docket_plugin_entry");
  start(entry, settings);
}
void TestPlugin::start(docket_plugin_entry_function entry, const json::object& settings) {
  plugin_.size = sizeof plugin_;
  if (entry(host_.raw(), &plugin_) != DOCKET_OK) throw std::runtime_error("the plugin does not take this host");
  host_.begin_call();
  std::string error;
  const auto said = json::serialize(settings);
  if (plugin_.create(host_.raw(), view(said), &instance_, sink(error)) != DOCKET_OK) throw std::runtime_error(error);
}
TestPlugin::~TestPlugin() {
  if (instance_ != nullptr) plugin_.destroy(instance_);
}

json::object TestPlugin::call(Call function, const json::object& request, const char* what) {
  if (function == nullptr) throw std::runtime_error(std::string("the plugin has no ") + what);
  host_.begin_call();
  std::string answer;
  const auto said = json::serialize(request);
  if (function(instance_, view(said), sink(answer)) != DOCKET_OK) throw std::runtime_error(answer);
  return json::parse(answer).as_object();
}
json::object TestPlugin::deliver(const json::object& delivery) {
  return call(plugin_.deliver, delivery, "deliver");
}
json::object TestPlugin::poll() {
  return call(plugin_.poll, {}, "poll");
}
json::object TestPlugin::health() {
  return call(plugin_.health, {}, "health");
}
json::object TestPlugin::pull(const json::object& request) {
  return call(plugin_.pull, request, "pull");
}
json::object TestPlugin::look_up(const json::object& request) {
  return call(plugin_.look_up, request, "look_up");
}
json::object TestPlugin::push(const json::object& request) {
  return call(plugin_.push, request, "push");
}
TestPlugin::Http TestPlugin::receive_http(std::string_view method, std::string_view path, std::string_view body,
                                          const json::object& headers) {
  if (plugin_.receive_http == nullptr) throw std::runtime_error("the plugin has no receive_http");
  host_.begin_call();
  const auto mark = std::min(path.find('?'), path.size());
  const auto said = json::serialize(json::object{{"method", method},
                                                 {"path", path.substr(0, mark)},
                                                 {"query", mark < path.size() ? path.substr(mark + 1) : ""},
                                                 {"headers", headers},
                                                 {"address", "203.0.113.7"}});
  std::string answer;
  Http out;
  if (plugin_.receive_http(instance_, view(said), {body.data(), body.size()}, sink(answer), sink(out.body)) != DOCKET_OK)
    throw std::runtime_error(answer);
  const auto raw = json::parse(answer).as_object();
  out.status = static_cast<int>(number_of(raw, "status"));
  if (const auto* given = raw.if_contains("headers"); given != nullptr && given->is_object())
    out.headers = given->get_object();
  return out;
}

json::object sample_delivery(std::string_view address, std::string_view subject, std::string_view body) {
  return {{"key", "1-7-0"},
          {"text", "sla_warning"},
          {"subject", subject},
          {"body", body},
          {"language", "zh"},
          {"attempt", 1},
          {"recipient", json::object{{"kind", "user"}, {"id", 3}, {"name", "王芳"}, {"address", address}}},
          {"ticket", json::object{{"id", 1},
                                  {"number", "T-1"},
                                  {"subject", "屏幕碎了"},
                                  {"type", "return"},
                                  {"state", "inspection"},
                                  {"link", "https://desk.example/tickets/1"}}},
          {"attachments", json::array{}}};
}

}  // namespace docket::sdk
