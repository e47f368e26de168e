// SPDX-License-Identifier: Apache-2.0
// What the transport asks of the program behind it: where a body goes, the answer to a request, a peer for a stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "http/guard.hpp"
#include "http/message.hpp"

namespace docket::http {

/// What to do with the body that a head announces.
struct BodyPlan {
  std::uint64_t max_bytes = 0;  ///< a longer one is answered with 413 before its first byte is read
  bool to_file = false;         ///< write it to a private temporary file instead of memory
};

/// The server's end of one open WebSocket. Copies speak to the same stream; it may outlive stream and server.
class StreamSender {
 public:
  class Queue;  ///< shared with the connection

  explicit StreamSender(std::shared_ptr<Queue> queue);

  /// Queues one text message; any thread. False when the stream is closed, or is closed now because the client reads
  /// too slowly for what waits already (`StreamLimits`).
  bool send(std::shared_ptr<const std::string> text) const;
  bool send(std::string text) const;
  /// Closes after what is queued has been sent; any thread. `code` as in RFC 6455 §7.4.
  void close(std::uint16_t code = 1000) const;

 private:
  std::shared_ptr<Queue> queue_;
};

/// The program's end of one open WebSocket. Called on one io thread, never concurrently; must not block.
class StreamPeer {
 public:
  virtual ~StreamPeer() = default;
  virtual void on_open(StreamSender sender) = 0;       ///< once, first
  virtual void on_message(std::string_view text) = 0;  ///< one complete text message, valid UTF-8
  virtual void on_close() = 0;                         ///< once, last
};

/// Called exactly once, from any thread: the peer, or why there is none. Dropping it refuses with 500.
using AcceptStream = std::move_only_function<void(Result<std::shared_ptr<StreamPeer>>)>;

/// The program behind the transport. All functions are called on io threads, concurrently for different connections,
/// and must not block. Must outlive the server. What they throw is logged and answered with 500.
class Handler {
 public:
  virtual ~Handler() = default;

  /// Decides about the body before it is read; an error is sent as the answer. Also called for requests without body.
  /// `remote_address` as the request will have it.
  [[nodiscard]] virtual Result<BodyPlan> plan(const Head& head, const std::string& remote_address) = 0;

  /// Answers one complete request, now or later, from any thread.
  virtual void handle(Request request, Respond respond) = 0;

  /// Decides about a WebSocket whose opening the guard has accepted. Without an override there are no streams.
  virtual void open_stream(Request request, AcceptStream accept);
};

}  // namespace docket::http
