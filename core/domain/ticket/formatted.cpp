// SPDX-License-Identifier: Apache-2.0
#include "domain/ticket/formatted.hpp"

#include <algorithm>
#include <array>

#include "base/both.hpp"
#include "base/enum.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"

namespace docket::domain {
namespace {

using enum NodeKind;

/// What a kind of node consists of.
struct Shape {
  bool text = false, target = false, level = false, attachment = false, children = false;
};

Shape shape_of(NodeKind kind) {
  switch (kind) {
    case text:
      return {.text = true};
    case remote_image:
      return {.text = true};
    case image:
      return {.text = true, .attachment = true};
    case line_break:
    case rule:
      return {};
    case heading:
      return {.level = true, .children = true};
    case link:
      return {.target = true, .children = true};
    default:
      return {.children = true};
  }
}

/// Lists are of items, tables of rows and rows of cells, and these stand nowhere else.
bool fits(NodeKind child, std::optional<NodeKind> parent) {
  const bool in_list = parent == list || parent == numbered_list;
  if (in_list || child == item) return in_list && child == item;
  if (parent == table || child == row) return parent == table && child == row;
  if (parent == row || child == cell) return parent == row && child == cell;
  return true;
}

bool is_clean(std::string_view words) {
  const auto control = [](unsigned char c) { return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f; };
  return is_utf8(words) && std::ranges::none_of(words, control);
}

class Check {
 public:
  explicit Check(const std::vector<std::int64_t>& attachments) : attachments_(attachments) {}

  Result<void> nodes(const Formatted& list, std::optional<NodeKind> parent, bool in_link, std::size_t depth,
                     const std::string& pointer) {
    if (depth > max_formatted_depth && !list.empty())
      return fail_field(pointer, both("A formatted text is at most {} levels deep.", "排版最多嵌套 {} 层。", max_formatted_depth));
    for (std::size_t i = 0; i < list.size(); ++i) {
      const auto& one = list[i];
      const auto place = pointer + "/" + std::to_string(i);
      if (!fits(one.kind, parent)) return fail_field(place + "/kind", misplaced(one.kind));
      if (auto fine = node(one, place); !fine) return fine;
      if (one.kind == link && in_link) return fail_field(place + "/kind", {"A link holds no other link.", "链接里不能再放链接。"});
      auto below = nodes(one.children, one.kind, in_link || one.kind == link, depth + 1, place + "/children");
      if (!below) return below;
    }
    return {};
  }

 private:
  static Said misplaced(NodeKind kind) {
    return both("A node of kind {} does not stand here: lists are of items, tables of rows, rows of cells.",
                "{} 不能放在这里：列表里只有列表项，表格里只有行，行里只有单元格。", enum_name(kind));
  }

  Result<void> node(const FormattedNode& node, const std::string& place) {
    if (++nodes_ > max_formatted_nodes)
      return fail_field(place, both("A formatted text has at most {} nodes.", "排版过于复杂（最多 {} 个元素），请简化。", max_formatted_nodes));
    const auto shape = shape_of(node.kind);
    const auto name = enum_name(node.kind);
    const auto foreign = [&](bool given, bool known, const char* member) {
      return given && !known ? std::string(member) : std::string();
    };
    for (const auto& member : {foreign(node.text.has_value(), shape.text, "text"),
                               foreign(node.target.has_value(), shape.target, "target"),
                               foreign(node.level.has_value(), shape.level, "level"),
                               foreign(node.attachment.has_value(), shape.attachment, "attachment"),
                               foreign(!node.children.empty(), shape.children, "children")}) {
      if (!member.empty()) return fail_field(place + "/" + member, both("A node of kind {} has no {}.", "{} 没有 {} 这一项。", name, member));
    }
    if (node.text) {
      if (!is_clean(*node.text)) return fail_field(place + "/text", {"The text has control characters or is not UTF-8.", "文字中有控制字符，或不是 UTF-8。"});
      if (node.kind != text && node.text->size() > max_alternative_bytes)
        return fail_field(place + "/text", both("What stands for a picture has at most {} bytes.", "图片的替代文字最多 {} 个字节。",
                                                max_alternative_bytes));
    } else if (node.kind == text) {
      return fail_field(place + "/text", {"A node of kind text has a text.", "text 元素须有文字。"});
    }
    bytes_ += node.text.value_or("").size() + node.target.value_or("").size();
    if (bytes_ > max_formatted_bytes)
      return fail_field(place, both("A formatted text has at most {} KiB.", "带格式的内容最多 {} KiB，请缩短或改用附件。",
                                    max_formatted_bytes / 1024));
    if (shape.target && !is_link_target(node.target.value_or("")))
      return fail_field(place + "/target", {"A link leads to http, https, mailto or tel.", "链接只能以 http、https、mailto 或 tel 开头。"});
    if (shape.level && (node.level.value_or(0) < 1 || *node.level > 6))
      return fail_field(place + "/level", {"A heading has a level from 1 to 6.", "标题级别须为 1 到 6。"});
    if (shape.attachment && std::ranges::find(attachments_, node.attachment.value_or(0)) == attachments_.end())
      return fail_field(place + "/attachment", {"A picture is one of the message's own attachments.", "图片须是这条消息自己的附件。"});
    return {};
  }

  const std::vector<std::int64_t>& attachments_;
  std::size_t nodes_ = 0, bytes_ = 0;
};

/// Numbers end in a line feed and texts have their length in front, so that no two trees are spelled alike.
void spell(const Formatted& list, std::string& out) {
  const auto number = [&](std::int64_t n) { out.append(std::to_string(n)).append("\n"); };
  number(static_cast<std::int64_t>(list.size()));
  for (const auto& node : list) {
    out.append(enum_name(node.kind)).append("\n");
    for (const auto* words : {&node.text, &node.target}) {
      number(*words ? static_cast<std::int64_t>((*words)->size()) : -1);
      if (*words) out.append(**words);
    }
    number(node.level.value_or(0));
    number(node.attachment.value_or(0));
    spell(node.children, out);
  }
}

}  // namespace

bool is_link_target(std::string_view target) {
  constexpr std::array<std::string_view, 4> schemes{"https://", "http://", "mailto:", "tel:"};
  if (target.size() > max_target_bytes || !is_utf8(target)) return false;
  // Browsers skip controls and take a backslash for a slash; what remains is read by them as it is here.
  const auto odd = [](unsigned char c) { return c <= 0x20 || c == 0x7f || std::string_view("\"<>\\`").contains(static_cast<char>(c)); };
  if (std::ranges::any_of(target, odd)) return false;
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; };
  return std::ranges::any_of(schemes, [&](std::string_view scheme) {
    return target.size() > scheme.size() && std::ranges::equal(target.substr(0, scheme.size()), scheme, same) &&
           target[scheme.size()] != '/';
  });
}

Result<void> check_formatted(const Formatted& formatted, const std::vector<std::int64_t>& attachments,
                             const std::string& pointer) {
  return Check(attachments).nodes(formatted, {}, false, 1, pointer);
}

std::string digest_of(const Formatted& formatted) {
  std::string spelled = "docket formatted 1\n";
  spell(formatted, spelled);
  return to_hex(sha256(spelled));
}

}  // namespace docket::domain
