// SPDX-License-Identifier: Apache-2.0
// The life of one connection: handshake, then head, body, answer, again and again, each with its deadline.
#pragma once

#include <atomic>
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/descriptor.hpp"
#include "http/guard.hpp"
#include "http/handler.hpp"
#include "http/stream_session.hpp"
#include "http/upload_file.hpp"
#include "http/worker.hpp"

namespace docket::http {

/// Confined to its worker's thread, the destructor included. Owned by its coroutine; answers refer to it weakly.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;

  static void serve(Worker& worker, Socket::Tcp tcp, asio::ip::address peer, Worker::Admission admission);

  Connection(Worker& worker, Socket socket, asio::ip::address peer, Worker::Admission admission);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void check_deadline(Clock::time_point now);
  void begin_stop();
  void abort();

  /// The answer to exchange `number`; ignored when that is no longer the current one.
  void deliver(std::uint64_t number, Response response);
  void deliver(std::uint64_t number, Result<std::shared_ptr<StreamPeer>> peer);
  /// There will be no answer to exchange `number`.
  void drop(std::uint64_t number);

 private:
  /// A large body's share of what all may have in memory, given back at its end.
  class BodyShare {
   public:
    explicit BodyShare(std::atomic<std::uint64_t>& all) : all_(all) {}
    ~BodyShare() { all_.fetch_sub(mine_, std::memory_order_relaxed); }
    BodyShare(const BodyShare&) = delete;
    BodyShare& operator=(const BodyShare&) = delete;
    /// False when all would have more than `most` then.
    bool grow(std::uint64_t bytes, std::uint64_t most) {
      mine_ += bytes;
      return all_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= most;
    }

   private:
    std::atomic<std::uint64_t>& all_;
    std::uint64_t mine_ = 0;
  };
  /// One request on its way to its answer. Only there while there is one, which keeps idle connections small.
  struct Exchange {
    Clock::time_point started;
    Head head;
    std::string body;
    std::optional<BodyShare> share;  // of a body that is not small
    std::optional<UploadFile> upload;
    std::string id;
    std::string remote_address;
    std::optional<Response> response;
    std::optional<Result<std::shared_ptr<StreamPeer>>> peer;
    bool accepted = false;  // the guard has accepted the head
    bool unread = false;    // bytes of this request may still be on their way
    std::uint64_t bytes_out = 0;
  };
  enum class Want { read, write };

  static Task<void> own(std::shared_ptr<Connection> self);
  Task<void> run();
  Task<bool> handshake();
  Task<bool> serve_one();
  Task<bool> read_head();
  Task<bool> read_body();
  Task<void> ask_handler();
  Task<bool> open_stream();
  Task<bool> send_answer();
  Task<bool> send_file(int descriptor, std::uint64_t size);
  Task<bool> fill();
  Task<bool> write_all(std::string_view bytes);
  Task<bool> ready(Want want);
  Task<void> linger();
  Task<void> signalled();

  void begin_exchange();
  void refuse(const Error& error);
  void refuse_unread(const Error& error);
  bool plan_body();
  bool keep_body(std::string_view bytes);
  Request take_request();
  void call_handler();
  void call_open_stream();
  void start_stream();
  void record();
  void limit(std::chrono::milliseconds duration);
  [[nodiscard]] std::chrono::milliseconds transfer_time(std::uint64_t bytes) const;
  void interrupt();
  void signal();

  Worker& worker_;
  Shared& shared_;
  Socket socket_;
  const asio::ip::address peer_;
  const std::string peer_text_;
  const Worker::Admission admission_;
  Clock::time_point deadline_ = Clock::time_point::max();
  std::string received_;  // bytes of the next requests
  std::size_t head_size_ = 0;
  std::unique_ptr<Exchange> exchange_;
  std::shared_ptr<StreamSession> stream_;
  std::move_only_function<void()> waiter_;  // the coroutine while it waits for an answer
  std::uint64_t exchange_number_ = 0;
  std::string id_;              // random; requests are named after it
  bool idle_ = false;           // nothing would be lost by its end: no byte of a request has come
  bool expired_ = false;        // the deadline has passed
  bool aborted_ = false;        // cut by the server
  bool gone_ = false;           // the peer is no longer there, or the socket belongs to a stream
  bool drain_ = false;          // the last answer must not be lost to a reset
  const Worker::Place listed_;  // last: a constructor that throws has not put it on the list yet
};

}  // namespace docket::http
