// SPDX-License-Identifier: Apache-2.0
// A message as its writer formatted it: a tree of a few harmless kinds of node, beside the plain text that is searched,
// answered and sent. Whoever hands one in is not believed: it is checked here, whatever was promised.
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json_rules.hpp"

namespace docket::domain {

/// Outside text is never markup: there is no kind for it. The order is kept for what is stored sparse: text is first.
enum class NodeKind {
  text,           ///< `text`
  line_break,
  paragraph,
  heading,        ///< `level` 1 to 6
  list,           ///< of items, as is numbered_list
  numbered_list,
  item,
  quote,          ///< what the writer repeats of others
  link,           ///< `target`: an address that is_link_target
  image,          ///< `attachment`: a file of the same message; `text`: its alternative
  remote_image,   ///< a picture elsewhere, whose address was not kept; `text`: its alternative
  strong,
  emphasis,
  preformatted,
  table,          ///< of rows, which are of cells
  row,
  cell,
  rule,
};
BOOST_DESCRIBE_ENUM(NodeKind, text, line_break, paragraph, heading, list, numbered_list, item, quote, link, image, remote_image,
                    strong, emphasis, preformatted, table, row, cell, rule)

struct FormattedNode {
  NodeKind kind = NodeKind::text;
  std::optional<std::string> text{}, target{};
  std::optional<int> level{};
  std::optional<std::int64_t> attachment{};
  std::vector<FormattedNode> children{};
  bool operator==(const FormattedNode&) const = default;
};
BOOST_DESCRIBE_STRUCT(FormattedNode, (), (kind, text, target, level, attachment, children))
constexpr auto field_rules(const FormattedNode*) {
  using Rule = json::FieldRule;
  return std::array{
      Rule{.field = "text", .description = "Of text; of a picture what stands for it."},
      Rule{.field = "target", .description = "Of a link: http, https, mailto or tel."},
      Rule{.field = "level", .description = "Of a heading: 1 to 6."},
      Rule{.field = "attachment", .description = "Of an image: an attachment of the same message."},
      Rule{.field = "children", .description = "Lists are of items, tables of rows, rows of cells.", .optional = true}};
}

/// Empty: the message is its plain text and nothing else.
using Formatted = std::vector<FormattedNode>;

inline constexpr std::size_t max_formatted_nodes = 5'000;
inline constexpr std::size_t max_formatted_depth = 24;
inline constexpr std::size_t max_formatted_bytes = 262'144;  ///< of all texts and targets
inline constexpr std::size_t max_target_bytes = 2'000;
inline constexpr std::size_t max_alternative_bytes = 1'000;

/// http, https, mailto or tel with something behind it, in characters that an address has.
[[nodiscard]] bool is_link_target(std::string_view target);

/// The first fault with its place below `pointer`. `attachments`: those of the message, the only pictures there are.
[[nodiscard]] Result<void> check_formatted(const Formatted& formatted, const std::vector<std::int64_t>& attachments,
                                           const std::string& pointer);

/// Hex SHA-256 over one spelling for ever; the event holds it, so that a changed tree shows.
[[nodiscard]] std::string digest_of(const Formatted& formatted);

}  // namespace docket::domain
