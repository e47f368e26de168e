// SPDX-License-Identifier: Apache-2.0
#include "http/stream_session.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "base/log.hpp"

namespace docket::http {
namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;

/// Socket in the shape that Beast asks of a stream.
class BeastStream {
 public:
  using executor_type = Socket::executor_type;

  explicit BeastStream(Socket socket) : socket_(std::move(socket)) {}
  [[nodiscard]] executor_type get_executor() noexcept { return socket_.get_executor(); }
  [[nodiscard]] Socket& socket() { return socket_; }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    asio::mutable_buffer buffer;
    for (auto each = asio::buffer_sequence_begin(buffers); each != asio::buffer_sequence_end(buffers); ++each) {
      buffer = *each;
      if (buffer.size() != 0) break;
    }
    return move([buffer](Socket& socket) { return socket.read(static_cast<char*>(buffer.data()), buffer.size()); },
                std::forward<Token>(token));
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    // Frame header and payload in one record. A retry gathers the same bytes again, as OpenSSL demands.
    auto step = [buffers](Socket& socket) {
      std::array<char, 16 * 1024> gathered;  // on the stack: in each thread's storage it would cost 16 KiB a thread and instance
      const std::size_t size = asio::buffer_copy(asio::buffer(gathered), buffers);
      return socket.write(gathered.data(), size);
    };
    return move(std::move(step), std::forward<Token>(token));
  }

 private:
  /// Tries `step`, waits for what it wants, tries again.
  template <class StepFunction, class Token>
  auto move(StepFunction step, Token&& token) {
    auto attempt = [this, step, waited = false, finished = std::optional<Socket::Step>()](
                       auto& self, error_code error = {}) mutable {
      if (finished) {
        self.complete(result(*finished), finished->bytes);
        return;
      }
      if (error) {
        self.complete(error, 0);
        return;
      }
      const Socket::Step outcome = step(socket_);
      if (outcome.outcome == Socket::Outcome::want_read || outcome.outcome == Socket::Outcome::want_write) {
        waited = true;
        socket_.tcp().async_wait(
            outcome.outcome == Socket::Outcome::want_read ? Socket::Tcp::wait_read : Socket::Tcp::wait_write,
            std::move(self));
        return;
      }
      if (waited) {
        self.complete(result(outcome), outcome.bytes);
        return;
      }
      // An operation may not complete inside the call that starts it.
      finished = outcome;
      asio::post(get_executor(), std::move(self));
    };
    return asio::async_compose<Token, void(error_code, std::size_t)>(std::move(attempt), token, socket_.tcp());
  }

  static error_code result(const Socket::Step& step) {
    if (step.outcome == Socket::Outcome::done) return {};
    if (step.outcome == Socket::Outcome::end) return asio::error::eof;
    return asio::error::connection_reset;
  }

  Socket socket_;
};

// Found by Beast through the namespace of BeastStream.

void beast_close_socket(BeastStream& stream) {
  stream.socket().close();
}

void teardown(beast::role_type, BeastStream& stream, error_code& error) {
  error = {};
  stream.socket().shut_write();
  stream.socket().close();
}

template <class Handler>
void async_teardown(beast::role_type role, BeastStream& stream, Handler&& handler) {
  error_code error;
  teardown(role, stream, error);
  asio::post(stream.get_executor(), beast::bind_front_handler(std::forward<Handler>(handler), error));
}

}  // namespace

/// What waits to be sent. Shared by session and senders; the lock covers all members.
class StreamSender::Queue {
 public:
  Queue(std::shared_ptr<Worker> worker, const StreamLimits& limits) : worker_(std::move(worker)), limits_(limits) {}

  void attach(std::weak_ptr<StreamSession> session) {
    const std::lock_guard lock(mutex_);
    session_ = std::move(session);
  }

  bool push(std::shared_ptr<const std::string> text) {
    const std::lock_guard lock(mutex_);
    if (closed_ || close_code_ || overflowed_) return false;
    if (messages_.size() >= limits_.max_queued_messages || bytes_ + text->size() > limits_.max_queued_bytes) {
      overflowed_ = true;
      messages_.clear();
      wake();
      return false;
    }
    bytes_ += text->size();
    messages_.push_back(std::move(text));
    wake();
    return true;
  }

  void close(std::uint16_t code) {
    const std::lock_guard lock(mutex_);
    if (closed_ || close_code_) return;
    close_code_ = code;
    wake();
  }

  /// The session is over: nothing will be sent any more.
  void shut() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    messages_.clear();
    worker_.reset();
  }

  struct Next {
    std::shared_ptr<const std::string> message;
    std::optional<std::uint16_t> close;
    bool overflowed = false;
  };
  /// What to send now. A message counts until the next call.
  Next next() {
    const std::lock_guard lock(mutex_);
    bytes_ -= std::exchange(in_flight_, 0);
    woken_ = false;
    Next result;
    result.overflowed = overflowed_;
    if (!messages_.empty()) {
      result.message = std::move(messages_.front());
      messages_.pop_front();
      in_flight_ = result.message->size();
    } else {
      result.close = close_code_;
    }
    return result;
  }

 private:
  void wake() {
    if (woken_ || !worker_) return;
    woken_ = true;
    worker_->post([session = session_] {
      if (const auto alive = session.lock()) alive->wake();
    });
  }

  std::mutex mutex_;
  std::shared_ptr<Worker> worker_;  // until shut
  StreamLimits limits_;
  std::weak_ptr<StreamSession> session_;
  std::deque<std::shared_ptr<const std::string>> messages_;
  std::size_t bytes_ = 0;
  std::size_t in_flight_ = 0;
  std::optional<std::uint16_t> close_code_;
  bool woken_ = false;
  bool overflowed_ = false;
  bool closed_ = false;
};

StreamSender::StreamSender(std::shared_ptr<Queue> queue) : queue_(std::move(queue)) {}
bool StreamSender::send(std::shared_ptr<const std::string> text) const {
  return queue_->push(std::move(text));
}
bool StreamSender::send(std::string text) const {
  return queue_->push(std::make_shared<const std::string>(std::move(text)));
}
void StreamSender::close(std::uint16_t code) const {
  queue_->close(code);
}

void Handler::open_stream(Request, AcceptStream accept) {
  accept(fail(ErrorCode::not_found, {"There is no live stream here.", "这里没有实时更新。"}));
}

namespace {

class BeastSession final : public StreamSession, public std::enable_shared_from_this<BeastSession> {
 public:
  BeastSession(Worker& worker, Socket socket, std::shared_ptr<StreamPeer> peer, std::move_only_function<void()> on_end)
      : worker_(worker),
        counters_(worker.shared().counters),
        stream_(BeastStream(std::move(socket))),
        peer_(std::move(peer)),
        on_end_(std::move(on_end)),
        queue_(std::make_shared<StreamSender::Queue>(worker.shared_from_this(), worker.shared().options.stream)) {}

  void open(const Head& head, std::string_view request_id) {
    queue_->attach(weak_from_this());
    counters_.streams_open.fetch_add(1, std::memory_order_relaxed);
    const StreamLimits& limits = worker_.shared().options.stream;
    websocket::stream_base::timeout times{};
    times.handshake_timeout = std::chrono::seconds(10);
    times.idle_timeout = limits.idle;
    times.keep_alive_pings = true;
    stream_.set_option(times);
    stream_.read_message_max(limits.max_message_bytes);
    stream_.auto_fragment(false);
    stream_.text(true);
    stream_.set_option(
        websocket::stream_base::decorator([id = std::string(request_id)](websocket::response_type& response) {
          response.erase(beast::http::field::server);
          response.set("X-Request-Id", id);
        }));
    beast::http::request<beast::http::empty_body> opening(beast::http::verb::get, head.path, 11);
    for (const auto& [name, value] : head.headers) opening.insert(name, value);
    stream_.async_accept(opening, [self = shared_from_this()](error_code error) { self->on_accept(error); });
  }

  void close(std::uint16_t code) override { queue_->close(code); }
  void abort() override { stream_.next_layer().socket().close(); }
  [[nodiscard]] bool ended() const override { return ended_; }

  void wake() override {
    if (!opened_ || ended_ || writing_ || closing_) return;
    const StreamSender::Queue::Next next = queue_->next();
    if (next.overflowed) {
      // The client does not read, so a close frame would not arrive either.
      counters_.streams_dropped.fetch_add(1, std::memory_order_relaxed);
      abort();
    } else if (next.message) {
      writing_ = true;
      sending_ = next.message;
      stream_.async_write(asio::buffer(*sending_), [self = shared_from_this()](error_code error, std::size_t size) {
        self->on_write(error, size);
      });
    } else if (next.close) {
      closing_ = true;
      stream_.async_close(websocket::close_reason(*next.close),
                          [self = shared_from_this()](error_code) { self->maybe_end(); });
    }
  }

 private:
  void on_accept(error_code error) {
    if (error) {
      reading_ = false;
      maybe_end();
      return;
    }
    opened_ = true;
    guarded([&] { peer_->on_open(StreamSender(queue_)); });
    read();
    wake();
  }

  void read() {
    stream_.async_read(buffer_,
                       [self = shared_from_this()](error_code error, std::size_t size) { self->on_read(error, size); });
  }

  void on_read(error_code error, std::size_t size) {
    if (error) {
      reading_ = false;
      // After an orderly close Beast has closed the socket; in all other cases this does, and wakes a pending write.
      abort();
      maybe_end();
      return;
    }
    counters_.bytes_in.fetch_add(size, std::memory_order_relaxed);
    if (stream_.got_text()) {
      const std::string_view text(static_cast<const char*>(buffer_.data().data()), buffer_.size());
      guarded([&] { peer_->on_message(text); });
    } else {
      queue_->close(websocket::close_code::unknown_data);
    }
    buffer_.consume(buffer_.size());
    if (buffer_.capacity() > 4096) buffer_.shrink_to_fit();
    read();
  }

  void on_write(error_code error, std::size_t size) {
    writing_ = false;
    sending_.reset();
    counters_.bytes_out.fetch_add(size, std::memory_order_relaxed);
    if (error) {
      abort();
      maybe_end();
      return;
    }
    wake();
  }

  /// Ends once neither a read nor a write is under way any more.
  void maybe_end() {
    if (reading_ || writing_ || std::exchange(ended_, true)) return;
    queue_->shut();
    abort();
    counters_.streams_open.fetch_sub(1, std::memory_order_relaxed);
    if (opened_) guarded([&] { peer_->on_close(); });
    peer_.reset();
    std::exchange(on_end_, nullptr)();
  }

  /// What the program throws ends this stream and nothing else.
  void guarded(auto call) {
    try {
      call();
    } catch (const std::exception& e) {
      log::error("stream_failed", {{"reason", std::string_view(e.what())}});
      queue_->close(websocket::close_code::internal_error);
    }
  }

  Worker& worker_;
  Counters& counters_;
  websocket::stream<BeastStream> stream_;
  beast::flat_buffer buffer_;
  std::shared_ptr<StreamPeer> peer_;
  std::move_only_function<void()> on_end_;
  std::shared_ptr<StreamSender::Queue> queue_;
  std::shared_ptr<const std::string> sending_;
  bool opened_ = false;
  bool reading_ = true;
  bool writing_ = false;
  bool closing_ = false;
  bool ended_ = false;
};

}  // namespace

std::shared_ptr<StreamSession> StreamSession::start(Worker& worker, Socket socket, const Head& head,
                                                    std::string_view request_id, std::shared_ptr<StreamPeer> peer,
                                                    std::move_only_function<void()> on_end) {
  auto session = std::make_shared<BeastSession>(worker, std::move(socket), std::move(peer), std::move(on_end));
  session->open(head, request_id);
  return session;
}

}  // namespace docket::http
