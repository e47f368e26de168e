// SPDX-License-Identifier: Apache-2.0
#include "mail/formatted.hpp"

#include <algorithm>
#include <utility>

#include "mail/body_text.hpp"
#include "mail/charset.hpp"

namespace docket::mail {
namespace {

using enum NodeKind;
using Nodes = std::vector<Node>;

bool is_inline(NodeKind kind) {
  return kind == text || kind == line_break || kind == link || kind == image || kind == remote_image ||
         kind == strong || kind == emphasis;
}

bool holds_blocks(const Node& node) {
  return std::ranges::any_of(node.children, [](const Node& child) { return !is_inline(child.kind) || holds_blocks(child); });
}

/// White space, also the kinds that newsletters fill their previews with.
bool is_blank(std::string_view words) {
  while (!words.empty()) {
    std::size_t width = 0;
    for (const std::string_view space : {" ", "\n", "\t", "\xC2\xA0", "\xE2\x80\x8B", "\xE2\x80\x8C", "\xEF\xBB\xBF", "\xCD\x8F", "\xC2\xAD"}) {
      if (words.starts_with(space)) width = space.size();
    }
    if (width == 0) return false;
    words.remove_prefix(width);
  }
  return true;
}

bool says_nothing(const Node& node) {
  if (node.kind == text) return is_blank(node.text);
  if (node.kind == image || node.kind == remote_image || node.kind == rule) return false;
  return std::ranges::all_of(node.children, says_nothing);
}

Node made(NodeKind kind, Nodes children) {
  Node out;
  out.kind = kind;
  out.children = std::move(children);
  return out;
}

void append(Nodes& to, Nodes from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

void trim(Nodes& run) {
  while (!run.empty() && says_nothing(run.back())) run.pop_back();
  const auto first = std::ranges::find_if_not(run, says_nothing);
  run.erase(run.begin(), first);
  if (!run.empty() && run.front().kind == text) run.front().text.erase(0, run.front().text.find_first_not_of(" \n"));
  if (!run.empty() && run.back().kind == text) {
    auto& words = run.back().text;
    words.erase(words.find_last_not_of(" \n") + 1);
  }
}

/// Words between two blocks are a paragraph; two line breaks are the end of one.
void end_run(Nodes& run, Nodes& out) {
  Nodes paragraph_run;
  const auto finish = [&] {
    trim(paragraph_run);
    if (!paragraph_run.empty()) out.push_back(made(paragraph, std::move(paragraph_run)));
    paragraph_run.clear();
  };
  int breaks = 0;
  for (auto& node : run) {
    const bool nothing = says_nothing(node) && node.kind != line_break;
    if (node.kind == line_break) ++breaks;
    if (node.kind != line_break && !nothing) {
      if (breaks >= 2) finish();
      breaks = 0;
    }
    paragraph_run.push_back(std::move(node));
  }
  finish();
  run.clear();
}

/// Whatever is in there as words one after another.
Nodes words_of(Nodes children) {
  Nodes out;
  for (auto& child : children) {
    if (is_inline(child.kind)) {
      if (holds_blocks(child)) child.children = words_of(std::move(child.children));
      out.push_back(std::move(child));
      continue;
    }
    if (!out.empty()) {
      Node space;
      space.kind = text;
      space.text = " ";
      out.push_back(std::move(space));
    }
    append(out, words_of(std::move(child.children)));
  }
  return out;
}

/// A cell or an item that is one paragraph, or one with lists below it, holds its words themselves.
Nodes tight(Nodes content) {
  if (content.empty() || content.front().kind != paragraph) return content;
  const bool lists = std::all_of(content.begin() + 1, content.end(),
                                 [](const Node& node) { return node.kind == list || node.kind == numbered_list; });
  if (!lists) return content;
  auto out = std::move(content.front().children);
  content.erase(content.begin());
  append(out, std::move(content));
  return out;
}

bool holds_table(const Nodes& nodes) {
  return std::ranges::any_of(nodes, [](const Node& node) { return node.kind == table || holds_table(node.children); });
}

Nodes blocks(Nodes in);

void add_list(Node node, Nodes& out) {
  Nodes items;
  for (auto& child : node.children) {
    if (says_nothing(child)) continue;
    Nodes content;
    if (child.kind == item) {
      content = blocks(std::move(child.children));
    } else {
      content.push_back(std::move(child));
      content = blocks(std::move(content));
    }
    items.push_back(made(item, tight(std::move(content))));
  }
  if (!items.empty()) out.push_back(made(node.kind, std::move(items)));
}

/// A row of a box for layout: short pieces side by side stay on one line.
void add_layout_row(std::vector<Nodes> cells, Nodes& out) {
  std::erase_if(cells, [](const Nodes& content) { return content.empty(); });
  const bool short_pieces = std::ranges::all_of(
      cells, [](const Nodes& content) { return content.size() == 1 && content.front().kind == paragraph; });
  if (cells.size() < 2 || !short_pieces) {
    for (auto& content : cells) append(out, std::move(content));
    return;
  }
  Nodes line;
  for (auto& content : cells) {
    if (!line.empty()) {
      Node space;
      space.kind = text;
      space.text = "  ";
      line.push_back(std::move(space));
    }
    append(line, std::move(content.front().children));
  }
  out.push_back(made(paragraph, std::move(line)));
}

/// Tables of one column, and tables that hold tables, are boxes for layout: what is in them stays, in its order.
void add_table(Node node, Nodes& out) {
  bool layout = node.layout || std::ranges::any_of(node.children, [](const Node& row) { return holds_table(row.children); });
  std::vector<std::vector<Nodes>> rows;
  std::size_t widest = 0;
  for (auto& child : node.children) {
    if (child.kind != row) {
      if (says_nothing(child)) continue;
      Nodes loose;
      loose.push_back(std::move(child));
      rows.push_back({blocks(std::move(loose))});
      continue;
    }
    std::vector<Nodes> cells;
    for (auto& one : child.children) {
      if (one.kind == cell) {
        cells.push_back(blocks(std::move(one.children)));
      } else if (!says_nothing(one)) {
        Nodes loose;
        loose.push_back(std::move(one));
        cells.push_back(blocks(std::move(loose)));
      }
    }
    if (std::ranges::all_of(cells, [](const Nodes& content) { return content.empty(); })) continue;
    widest = std::max(widest, static_cast<std::size_t>(std::ranges::count_if(cells, [](const Nodes& content) { return !content.empty(); })));
    rows.push_back(std::move(cells));
  }
  layout = layout || widest < 2;
  if (layout) {
    for (auto& cells : rows) add_layout_row(std::move(cells), out);
    return;
  }
  Nodes lines;
  for (auto& cells : rows) {
    Nodes line;
    for (auto& content : cells) line.push_back(made(cell, tight(std::move(content))));
    lines.push_back(made(row, std::move(line)));
  }
  out.push_back(made(table, std::move(lines)));
}

void add_block(Node node, Nodes& out) {
  switch (node.kind) {
    case heading:
    case preformatted:
      node.children = words_of(std::move(node.children));
      if (node.kind == heading) trim(node.children);
      if (!says_nothing(node)) out.push_back(std::move(node));
      return;
    case quote:
      node.children = blocks(std::move(node.children));
      if (!node.children.empty()) out.push_back(std::move(node));
      return;
    case list:
    case numbered_list:
      return add_list(std::move(node), out);
    case table:
      return add_table(std::move(node), out);
    case rule:
      if (!out.empty() && out.back().kind != rule) out.push_back(std::move(node));
      return;
    case strong:
    case emphasis: {
      auto inner = blocks(std::move(node.children));
      for (auto& block : inner) {
        if (block.kind != paragraph) continue;
        Nodes wrapped;
        wrapped.push_back(made(node.kind, std::move(block.children)));
        block.children = std::move(wrapped);
      }
      return append(out, std::move(inner));
    }
    default: {
      auto inner = blocks(std::move(node.children));
      if (node.repeats && !inner.empty())
        out.push_back(made(quote, std::move(inner)));
      else
        append(out, std::move(inner));
    }
  }
}

Nodes blocks(Nodes in) {
  Nodes out, run;
  for (auto& node : in) {
    const bool boxed = is_inline(node.kind) && holds_blocks(node);
    if (boxed && node.kind == link) node.children = words_of(std::move(node.children));
    if (is_inline(node.kind) && (!boxed || node.kind == link)) {
      run.push_back(std::move(node));
      continue;
    }
    end_run(run, out);
    add_block(std::move(node), out);
  }
  end_run(run, out);
  return out;
}

/// From where on the blocks are nothing but a quotation, which then becomes the last block.
void set_history_apart(Nodes& top) {
  std::vector<std::size_t> starts;
  const auto lines = text_by_blocks(top, starts);
  const auto begin = quotation_line(lines);
  if (!begin) return;
  auto at = static_cast<std::size_t>(std::ranges::upper_bound(starts, *begin) - starts.begin());
  if (at == 0) return;
  --at;
  auto& across = top[at];
  if (*begin > starts[at] && across.kind == paragraph) {
    // The separator is a line of a paragraph.
    std::size_t line = starts[at];
    const auto last = std::ranges::find_if(across.children, [&](const Node& node) {
      if (node.kind == line_break) ++line;
      return line == *begin;
    });
    if (last == across.children.end()) return;
    Nodes rest(std::make_move_iterator(last + 1), std::make_move_iterator(across.children.end()));
    across.children.erase(last, across.children.end());
    top.insert(top.begin() + static_cast<std::ptrdiff_t>(at) + 1, made(paragraph, std::move(rest)));
    ++at;
  } else if (*begin > starts[at] && across.kind != heading) {
    return;
  }
  if (at == 0 || (at + 1 == top.size() && top[at].kind == quote)) return;
  const auto from = top.begin() + static_cast<std::ptrdiff_t>(at);
  Nodes history(std::make_move_iterator(from), std::make_move_iterator(top.end()));
  top.erase(from, top.end());
  while (!top.empty() && top.back().kind == rule) top.pop_back();
  top.push_back(made(quote, std::move(history)));
}

struct Size {
  std::size_t nodes = 0, bytes = 0, depth = 0;
};

void measure(const Nodes& nodes, std::size_t depth, Size& size) {
  if (!nodes.empty()) size.depth = std::max(size.depth, depth);
  for (const auto& node : nodes) {
    ++size.nodes;
    size.bytes += node.text.size() + node.target.size();
    measure(node.children, depth + 1, size);
  }
}

sdk::json::array to_json(const Nodes& nodes, const std::map<std::string, std::int64_t>& pictures) {
  sdk::json::array out;
  for (const auto& node : nodes) {
    sdk::json::object one{{"kind", name(node.kind)}};
    if (node.kind == image) {
      const auto picture = pictures.find(node.target);
      if (picture == pictures.end()) {
        if (!node.text.empty()) out.push_back(sdk::json::object{{"kind", name(text)}, {"text", "[" + node.text + "]"}});
        continue;
      }
      one["attachment"] = picture->second;
    }
    if (!node.text.empty()) one["text"] = node.text;
    if (node.kind == link) one["target"] = node.target;
    if (node.kind == heading) one["level"] = node.level;
    if (node.kind == text && node.text.empty()) continue;
    if (!node.children.empty()) one["children"] = to_json(node.children, pictures);
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

std::vector<Node> shaped(SafeTree tree) {
  auto top = blocks(std::move(tree.root.children));
  set_history_apart(top);
  return top;
}

bool is_formatted(const std::vector<Node>& nodes) {
  return std::ranges::any_of(nodes, [](const Node& node) {
    return node.kind == paragraph ? is_formatted(node.children) : node.kind != text && node.kind != line_break;
  });
}

Node paragraph_of(std::string_view lines) {
  Node out = made(paragraph, {});
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    Node words;
    words.kind = text;
    words.text = std::string(lines.substr(0, end));
    if (!words.text.empty()) out.children.push_back(std::move(words));
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (!lines.empty()) out.children.push_back(made(line_break, {}));
  }
  return out;
}

sdk::json::array formatted_json(const std::vector<Node>& nodes, const std::map<std::string, std::int64_t>& pictures) {
  Size size;
  measure(nodes, 1, size);
  if (size.nodes > most_formatted_nodes || size.bytes > most_formatted_bytes || size.depth > deepest_formatted) return {};
  return to_json(nodes, pictures);
}

}  // namespace docket::mail
