// SPDX-License-Identifier: Apache-2.0
#include "http/server.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "base/both.hpp"
#include "base/log.hpp"
#include "http/descriptor.hpp"
#include "http/tls.hpp"
#include "http/upload_file.hpp"
#include "http/worker.hpp"

namespace docket::http {
namespace {

using namespace std::chrono_literals;

constexpr int accepts_before_yield = 32;
constexpr auto accept_pause = 100ms;

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

Descriptor open_spare() {
  return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

}  // namespace

void log_access(const AccessRecord& record) {
  const auto level = record.status >= 500 ? log::Level::warning : log::Level::debug;
  log::write(level, "request",
             {{"method", record.method},
              {"path", record.path},
              {"status", std::int64_t{record.status}},
              {"total_us", std::int64_t{record.total.count()}},
              {"bytes_in", static_cast<std::int64_t>(record.bytes_in)},
              {"bytes_out", static_cast<std::int64_t>(record.bytes_out)},
              {"remote", record.remote_address},
              {"request_id", record.request_id}});
}

/// The listening socket, on the first worker's thread.
class Server::Impl {
 public:
  using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Socket::executor_type>;
  using Timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                                           Socket::executor_type>;

  explicit Impl(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {
    unsigned threads = shared_->options.io_threads;
    if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < threads; ++i) workers_.push_back(std::make_shared<Worker>(shared_));
    acceptor_.emplace(workers_.front()->io().get_executor());
    pause_.emplace(workers_.front()->io().get_executor());
  }

  Result<void> listen() {
    const ServerOptions& options = shared_->options;
    boost::system::error_code error;
    const auto address = asio::ip::make_address(options.address, error);
    if (error) return fail(ErrorCode::internal, both("\"{}\" is not an address to listen on.", "`{}` 不是可监听的地址。", options.address));
    if (!options.tls && !address.is_loopback()) {
      return fail(ErrorCode::internal,
                  {"Plain HTTP is permitted on loopback addresses only; give a certificate and its key.",
                   "只有回环地址可以用明文 HTTP；请提供证书与密钥。"});
    }
    const asio::ip::tcp::endpoint endpoint(address, options.port);
    acceptor_->open(endpoint.protocol(), error);
    if (!error) acceptor_->set_option(asio::socket_base::reuse_address(true), error);
    if (!error && address.is_v6()) acceptor_->set_option(asio::ip::v6_only(!address.is_unspecified()), error);
    if (!error) acceptor_->bind(endpoint, error);
    if (!error) acceptor_->listen(4096, error);
    if (!error) acceptor_->native_non_blocking(true, error);
    if (!error) port_ = acceptor_->local_endpoint(error).port();
    if (error) {
      return fail(ErrorCode::internal, both("Cannot listen on {} port {}: {}.", "无法在 {} 端口 {} 上监听：{}。", options.address,
                                            options.port, error.message()));
    }
    return {};
  }

  void run() {
    spare_ = open_spare();
    asio::co_spawn(workers_.front()->io(), accept_all(), [](std::exception_ptr failure) {
      if (!failure) return;
      try {
        std::rethrow_exception(failure);
      } catch (const std::exception& e) {
        log::error("acceptor_failed", {{"reason", std::string_view(e.what())}});
      }
    });
    for (const auto& worker : workers_) worker->start();
  }

  void stop(std::chrono::milliseconds grace) {
    {
      std::unique_lock lock(stop_mutex_);
      if (stopping_) {
        hurry_ = true;
        stop_changed_.notify_all();
        stop_changed_.wait(lock, [this] { return stopped_; });
        return;
      }
      stopping_ = true;
    }
    shared_->stopping =
        true;  // before the door closes, so that whoever finds it closed knows that all of it has stopped
    workers_.front()->post([this] {
      boost::system::error_code ignored;
      acceptor_->close(ignored);
      pause_->cancel();
    });
    for (const auto& worker : workers_) worker->post([raw = worker.get()] { raw->begin_stop(); });

    const auto deadline = std::chrono::steady_clock::now() + grace;
    {
      std::unique_lock lock(stop_mutex_);
      // Connections end on other threads that do not know of this one; a look every few milliseconds is cheap.
      while (!hurry_ && open_connections() > 0 && std::chrono::steady_clock::now() < deadline) {
        stop_changed_.wait_for(lock, 5ms);
      }
    }
    for (const auto& worker : workers_) worker->post([raw = worker.get()] { raw->abort(); });
    for (const auto& worker : workers_) worker->finish();
    for (const auto& worker : workers_) worker->join();
    const std::lock_guard lock(stop_mutex_);
    stopped_ = true;
    stop_changed_.notify_all();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] Shared& shared() { return *shared_; }

 private:
  [[nodiscard]] std::uint64_t open_connections() const { return shared_->counters.connections_open.load(); }

  Task<void> accept_all() {
    while (acceptor_->is_open()) {
      boost::system::error_code error;
      co_await acceptor_->async_wait(Acceptor::wait_read,
                                     asio::redirect_error(asio::use_awaitable_t<Socket::executor_type>(), error));
      if (error || !accept_some()) {
        if (!acceptor_->is_open()) co_return;
        // Descriptors or memory have run out. Trying again at once would spin, for the connection stays in the queue.
        shared_->counters.accept_pauses.fetch_add(1, std::memory_order_relaxed);
        pause_->expires_after(accept_pause);
        co_await pause_->async_wait(asio::redirect_error(asio::use_awaitable_t<Socket::executor_type>(), error));
      }
    }
  }

  /// Accepts what waits; false when something that a connection needs has run out.
  bool accept_some() {
    for (int i = 0; i < accepts_before_yield; ++i) {
      sockaddr_storage name{};
      socklen_t size = sizeof(name);
      Descriptor descriptor(::accept4(acceptor_->native_handle(), reinterpret_cast<sockaddr*>(&name), &size,
                                      SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!descriptor) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
          shed();
          return false;
        }
        // All others are those of a connection that is gone already (accept(2)), or that there is none.
        if (errno == EAGAIN || errno == EWOULDBLOCK) return true;
        continue;
      }
      admit(std::move(descriptor), name);
    }
    return true;
  }

  void admit(Descriptor descriptor, const sockaddr_storage& name) {
    asio::ip::tcp::endpoint peer;
    std::copy_n(reinterpret_cast<const char*>(&name), peer.capacity(), reinterpret_cast<char*>(peer.data()));
    const asio::ip::address address = plain_address(peer.address());
    std::unique_ptr<ConnectionCap::Place> place;
    const bool counted = !shared_->uncapped.contains(address) && !shared_->trusted_proxies.contains(address);
    if (counted) place = shared_->cap.enter(address);
    if ((counted && !place) || open_connections() >= shared_->options.max_connections) {
      shared_->counters.connections_refused.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    shared_->counters.connections.fetch_add(1, std::memory_order_relaxed);
    const auto least = std::ranges::min_element(workers_, {}, [](const auto& worker) { return worker->load(); });
    (*least)->adopt(std::move(descriptor), peer.protocol(), address, std::move(place));
  }

  /// Out of descriptors: gives up the spare one to take the next connection off the queue and close it, so that its
  /// client learns at once instead of hanging.
  void shed() {
    const auto now = std::chrono::steady_clock::now();
    if (!last_shed_log_ || now - *last_shed_log_ > 10s) {
      last_shed_log_ = now;
      log::warning("accept_failed", {{"reason", std::generic_category().message(errno)},
                                     {"connections", static_cast<std::int64_t>(open_connections())}});
    }
    if (!spare_) return void(spare_ = open_spare());
    spare_.reset();
    if (Descriptor(::accept4(acceptor_->native_handle(), nullptr, nullptr, SOCK_CLOEXEC))) {
      shared_->counters.connections_refused.fetch_add(1, std::memory_order_relaxed);
    }
    spare_ = open_spare();
  }

  std::shared_ptr<Shared> shared_;
  std::vector<std::shared_ptr<Worker>> workers_;
  std::optional<Acceptor> acceptor_;
  std::optional<Timer> pause_;
  Descriptor spare_;
  std::optional<std::chrono::steady_clock::time_point> last_shed_log_;
  std::uint16_t port_ = 0;

  std::mutex stop_mutex_;
  std::condition_variable stop_changed_;
  bool stopping_ = false;
  bool hurry_ = false;
  bool stopped_ = false;
};

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler& handler) {
  auto shared = std::make_shared<Shared>(std::move(options), handler);
  ServerOptions& own = shared->options;
  for (const std::string& each : own.server_names) shared->rules.server_names.push_back(lower(each));
  shared->rules.stream_path = own.stream_path;
  auto trusted = AddressSet::parse(own.trusted_proxies);
  if (!trusted) return std::unexpected(std::move(trusted.error()));
  shared->trusted_proxies = std::move(*trusted);
  auto uncapped = AddressSet::parse(own.uncapped_addresses);
  if (!uncapped) return std::unexpected(std::move(uncapped.error()));
  shared->uncapped = std::move(*uncapped);
  if (own.tls) {
    auto context = make_server_context(*own.tls);
    if (!context) return std::unexpected(std::move(context.error()));
    shared->tls_context = std::move(*context);
  }
  if (!own.upload_directory.empty()) {
    if (::access(own.upload_directory.c_str(), R_OK | W_OK | X_OK) != 0) {
      return fail(ErrorCode::internal, both("The upload directory {} can not be used: {}.", "上传目录 {} 无法使用：{}。",
                                            own.upload_directory, std::generic_category().message(errno)));
    }
    remove_stale_uploads(own.upload_directory);
  }

  auto impl = std::make_unique<Impl>(std::move(shared));
  if (auto listening = impl->listen(); !listening) return std::unexpected(std::move(listening.error()));
  impl->run();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() {
  impl_->stop(0ms);
}
std::uint16_t Server::port() const {
  return impl_->port();
}
const Counters& Server::counters() const {
  return impl_->shared().counters;
}
void Server::stop(std::chrono::milliseconds grace) {
  impl_->stop(grace);
}

Result<void> Server::reload_tls(const TlsKeys& keys) {
  auto context = make_server_context(keys);
  if (!context) return std::unexpected(std::move(context.error()));
  Shared& shared = impl_->shared();
  if (!shared.options.tls) return fail(ErrorCode::internal, "This server speaks plain HTTP and has no certificate.");
  const std::lock_guard lock(shared.tls_mutex);
  shared.tls_context = std::move(*context);
  return {};
}

}  // namespace docket::http
