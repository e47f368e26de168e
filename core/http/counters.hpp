// SPDX-License-Identifier: Apache-2.0
// What the transport counts. Plain atomics, read by whoever renders metrics.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace docket::http {

/// Since start, unless said otherwise. Any thread may read; a set of reads is not one moment.
struct Counters {
  using Count = std::atomic<std::uint64_t>;

  Count connections_open{0};     ///< now
  Count connections{0};          ///< accepted and served
  Count connections_refused{0};  ///< closed at once: a cap was reached or descriptors ran out
  Count accept_pauses{0};        ///< times that the acceptor waited because descriptors or memory ran out
  Count handshakes{0};           ///< completed
  Count handshakes_failed{0};
  Count requests{0};          ///< whose head was accepted
  Count requests_refused{0};  ///< whose head was refused by the guard
  Count timeouts{0};          ///< connections ended by a deadline other than that of idleness
  Count streams_open{0};      ///< WebSockets now
  Count streams_dropped{0};   ///< WebSockets closed because the client read too slowly
  Count bytes_in{0};          ///< of the application, without TLS
  Count bytes_out{0};
  std::array<Count, 6> responses{};  ///< by status class; [2] counts 2xx
};

}  // namespace docket::http
