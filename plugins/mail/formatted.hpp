// SPDX-License-Identifier: Apache-2.0
// A safe tree in the shape in which the desk keeps a message's formatted text: blocks that hold words, tables that hold
// data, and what the writer only repeats in one quotation.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "docket/plugin.hpp"
#include "mail/safe_tree.hpp"

namespace docket::mail {

/// Boxes for layout are gone (mail programs nest them by the dozen), empty ones too; lists are of items, tables of rows,
/// rows of cells. What stands below the separators that mail programs write is one quotation, as the last block.
[[nodiscard]] std::vector<Node> shaped(SafeTree tree);

/// Whether it says more than the plain text beside it does.
[[nodiscard]] bool is_formatted(const std::vector<Node>& blocks);

/// Lines of our own or of another part, as a block.
[[nodiscard]] Node paragraph_of(std::string_view lines);

/// As the command's member `formatted`; empty beyond what the desk takes. `pictures`: attachments by Content-ID; a
/// picture that did not come along is the words that stand for it.
[[nodiscard]] sdk::json::array formatted_json(const std::vector<Node>& blocks,
                                              const std::map<std::string, std::int64_t>& pictures);

inline constexpr std::size_t most_formatted_nodes = 5'000;
inline constexpr std::size_t most_formatted_bytes = 262'144;
inline constexpr std::size_t deepest_formatted = 24;

}  // namespace docket::mail
