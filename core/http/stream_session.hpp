// SPDX-License-Identifier: Apache-2.0
// An open WebSocket: reads messages for its peer, sends what is queued, gives up on clients that do not read.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "http/guard.hpp"
#include "http/handler.hpp"
#include "http/socket.hpp"
#include "http/worker.hpp"

namespace docket::http {

/// Confined to its worker's thread.
class StreamSession {
 public:
  /// Answers the opening in `head` and serves the stream. `on_end` is called once, when socket and peer are done with.
  [[nodiscard]] static std::shared_ptr<StreamSession> start(Worker& worker, Socket socket, const Head& head,
                                                            std::string_view request_id,
                                                            std::shared_ptr<StreamPeer> peer,
                                                            std::move_only_function<void()> on_end);
  virtual ~StreamSession() = default;

  virtual void close(std::uint16_t code) = 0;  ///< after what is queued has been sent
  virtual void abort() = 0;                    ///< cuts the connection
  [[nodiscard]] virtual bool ended() const = 0;

  /// Sends what is queued; called through the worker after a sender has queued something.
  virtual void wake() = 0;
};

}  // namespace docket::http
