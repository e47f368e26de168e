// SPDX-License-Identifier: Apache-2.0
#include "http/connection.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "base/both.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "http/render.hpp"

namespace docket::http {
namespace {

using Executor = Socket::executor_type;
using Outcome = Socket::Outcome;
using namespace std::chrono_literals;

constexpr std::size_t record_size = 16 * 1024;  // of TLS; larger pieces gain nothing
constexpr std::size_t file_piece = 64 * 1024;
constexpr int steps_before_yield = 16;  // pieces moved before others have their turn
constexpr auto drain_time = 1s;

void count(Counters::Count& counter, std::uint64_t by = 1) {
  counter.fetch_add(by, std::memory_order_relaxed);
}

/// The way back for one answer. Dropped without having been called, it makes the connection answer for the program.
template <class Answer>
class Reply {
 public:
  Reply(std::shared_ptr<Worker> worker, std::weak_ptr<Connection> connection, std::uint64_t number)
      : worker_(std::move(worker)), connection_(std::move(connection)), number_(number) {}
  Reply(Reply&&) noexcept = default;
  Reply& operator=(Reply&&) = delete;
  ~Reply() {
    if (worker_) send([number = number_](Connection& connection) { connection.drop(number); });
  }

  void operator()(Answer answer) {
    if (!worker_) return;
    send([number = number_, answer = std::move(answer)](Connection& connection) mutable {
      connection.deliver(number, std::move(answer));
    });
  }

 private:
  void send(auto action) {
    const std::shared_ptr<Worker> worker = std::move(worker_);
    // Locked on the connection's own thread only, because whoever holds the last reference destroys it.
    if (worker->is_this_thread()) {
      if (const auto connection = connection_.lock()) action(*connection);
      return;
    }
    worker->post([connection = std::move(connection_), action = std::move(action)]() mutable {
      if (const auto alive = connection.lock()) action(*alive);
    });
  }

  std::shared_ptr<Worker> worker_;
  std::weak_ptr<Connection> connection_;
  std::uint64_t number_;
};

Error internal_error() {
  Error error;
  error.code = ErrorCode::internal;
  return error;
}

/// All X-Forwarded-For fields as one list.
std::string forwarded_for(const Head& head) {
  std::string list;
  for (const auto& [field, value] : head.headers) {
    if (field == "x-forwarded-for") list += (list.empty() ? "" : ",") + value;
  }
  return list;
}

Error busy_error() {
  Error error;
  error.code = ErrorCode::overloaded;
  error.say({"Too much is being sent at once. Send it again in a minute.", "现在同时上传的内容太多，请过一分钟再发。"});
  return error;
}

Error timeout_error(Said detail) {
  Error error;
  error.code = ErrorCode::request_timeout;
  error.say(std::move(detail));
  return error;
}

}  // namespace

// --- beginning and end

Connection::Connection(Worker& worker, Socket socket, asio::ip::address peer, Worker::Admission admission)
    : worker_(worker),
      shared_(worker.shared()),
      socket_(std::move(socket)),
      peer_(std::move(peer)),
      peer_text_(peer_.to_string()),
      admission_(std::move(admission)),
      id_(to_base64url(random_bytes(9))),
      listed_(worker.enlist(*this)) {}

Connection::~Connection() {
  worker_.strike(listed_);
}

void Connection::serve(Worker& worker, Socket::Tcp tcp, asio::ip::address peer, Worker::Admission admission) {
  boost::system::error_code ignored;
  tcp.native_non_blocking(true, ignored);
  tcp.set_option(asio::ip::tcp::no_delay(true), ignored);
  SslPtr ssl;
  if (const SslContext context = worker.shared().tls()) ssl = make_server_connection(*context, tcp.native_handle());
  Socket socket(std::move(tcp), std::move(ssl));
  auto connection = std::make_shared<Connection>(worker, std::move(socket), std::move(peer), std::move(admission));
  if (worker.stopping()) return;
  asio::co_spawn(worker.io(), own(std::move(connection)), [](std::exception_ptr failure) {
    if (!failure) return;
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& e) {
      log::error("connection_failed", {{"reason", std::string_view(e.what())}});
    }
  });
}

/// The coroutine owns the connection.
Task<void> Connection::own(std::shared_ptr<Connection> self) {
  co_await self->run();
}

Task<void> Connection::run() {
  if (co_await handshake()) {
    bool again = true;
    while (again) {
      again = co_await serve_one();
      exchange_.reset();
      // Answers that are there at once would let one client with many requests on the way keep the thread to itself.
      if (again && !received_.empty()) co_await worker_.yield();
    }
  }
  co_await linger();
}

/// Closes so that the last answer arrives: a descriptor that is closed over unread bytes resets the connection, and the
/// reset may overtake the answer.
Task<void> Connection::linger() {
  if (!gone_ && !aborted_) {
    socket_.shut_write();
    limit(drain_time);
    bool more = drain_;
    while (more) {
      const Socket::Step step = socket_.discard(worker_.scratch().data(), worker_.scratch().size());
      more = step.outcome == Outcome::done || step.outcome == Outcome::want_read;
      if (more) more = co_await ready(Want::read);
    }
  }
  socket_.close();
}

void Connection::begin_stop() {
  if (stream_) {
    stream_->close(1001);
  } else if (idle_) {
    interrupt();
  }
}

void Connection::abort() {
  aborted_ = true;
  interrupt();
}

void Connection::check_deadline(Clock::time_point now) {
  if (now < deadline_ || expired_) return;
  expired_ = true;
  interrupt();
}

/// Wakes the coroutine wherever it waits.
void Connection::interrupt() {
  if (stream_) {
    stream_->abort();
    return;
  }
  boost::system::error_code ignored;
  socket_.tcp().cancel(ignored);
  signal();
}

void Connection::limit(std::chrono::milliseconds duration) {
  expired_ = false;
  deadline_ = Clock::now() + duration;
}

std::chrono::milliseconds Connection::transfer_time(std::uint64_t bytes) const {
  return std::chrono::milliseconds(bytes * 1000 / std::max<std::uint64_t>(1, shared_.options.min_bytes_per_second));
}

// --- waiting

Task<bool> Connection::ready(Want want) {
  if (expired_ || aborted_) co_return false;
  boost::system::error_code error;
  const auto kind = want == Want::read ? Socket::Tcp::wait_read : Socket::Tcp::wait_write;
  co_await socket_.tcp().async_wait(kind, asio::redirect_error(asio::use_awaitable_t<Executor>(), error));
  co_return !error && !expired_ && !aborted_;
}

/// Comes back after the next signal(). A plain function, because the lambda captures.
Task<void> Connection::signalled() {
  const asio::use_awaitable_t<Executor> token;
  return asio::async_initiate<const asio::use_awaitable_t<Executor>&, void()>(
      [this](auto handler) { waiter_ = std::move(handler); }, token);
}

void Connection::signal() {
  if (!waiter_) return;
  // Not called here: the caller may be another connection's coroutine.
  worker_.post(std::exchange(waiter_, nullptr));
}

/// Appends to received_ what can be read; false when the peer is gone or the time is up.
Task<bool> Connection::fill() {
  while (true) {
    auto& scratch = worker_.scratch();
    const Socket::Step step = socket_.read(scratch.data(), scratch.size());
    if (step.outcome == Outcome::done) {
      received_.append(scratch.data(), step.bytes);
      count(shared_.counters.bytes_in, step.bytes);
      co_return true;
    }
    if (step.outcome == Outcome::end || step.outcome == Outcome::failed) {
      gone_ = step.outcome == Outcome::failed;
      co_return false;
    }
    if (!co_await ready(step.outcome == Outcome::want_read ? Want::read : Want::write)) co_return false;
  }
}

Task<bool> Connection::write_all(std::string_view bytes) {
  int steps = 0;
  while (!bytes.empty()) {
    const Socket::Step step = socket_.write(bytes.data(), std::min(bytes.size(), record_size));
    if (step.outcome == Outcome::done) {
      bytes.remove_prefix(step.bytes);
      exchange_->bytes_out += step.bytes;
      if (++steps % steps_before_yield == 0) co_await worker_.yield();
      if (expired_ || aborted_) co_return false;
      continue;
    }
    if (step.outcome == Outcome::end || step.outcome == Outcome::failed) {
      gone_ = true;
      co_return false;
    }
    if (!co_await ready(step.outcome == Outcome::want_read ? Want::read : Want::write)) co_return false;
  }
  co_return true;
}

Task<bool> Connection::handshake() {
  if (!socket_.is_tls()) co_return true;
  limit(shared_.options.handshake_deadline);
  idle_ = true;
  Want want = Want::read;
  // A stop interrupts only what waits; one that comes while this waits for its turn is seen here.
  while (!worker_.stopping() && co_await ready(want)) {
    co_await worker_.handshake_turn();
    const Socket::Step step = socket_.handshake();
    if (step.outcome == Outcome::done) {
      count(shared_.counters.handshakes);
      idle_ = false;
      co_return true;
    }
    if (step.outcome != Outcome::want_read && step.outcome != Outcome::want_write) break;
    want = step.outcome == Outcome::want_read ? Want::read : Want::write;
  }
  count(shared_.counters.handshakes_failed);
  if (expired_) count(shared_.counters.timeouts);
  gone_ = true;
  co_return false;
}

// --- one request

/// Whether another request may follow on this connection.
Task<bool> Connection::serve_one() {
  const bool complete = co_await read_head();
  if (complete && plan_body()) {
    if (exchange_->head.upgrade) {
      const bool opened = co_await open_stream();
      if (opened || gone_) co_return false;
    } else if (co_await read_body()) {
      co_await ask_handler();
    }
  }
  if (!exchange_ || !exchange_->response || aborted_) co_return false;
  const bool sent = co_await send_answer();
  record();
  co_return sent && !drain_;
}

/// True with a whole head in received_. False with an exchange that holds a refusal, or without one when there is
/// nobody to answer.
Task<bool> Connection::read_head() {
  HeadScanner scanner;
  head_size_ = 0;
  if (received_.empty()) {
    if (received_.capacity() > 1024) std::string().swap(received_);
    // The first request of a connection gets no idle time: nobody connects without a reason.
    limit(exchange_number_ == 0 ? shared_.options.head_deadline : shared_.options.idle_timeout);
    idle_ = true;
    bool wait = !socket_.has_buffered();
    while (received_.empty()) {
      if (worker_.stopping()) break;
      if (wait && !co_await ready(Want::read)) break;
      wait = false;
      if (!co_await fill()) break;
    }
    idle_ = false;
    if (received_.empty()) co_return false;
  }

  begin_exchange();
  limit(shared_.options.head_deadline);
  while (true) {
    const auto end = scanner.scan(received_, shared_.rules);
    if (!end) {
      refuse_unread(end.error());
      co_return false;
    }
    if (*end) {
      head_size_ = **end;
      co_return true;
    }
    if (!co_await fill()) break;
  }
  if (expired_) {
    count(shared_.counters.timeouts);
    refuse_unread(timeout_error("The head of the request did not arrive in time."));
  }
  co_return false;
}

void Connection::begin_exchange() {
  exchange_ = std::make_unique<Exchange>();
  exchange_->started = Clock::now();
  exchange_->id = id_ + "." + std::to_string(++exchange_number_);
  exchange_->remote_address = peer_text_;
}

/// Answers the current request with a problem.
void Connection::refuse(const Error& error) {
  exchange_->response = render_problem(error, exchange_->id);
}

/// The same when bytes of the request are still to come, or the stream can not be trusted any more: it ends here.
void Connection::refuse_unread(const Error& error) {
  refuse(error);
  exchange_->unread = true;
}

/// Judges the head and decides where the body goes. False with a refusal.
bool Connection::plan_body() {
  auto head = judge(std::string_view(received_).substr(0, head_size_), shared_.rules);
  received_.erase(0, head_size_);
  if (!head) {
    refuse_unread(head.error());
    return false;
  }
  count(shared_.counters.requests);
  exchange_->accepted = true;
  exchange_->head = std::move(*head);
  if (shared_.trusted_proxies.contains(peer_)) {
    exchange_->remote_address = client_address(peer_, forwarded_for(exchange_->head), shared_.trusted_proxies);
  }
  // What proxies say about the client is in remote_address now; nobody else shall be tempted to believe it.
  std::erase_if(exchange_->head.headers, [](const auto& field) {
    return field.first == "forwarded" || field.first == "x-real-ip" || field.first.starts_with("x-forwarded-");
  });

  exchange_->unread = exchange_->head.content_length > 0;
  if (exchange_->head.upgrade) return true;
  Result<BodyPlan> plan;
  try {
    plan = shared_.handler.plan(exchange_->head, exchange_->remote_address);
  } catch (const std::exception& e) {
    log::error("plan_failed", {{"reason", std::string_view(e.what())}, {"request_id", exchange_->id}});
    plan = std::unexpected(internal_error());
  }
  if (plan && exchange_->head.content_length > plan->max_bytes && exchange_->head.content_length > 0) {
    plan = fail(ErrorCode::too_large, both("The body may have {} bytes here.", "内容过大，最多 {} 字节。", plan->max_bytes));
  }
  if (plan && plan->to_file) {
    auto upload = UploadFile::create(shared_.options.upload_directory);
    if (upload) {
      exchange_->upload.emplace(std::move(*upload));
    } else {
      plan = std::unexpected(std::move(upload.error()));
    }
  }
  if (!plan) {
    refuse(plan.error());
    return false;
  }
  return true;
}

/// False with a refusal.
bool Connection::keep_body(std::string_view bytes) {
  if (!exchange_->upload) {
    const auto& options = shared_.options;
    if (exchange_->body.size() + bytes.size() > options.small_body) {
      if (!exchange_->share) exchange_->share.emplace(shared_.body_bytes);
      if (!exchange_->share->grow(bytes.size(), options.max_body_bytes)) {
        refuse(busy_error());
        return false;
      }
    }
    exchange_->body.append(bytes);
    return true;
  }
  const auto stored = exchange_->upload->append(bytes);
  if (!stored) refuse(stored.error());
  return stored.has_value();
}

/// True with the whole body; false with a refusal, or without an answer when the peer is gone.
Task<bool> Connection::read_body() {
  std::uint64_t remaining = exchange_->head.content_length;
  if (remaining == 0) co_return true;
  limit(shared_.options.body_deadline + transfer_time(remaining));
  const std::size_t early = static_cast<std::size_t>(std::min<std::uint64_t>(remaining, received_.size()));
  if (!exchange_->upload) {
    exchange_->body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(remaining, 64 * 1024)));
  }
  if (!keep_body(std::string_view(received_).substr(0, early))) co_return false;
  received_.erase(0, early);
  remaining -= early;

  if (remaining > 0 && early == 0 && exchange_->head.expects_continue) {
    if (!co_await write_all("HTTP/1.1 100 Continue\r\n\r\n")) co_return false;
  }
  int steps = 0;
  while (remaining > 0) {
    auto& scratch = worker_.scratch();
    // Never past the end of the body, so that what follows stays where it is until its turn.
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(remaining, scratch.size()));
    const Socket::Step step = socket_.read(scratch.data(), size);
    if (step.outcome == Outcome::done) {
      count(shared_.counters.bytes_in, step.bytes);
      if (!keep_body(std::string_view(scratch.data(), step.bytes))) co_return false;
      remaining -= step.bytes;
      if (++steps % steps_before_yield == 0) co_await worker_.yield();
      if (!expired_ && !aborted_) continue;
    } else if (step.outcome == Outcome::end || step.outcome == Outcome::failed) {
      gone_ = true;
      co_return false;
    } else if (co_await ready(step.outcome == Outcome::want_read ? Want::read : Want::write)) {
      continue;
    }
    if (expired_) {
      count(shared_.counters.timeouts);
      refuse(timeout_error({"The body of the request did not arrive in time.", "内容没有及时传完，请检查网络后再试。"}));
    }
    gone_ = !expired_;
    co_return false;
  }
  exchange_->unread = false;
  co_return true;
}

Request Connection::take_request() {
  Request request;
  request.method = exchange_->head.method;
  request.path = exchange_->head.path;  // a copy: the access log needs it
  request.query = std::move(exchange_->head.query);
  request.headers = std::move(exchange_->head.headers);
  request.body = std::move(exchange_->body);
  if (exchange_->upload) {
    request.body_file = exchange_->upload->path();
    request.body_guard = exchange_->upload->release();
  }
  request.remote_address = exchange_->remote_address;
  request.id = exchange_->id;
  return request;
}

void Connection::call_handler() {
  Reply<Response> reply(worker_.shared_from_this(), weak_from_this(), exchange_number_);
  try {
    shared_.handler.handle(take_request(), Respond(std::move(reply)));
  } catch (const std::exception& e) {
    log::error("handler_failed", {{"reason", std::string_view(e.what())}, {"request_id", exchange_->id}});
    // The reply answers when it is dropped, which has happened by now or will.
  }
}

Task<void> Connection::ask_handler() {
  limit(shared_.options.answer_deadline);
  call_handler();
  while (!exchange_->response && !expired_ && !aborted_) co_await signalled();
  if (!exchange_->response && expired_) {
    count(shared_.counters.timeouts);
    Error error;
    error.code = ErrorCode::overloaded;
    error.say({"The answer took too long. Whether the request was carried out is not known.",
               "服务器没有及时答复，不确定是否已完成，请刷新后再看。"});
    error.retry_after_seconds = 5;
    refuse(error);
    drain_ = true;
  }
}

void Connection::deliver(std::uint64_t number, Response response) {
  if (number != exchange_number_ || !exchange_ || exchange_->response) return;
  exchange_->response = std::move(response);
  signal();
}

void Connection::deliver(std::uint64_t number, Result<std::shared_ptr<StreamPeer>> peer) {
  if (number != exchange_number_ || !exchange_ || exchange_->response || exchange_->peer) return;
  exchange_->peer = std::move(peer);
  signal();
}

void Connection::drop(std::uint64_t number) {
  if (number != exchange_number_ || !exchange_ || exchange_->response || exchange_->peer) return;
  log::error("answer_dropped", {{"request_id", exchange_->id}});
  if (exchange_->head.upgrade) {
    exchange_->peer = std::unexpected(internal_error());
  } else {
    refuse(internal_error());
  }
  signal();
}

// --- the answer

/// Sends exchange_->response; true when the connection may go on. Sets drain_ when it may not.
Task<bool> Connection::send_answer() {
  Response& response = *exchange_->response;
  if (!is_sendable(response)) {
    log::error("answer_not_sendable", {{"request_id", exchange_->id}});
    refuse(internal_error());
  }
  Descriptor file;
  std::string_view body =
      response.shared_body ? std::string_view(*response.shared_body) : std::string_view(response.body);
  std::uint64_t size = body.size();
  if (!response.body_file.empty()) {
    struct stat facts {};
    file = Descriptor(::open(response.body_file.c_str(), O_RDONLY | O_CLOEXEC));
    if (file && ::fstat(file.get(), &facts) == 0 && S_ISREG(facts.st_mode)) {
      size = static_cast<std::uint64_t>(facts.st_size);
      body = {};
    } else {
      log::error("answer_file_missing", {{"request_id", exchange_->id}});
      file.reset();
      refuse(internal_error());
      body = response.body;
      size = body.size();
    }
  }
  const bool close = response.close || exchange_->unread || worker_.stopping() || drain_ ||
                     (exchange_->accepted && !exchange_->head.keep_alive);
  const bool send_body = has_body(response.status) && !(exchange_->accepted && exchange_->head.method == Method::head);
  if (!send_body) body = {};

  HeadFacts facts;
  facts.content_length = size;
  facts.date = worker_.date();
  facts.request_id = exchange_->id;
  facts.close = close;
  std::string out = render_head(response, facts);
  // The first piece of the body travels in the record of the head.
  const std::size_t along = std::min(body.size(), record_size - std::min(record_size, out.size()));
  out.append(body.substr(0, along));
  body.remove_prefix(along);

  limit(shared_.options.write_deadline + transfer_time(size));
  bool sent = co_await write_all(out);
  if (sent) sent = co_await write_all(body);
  if (sent && file && send_body) sent = co_await send_file(file.get(), size);
  if (!sent) {
    if (expired_) count(shared_.counters.timeouts);
    gone_ = true;
  }
  drain_ = close;
  co_return sent;
}

Task<bool> Connection::send_file(int descriptor, std::uint64_t size) {
  std::string piece;
  std::uint64_t offset = 0;
  while (offset < size) {
    piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(file_piece, size - offset)));
    const ssize_t got = ::pread(descriptor, piece.data(), piece.size(), static_cast<off_t>(offset));
    // The announced length can not be kept: only a cut connection tells the client.
    if (got <= 0) co_return false;
    offset += static_cast<std::uint64_t>(got);
    const std::string_view bytes(piece.data(), static_cast<std::size_t>(got));
    const bool sent = co_await write_all(bytes);
    if (!sent) co_return false;
  }
  co_return true;
}

void Connection::record() {
  const int status = exchange_->response->status;
  count(shared_.counters.responses[static_cast<std::size_t>(std::clamp(status / 100, 0, 5))]);
  count(shared_.counters.bytes_out, exchange_->bytes_out);
  if (!exchange_->accepted) count(shared_.counters.requests_refused);
  if (!shared_.options.access_log) return;
  AccessRecord line;
  if (exchange_->accepted) {
    line.method = name(exchange_->head.method);
    line.path = exchange_->head.path;
  }
  line.status = status;
  line.total = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - exchange_->started);
  line.bytes_in = exchange_->head.content_length;
  line.bytes_out = exchange_->bytes_out;
  line.remote_address = exchange_->remote_address;
  line.request_id = exchange_->id;
  shared_.options.access_log(line);
}

// --- the stream

void Connection::call_open_stream() {
  Reply<Result<std::shared_ptr<StreamPeer>>> reply(worker_.shared_from_this(), weak_from_this(), exchange_number_);
  try {
    // The head is copied, because the WebSocket opening is answered from it.
    Headers headers = exchange_->head.headers;
    Request request = take_request();
    exchange_->head.headers = std::move(headers);
    shared_.handler.open_stream(std::move(request), AcceptStream(std::move(reply)));
  } catch (const std::exception& e) {
    log::error("handler_failed", {{"reason", std::string_view(e.what())}, {"request_id", exchange_->id}});
  }
}

/// From here on the socket is the stream's.
void Connection::start_stream() {
  stream_ = StreamSession::start(worker_, std::move(socket_), exchange_->head, exchange_->id, **exchange_->peer,
                                 [this] { signal(); });
  if (worker_.stopping()) stream_->close(1001);
}

/// True when a stream has been served; false with a refusal.
Task<bool> Connection::open_stream() {
  if (!received_.empty()) {
    Error error;
    error.code = ErrorCode::malformed_request;
    error.detail = "A WebSocket may not be used before it is open.";
    refuse_unread(error);
    co_return false;
  }
  limit(shared_.options.answer_deadline);
  call_open_stream();
  while (!exchange_->peer && !expired_ && !aborted_) co_await signalled();
  if (aborted_) {
    gone_ = true;
    co_return false;
  }
  if (!exchange_->peer || !*exchange_->peer || !**exchange_->peer) {
    Error error = internal_error();
    if (!exchange_->peer) error.code = ErrorCode::overloaded;
    if (exchange_->peer && !*exchange_->peer) error = exchange_->peer->error();
    refuse(error);
    co_return false;
  }
  exchange_->response.emplace();
  exchange_->response->status = 101;
  record();
  deadline_ = Clock::time_point::max();  // a stream keeps its own time
  start_stream();
  while (!stream_->ended()) co_await signalled();
  stream_.reset();
  gone_ = true;
  co_return true;
}

}  // namespace docket::http
