// SPDX-License-Identifier: Apache-2.0
// One io thread with its own io_context. A connection stays on the thread that it was given to, so nothing that belongs
// to it is ever locked.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "http/address_set.hpp"
#include "http/counters.hpp"
#include "http/descriptor.hpp"
#include "http/server.hpp"
#include "http/socket.hpp"

namespace docket::http {

class Connection;

template <class T>
using Task = asio::awaitable<T, Socket::executor_type>;

/// What the io threads of one server have in common. Immutable but for the counters and what says how it is guarded.
struct Shared {
  Shared(ServerOptions given, Handler& program)
      : options(std::move(given)), handler(program), cap(options.max_connections_per_address) {}

  ServerOptions options;
  GuardRules rules;
  AddressSet trusted_proxies;
  AddressSet uncapped;
  Handler& handler;
  Counters counters;
  ConnectionCap cap;
  std::atomic<std::uint64_t> body_bytes{0};  ///< of large bodies in memory, now
  std::atomic<bool> stopping{false};  ///< no further request begins on any connection

  [[nodiscard]] SslContext tls() const {
    const std::lock_guard lock(tls_mutex);
    return tls_context;
  }
  mutable std::mutex tls_mutex;
  SslContext tls_context;  // null = plain
};

/// An io thread. Unless said otherwise, its functions are called on that thread. Kept alive by whoever may still post
/// to it, which can be an answer that comes after the server has gone.
class Worker : public std::enable_shared_from_this<Worker> {
 public:
  explicit Worker(std::shared_ptr<Shared> shared);

  void start();                                    ///< any thread, once
  void post(std::move_only_function<void()> job);  ///< any thread
  [[nodiscard]] bool is_this_thread() { return io_.get_executor().running_in_this_thread(); }
  [[nodiscard]] std::size_t load() const { return load_.load(std::memory_order_relaxed); }  ///< connections; any thread

  /// Serves an accepted descriptor; any thread.
  void adopt(Descriptor descriptor, asio::ip::tcp protocol, asio::ip::address peer,
             std::unique_ptr<ConnectionCap::Place> place);

  /// Counts one connection from its acceptance to its end, wherever that comes. Not beyond the worker's life.
  class Presence {
   public:
    explicit Presence(Worker& worker);
    ~Presence();
    Presence(const Presence&) = delete;
    Presence& operator=(const Presence&) = delete;

   private:
    Worker& worker_;
  };
  /// What an accepted connection holds as long as it lives.
  struct Admission {
    std::unique_ptr<Presence> presence;
    std::unique_ptr<ConnectionCap::Place> place;  ///< null for addresses without a cap
  };

  void begin_stop();  ///< closes idle connections; the others close after their answer
  void abort();       ///< cuts all connections
  void finish();      ///< any thread: lets the thread end once no connection is left
  void join();        ///< any thread

  /// Comes back when it is this handshake's turn to compute: one per round of the event loop, so that a burst of new
  /// clients never stands between an open connection and its answer.
  [[nodiscard]] Task<void> handshake_turn();
  /// Comes back after everything else that is ready has run.
  [[nodiscard]] Task<void> yield();

  [[nodiscard]] std::string_view date();  ///< now, as IMF-fixdate
  [[nodiscard]] Shared& shared() { return *shared_; }
  [[nodiscard]] asio::io_context& io() { return io_; }
  [[nodiscard]] bool stopping() const { return shared_->stopping.load(std::memory_order_relaxed); }
  /// Space for one read; what is in it must be used before the next suspension.
  [[nodiscard]] std::array<char, 16 * 1024>& scratch() { return scratch_; }

  using Place = std::list<Connection*>::iterator;
  [[nodiscard]] Place enlist(Connection& connection);
  void strike(Place place);

 private:
  void give_turn();
  void sweep();
  void schedule_sweep();

  std::shared_ptr<Shared> shared_;
  std::atomic<std::size_t> load_{0};
  std::list<Connection*> connections_;
  std::deque<std::move_only_function<void()>> waiting_handshakes_;
  bool turn_scheduled_ = false;
  bool sweep_scheduled_ = false;
  std::chrono::milliseconds sweep_interval_;
  std::int64_t date_second_ = 0;
  std::string date_;
  std::array<char, 16 * 1024> scratch_{};

  // Last, so that connections which die with it can still reach the members above.
  asio::io_context io_{1};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                             asio::io_context::executor_type>
      sweep_timer_;
  std::thread thread_;
};

}  // namespace docket::http
