// SPDX-License-Identifier: Apache-2.0
// How much of what came formatted stands in one page of messages: mails are as large as their senders like.
#pragma once

#include <cstddef>

namespace docket::desk {

/// Bytes of formatted texts, as they are stored. What goes beyond comes as its plain text alone.
inline constexpr std::size_t most_formatted_of_page = std::size_t{8} << 20;
/// A page of so many messages has all of them: each is at most 5,000 nodes of some 60 bytes around 256 KiB, of which
/// each may be written as two.
inline constexpr int wholly_formatted_page = 8;

}  // namespace docket::desk
