// SPDX-License-Identifier: Apache-2.0
#include "plugin/host_process.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <optional>

#include "base/clock.hpp"
#include "base/hash.hpp"
#include "docket/plugin.h"
#include "plugin/frame.hpp"
#include "plugin/manifest.hpp"
#include "plugin/plain_text.hpp"
#include "plugin/sandbox.hpp"

namespace docket::plugin {
namespace {

namespace bj = boost::json;

constexpr int kChannel = 3;
constexpr std::chrono::hours kForever{24 * 365};
constexpr std::size_t kLongestLine = 2000;
constexpr int kLinesASecond = 200;

std::string_view view(docket_text text) {
  return {text.data, static_cast<std::size_t>(text.size)};
}
docket_text view(const std::string& text) {
  return {text.data(), text.size()};
}
/// A sink that stops growing where a frame would be too large.
void append(void* to, const char* data, std::uint64_t size) {
  auto& text = *static_cast<std::string*>(to);
  text.append(data, std::min(static_cast<std::size_t>(size), most_frame_bytes - std::min(text.size(), most_frame_bytes)));
}
docket_sink sink(std::string& to) {
  return {&to, &append};
}
std::string text_in(const bj::object& from, std::string_view name) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string{};
}
std::int64_t number_in(const bj::object& from, std::string_view name, std::int64_t fallback = 0) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : fallback;
}

/// The library with its instance, and the services that it is given.
class Guest {
 public:
  explicit Guest(Channel& channel) : channel_(channel) {
    services_ = {sizeof(docket_host), DOCKET_ABI_MAJOR,  DOCKET_ABI_MINOR, this,           &log,           &now,
                 &deadline,           &connect,          &trust_file,      &secret,        &state_get,     &state_put,
                 &command,            &content_open,     &content_create,  &content_keep};
  }
  ~Guest() = default;
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;

  /// Everything up to an instance that can be called. An empty text, or what went wrong.
  std::string start(const Frame& order) {
    begin_call(order.head);
    trust_file_ = text_in(order.head, "trust_file");
    const auto library = text_in(order.head, "library");
    const auto digest = text_in(order.head, "sha256");
    // Opened once: what was hashed is what is loaded, whatever happens to the path meanwhile.
    const Descriptor file(::open(library.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file) return "the library " + library + " can not be opened";
    const auto path = "/proc/self/fd/" + std::to_string(file.get());
    if (digest_of_file(path).value_or("") != digest) return "the library is not the one that its manifest names";
    SandboxLimits limits;
    limits.memory_mib = static_cast<int>(number_in(order.head, "memory_mib", 256));
    limits.readable = {library, trust_file_};
    const auto sandboxed = enter_sandbox(limits);
    if (!sandboxed.landlock) say(DOCKET_LOG_WARNING, "this kernel has no Landlock: the plugin can read what the server's account can");
    void* opened = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (opened == nullptr) {
      const char* why = ::dlerror();
      return std::string("the library does not load: ") + (why != nullptr ? why : "");
    }
    const auto entry = reinterpret_cast<docket_plugin_entry_function>(::dlsym(opened, "docket_plugin_entry"));
    if (entry == nullptr) return "the library has no docket_plugin_entry";
    plugin_.size = sizeof plugin_;
    if (entry(&services_, &plugin_) != DOCKET_OK) return "the plugin does not take this host";
    if (plugin_.abi_major != DOCKET_ABI_MAJOR) return "the plugin is made for another ABI";
    if (plugin_.size < offsetof(docket_plugin, deliver) || plugin_.create == nullptr || plugin_.destroy == nullptr)
      return "the plugin fills too little of its table";
    clear_beyond(plugin_.size);
    std::string error;
    if (plugin_.create(&services_, view(order.body), &instance_, sink(error)) != DOCKET_OK || instance_ == nullptr)
      return error.empty() ? "the plugin refuses its settings" : error;
    return {};
  }

  void serve(const Frame& order) {
    begin_call(order.head);
    const auto name = text_in(order.head, "call");
    std::string answer, body;
    std::int32_t status = DOCKET_UNSUPPORTED;
    if (name == "receive_http") {
      const auto* request = order.head.if_contains("request");
      const auto head = request != nullptr ? bj::serialize(*request) : std::string("{}");
      if (plugin_.receive_http != nullptr) status = plugin_.receive_http(instance_, view(head), view(order.body), sink(answer), sink(body));
    } else if (auto* const function = find(name); function != nullptr) {
      status = function(instance_, view(order.body), sink(answer));
    }
    finish(status, std::move(answer), body);
  }

  [[nodiscard]] Channel& channel() { return channel_; }
  [[nodiscard]] Channel::Deadline until() const { return until_; }

  void finish(std::int32_t status, std::string answer, std::string_view body) {
    const auto until = until_ + std::chrono::seconds{5};
    try {
      channel_.send({{"answer", status}, {"text", plain_text(answer)}}, body, -1, until);
    } catch (const std::length_error&) {
      channel_.send({{"answer", DOCKET_FAILED}, {"text", "the plugin's answer is larger than 4 MiB"}}, {}, -1, until);
    }
  }

 private:
  using Call = std::int32_t (*)(void*, docket_text, docket_sink);

  static Guest& self(void* context) { return *static_cast<Guest*>(context); }

  [[nodiscard]] Call find(std::string_view name) const {
    if (name == "deliver") return plugin_.deliver;
    if (name == "poll") return plugin_.poll;
    if (name == "health") return plugin_.health;
    if (name == "pull") return plugin_.pull;
    if (name == "look_up") return plugin_.look_up;
    if (name == "push") return plugin_.push;
    return nullptr;
  }

  /// Functions that the library's table does not reach are ones that it does not have.
  void clear_beyond(std::uint32_t size) {
    if (size < offsetof(docket_plugin, poll)) plugin_.deliver = nullptr;
    if (size < offsetof(docket_plugin, receive_http)) plugin_.poll = nullptr;
    if (size < offsetof(docket_plugin, health)) plugin_.receive_http = nullptr;
    if (size < offsetof(docket_plugin, pull)) plugin_.health = nullptr;
    if (size < offsetof(docket_plugin, look_up)) plugin_.pull = nullptr;
    if (size < offsetof(docket_plugin, push)) plugin_.look_up = nullptr;
    if (size < sizeof(docket_plugin)) plugin_.push = nullptr;
  }

  void begin_call(const bj::object& head) {
    const auto left = std::chrono::milliseconds{number_in(head, "deadline_ms", 5000)};
    until_ = std::chrono::steady_clock::now() + left;
    deadline_us_ = (clock_.now() + left).time_since_epoch().count();
  }

  /// Asks the server and waits. The status that it gave, with body and descriptor.
  std::int32_t ask(bj::object head, std::string_view body, int descriptor, Frame& reply) {
    if (std::chrono::steady_clock::now() >= until_) return DOCKET_TOO_LATE;
    channel_.send(head, body, descriptor, until_);
    reply = channel_.receive(until_ + std::chrono::seconds{1});
    return static_cast<std::int32_t>(number_in(reply.head, "status", DOCKET_FAILED));
  }
  /// For the functions of docket_host: no exception crosses, and a channel that is gone ends the process.
  template <class F>
  static std::int32_t guarded(F&& body) noexcept {
    try {
      return body();
    } catch (const ChannelError&) {
      ::_exit(0);
    } catch (...) {
      return DOCKET_FAILED;
    }
  }
  std::int32_t ask_for_text(bj::object head, std::string_view body, docket_sink to) {
    Frame reply;
    const auto status = ask(std::move(head), body, -1, reply);
    if (to.write != nullptr) to.write(to.context, reply.body.data(), reply.body.size());
    return status;
  }

  void say(std::uint32_t level, std::string_view line) {
    const auto second = std::chrono::floor<std::chrono::seconds>(std::chrono::steady_clock::now());
    if (second != log_second_) {
      log_second_ = second;
      log_lines_ = 0;
    }
    if (++log_lines_ > kLinesASecond) return;
    if (log_lines_ == kLinesASecond) {
      line = "too many lines in this second; the rest of them is dropped";
      level = DOCKET_LOG_WARNING;
    }
    channel_.send({{"say", level}}, plain_text(line, kLongestLine), -1, until_ + std::chrono::seconds{1});
  }

  static void log(void* context, std::uint32_t level, docket_text line) {
    (void)guarded([&] {
      self(context).say(level, view(line));
      return DOCKET_OK;
    });
  }
  static std::int64_t now(void* context) { return self(context).clock_.now().time_since_epoch().count(); }
  static std::int64_t deadline(void* context) { return self(context).deadline_us_; }
  static std::int32_t connect(void* context, docket_text host, std::uint16_t port, std::uint32_t timeout_ms, docket_sink error) {
    return guarded([&] {
      Frame reply;
      const auto status = self(context).ask({{"ask", "connect"}, {"host", view(host)}, {"port", port}, {"timeout_ms", timeout_ms}}, {}, -1, reply);
      if (status == DOCKET_OK && reply.descriptor) return reply.descriptor.release();
      if (error.write != nullptr) error.write(error.context, reply.body.data(), reply.body.size());
      return status == DOCKET_OK ? DOCKET_FAILED : status;
    });
  }
  static std::int32_t trust_file(void* context, docket_sink path) {
    const auto& file = self(context).trust_file_;
    path.write(path.context, file.data(), file.size());
    return DOCKET_OK;
  }
  static std::int32_t secret(void* context, docket_text reference, docket_sink value) {
    return guarded([&] { return self(context).ask_for_text({{"ask", "secret"}, {"reference", view(reference)}}, {}, value); });
  }
  static std::int32_t state_get(void* context, docket_text key, docket_sink value) {
    return guarded([&] { return self(context).ask_for_text({{"ask", "state_get"}, {"key", view(key)}}, {}, value); });
  }
  static std::int32_t state_put(void* context, docket_text key, docket_text value) {
    return guarded([&]() -> std::int32_t {
      if (key.size == 0 || key.size > 200 || value.size > 65'536) return DOCKET_REFUSED;
      return self(context).ask_for_text({{"ask", "state_put"}, {"key", view(key)}}, view(value), docket_sink{});
    });
  }
  static std::int32_t command(void* context, docket_text request, docket_sink answer) {
    return guarded([&] { return self(context).ask_for_text({{"ask", "command"}}, view(request), answer); });
  }
  static std::int32_t content_open(void* context, docket_text id, docket_sink facts) {
    return guarded([&] {
      Frame reply;
      const auto status = self(context).ask({{"ask", "content_open"}, {"id", view(id)}}, {}, -1, reply);
      facts.write(facts.context, reply.body.data(), reply.body.size());
      if (status == DOCKET_OK) return reply.descriptor ? reply.descriptor.release() : DOCKET_FAILED;
      return status;
    });
  }
  static std::int32_t content_create(void*) {
    const int file = ::memfd_create("content", MFD_CLOEXEC);
    return file >= 0 ? file : DOCKET_FAILED;
  }
  static std::int32_t content_keep(void* context, std::int32_t file, docket_text facts, docket_sink answer) {
    return guarded([&] {
      Frame reply;
      const auto status = self(context).ask({{"ask", "content_keep"}}, view(facts), file, reply);
      answer.write(answer.context, reply.body.data(), reply.body.size());
      return status;
    });
  }

  Channel& channel_;
  const SystemClock clock_{};
  docket_host services_{};
  docket_plugin plugin_{};
  void* instance_ = nullptr;
  std::string trust_file_;
  Channel::Deadline until_{};
  std::int64_t deadline_us_ = 0;
  std::chrono::steady_clock::time_point log_second_{};
  int log_lines_ = 0;
};

}  // namespace

int run_plugin_host() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  go_first_for_memory();
  ::signal(SIGPIPE, SIG_IGN);
  ::close_range(kChannel + 1, ~0U, 0);
  ::fcntl(kChannel, F_SETFD, FD_CLOEXEC);
  Channel channel{Descriptor(kChannel)};
  Guest guest(channel);
  const auto forever = [] { return std::chrono::steady_clock::now() + kForever; };
  try {
    auto order = channel.receive(forever());
    std::string wrong;
    try {
      wrong = guest.start(order);
    } catch (const ChannelError&) {
      throw;
    } catch (const std::exception& error) {
      wrong = error.what();
    }
    guest.finish(wrong.empty() ? DOCKET_OK : DOCKET_FAILED, wrong, {});
    if (!wrong.empty()) ::_exit(1);
    while (true) {
      while (!channel.wait(forever())) {
      }
      order = channel.receive(forever());
      guest.serve(order);
    }
  } catch (const ChannelError&) {
    // The server has closed the channel: nothing more will be asked. The library's destructors are not trusted to end.
  }
  ::_exit(0);
}

}  // namespace docket::plugin
