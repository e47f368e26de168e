// SPDX-License-Identifier: Apache-2.0
#include "http/worker.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <exception>
#include <utility>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "http/connection.hpp"

namespace docket::http {
namespace {

using Executor = Socket::executor_type;

std::chrono::milliseconds sweep_interval_for(const ServerOptions& options) {
  const auto shortest = std::min({options.handshake_deadline, options.head_deadline, options.body_deadline,
                                  options.answer_deadline, options.write_deadline, options.idle_timeout});
  return std::clamp(shortest / 20, std::chrono::milliseconds(5), std::chrono::milliseconds(200));
}

}  // namespace

Worker::Worker(std::shared_ptr<Shared> shared)
    : shared_(std::move(shared)),
      sweep_interval_(sweep_interval_for(shared_->options)),
      work_(std::in_place, io_.get_executor()),
      sweep_timer_(io_.get_executor()) {}

void Worker::start() {
  thread_ = std::thread([this] {
    while (true) {
      try {
        io_.run();
        return;
      } catch (const std::exception& e) {
        log::error("io_handler_failed", {{"reason", std::string_view(e.what())}});
      }
    }
  });
}

void Worker::post(std::move_only_function<void()> job) {
  asio::post(io_, std::move(job));
}

void Worker::adopt(Descriptor descriptor, asio::ip::tcp protocol, asio::ip::address peer,
                   std::unique_ptr<ConnectionCap::Place> place) {
  Admission admission{std::make_unique<Presence>(*this), std::move(place)};
  post([this, descriptor = std::move(descriptor), protocol, peer = std::move(peer),
        admission = std::move(admission)]() mutable {
    Socket::Tcp tcp(io_.get_executor(), protocol, descriptor.release());
    Connection::serve(*this, std::move(tcp), std::move(peer), std::move(admission));
  });
}

Worker::Presence::Presence(Worker& worker) : worker_(worker) {
  worker_.load_.fetch_add(1, std::memory_order_relaxed);
  worker_.shared_->counters.connections_open.fetch_add(1, std::memory_order_relaxed);
}

Worker::Presence::~Presence() {
  worker_.load_.fetch_sub(1, std::memory_order_relaxed);
  worker_.shared_->counters.connections_open.fetch_sub(1, std::memory_order_relaxed);
}

void Worker::begin_stop() {
  for (Connection* connection : connections_) connection->begin_stop();
}

void Worker::abort() {
  for (Connection* connection : connections_) connection->abort();
}

void Worker::finish() {
  post([this] {
    work_.reset();
    sweep_timer_.cancel();
  });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

Task<void> Worker::handshake_turn() {
  const asio::use_awaitable_t<Executor> token;
  return asio::async_initiate<const asio::use_awaitable_t<Executor>&, void()>(
      [this](auto handler) {
        waiting_handshakes_.emplace_back(std::move(handler));
        if (!std::exchange(turn_scheduled_, true)) post([this] { give_turn(); });
      },
      token);
}

void Worker::give_turn() {
  auto next = std::move(waiting_handshakes_.front());
  waiting_handshakes_.pop_front();
  turn_scheduled_ = !waiting_handshakes_.empty();
  if (turn_scheduled_) post([this] { give_turn(); });
  next();
}

Task<void> Worker::yield() {
  return asio::post(io_, asio::use_awaitable_t<Executor>());
}

std::string_view Worker::date() {
  const auto now = std::chrono::floor<std::chrono::seconds>(SystemClock{}.now());
  const std::int64_t second = now.time_since_epoch().count();
  if (second != date_second_) {
    static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(now);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(now - day);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                  days[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                  months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    date_ = text.data();
    date_second_ = second;
  }
  return date_;
}

Worker::Place Worker::enlist(Connection& connection) {
  connections_.push_back(&connection);
  schedule_sweep();
  return std::prev(connections_.end());
}

void Worker::strike(Place place) {
  connections_.erase(place);
}

void Worker::schedule_sweep() {
  if (std::exchange(sweep_scheduled_, true)) return;
  sweep_timer_.expires_after(sweep_interval_);
  sweep_timer_.async_wait([this](boost::system::error_code error) {
    sweep_scheduled_ = false;
    if (!error) sweep();
  });
}

void Worker::sweep() {
  const auto now = std::chrono::steady_clock::now();
  for (Connection* connection : connections_) connection->check_deadline(now);
  if (!connections_.empty()) schedule_sweep();
}

}  // namespace docket::http
