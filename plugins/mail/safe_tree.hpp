// SPDX-License-Identifier: Apache-2.0
// HTML of strangers as a tree of a few harmless kinds of node, built node by node: nothing of the markup survives.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docket::mail {

enum class NodeKind {
  document,
  text,          ///< `text`
  line_break,
  paragraph,
  heading,       ///< `level` 1 to 6
  list,
  numbered_list,
  item,
  quote,
  link,          ///< `target`: http, https, mailto or tel, nothing else
  image,         ///< `target`: the Content-ID of an attachment; `text`: its alternative
  remote_image,  ///< a picture elsewhere, whose address is not kept; `text`: its alternative
  strong,
  emphasis,
  preformatted,
  table,
  row,
  cell,
  rule,
};
[[nodiscard]] std::string_view name(NodeKind kind);

struct Node {
  NodeKind kind = NodeKind::document;
  std::string text{};
  std::string target{};
  int level = 0;
  bool layout = false;   ///< a table that says itself that it holds no data
  bool repeats = false;  ///< a box in which mail programs put what they quote
  std::vector<Node> children{};
};

struct SafeTree {
  Node root{};
  int remote_images = 0;  ///< left out: they tell the sender who reads
  int unsafe_links = 0;   ///< shown as text only
};

inline constexpr std::size_t most_html_bytes = std::size_t{2} << 20;
inline constexpr int most_html_tags = 60'000;
inline constexpr int deepest_tree = 18;

/// nullopt: beyond the budgets above; then the HTML is an attachment only. Linear in the input; parses on a thread with
/// a stack of its own, because the parser descends as deep as its input.
[[nodiscard]] std::optional<SafeTree> safe_tree(std::string_view utf8_html);

/// For people who read text: lists with dashes, quotes with "> ", tables by rows, a link's target after its text.
[[nodiscard]] std::string plain_text(const SafeTree& tree);

/// The same of blocks, with the line at which each begins.
[[nodiscard]] std::string text_by_blocks(const std::vector<Node>& blocks, std::vector<std::size_t>& starts);

}  // namespace docket::mail
