// SPDX-License-Identifier: Apache-2.0
#include "mail/safe_tree.hpp"

#include <gumbo.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <memory>

#include "mail/charset.hpp"

namespace docket::mail {
namespace {

constexpr std::array names{"document", "text",  "line_break", "paragraph",    "heading", "list",
                           "numbered_list", "item", "quote", "link",     "image",        "remote_image",
                           "strong",   "emphasis", "preformatted", "table",   "row",          "cell",    "rule"};

bool is_dropped(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_TITLE:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_OBJECT:
    case GUMBO_TAG_EMBED:
    case GUMBO_TAG_NOSCRIPT:
    case GUMBO_TAG_NOFRAMES:
    case GUMBO_TAG_SVG:
    case GUMBO_TAG_MATH:
    case GUMBO_TAG_AUDIO:
    case GUMBO_TAG_VIDEO:
    case GUMBO_TAG_CANVAS:
    case GUMBO_TAG_TEXTAREA:
    case GUMBO_TAG_SELECT:
      return true;
    default:
      return false;
  }
}

std::optional<NodeKind> kind_of(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_P:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_CENTER:
    case GUMBO_TAG_ADDRESS:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_DD:
    case GUMBO_TAG_FIELDSET:
    case GUMBO_TAG_FORM:
      return NodeKind::paragraph;
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
    case GUMBO_TAG_H4:
    case GUMBO_TAG_H5:
    case GUMBO_TAG_H6:
      return NodeKind::heading;
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
      return NodeKind::list;
    case GUMBO_TAG_LI:
      return NodeKind::item;
    case GUMBO_TAG_BLOCKQUOTE:
      return NodeKind::quote;
    case GUMBO_TAG_A:
      return NodeKind::link;
    case GUMBO_TAG_B:
    case GUMBO_TAG_STRONG:
      return NodeKind::strong;
    case GUMBO_TAG_I:
    case GUMBO_TAG_EM:
      return NodeKind::emphasis;
    case GUMBO_TAG_PRE:
      return NodeKind::preformatted;
    case GUMBO_TAG_TABLE:
      return NodeKind::table;
    case GUMBO_TAG_TR:
      return NodeKind::row;
    case GUMBO_TAG_TD:
    case GUMBO_TAG_TH:
      return NodeKind::cell;
    default:
      return {};
  }
}

std::string attribute(const GumboElement& element, const char* name) {
  const auto* found = gumbo_get_attribute(&element.attributes, name);
  return found == nullptr ? std::string() : without_controls(found->value, false);
}

/// The address as it may be shown as a link, or empty. Only ASCII white space around it is taken away: a scheme with
/// anything else in it is no scheme of ours. What an address does not have (a space, a quote) is written as %20 is.
std::string safe_target(const std::string& address) {
  const auto text = trimmed(address);
  for (const std::string_view scheme : {"https://", "http://", "mailto:", "tel:"}) {
    if (text.size() <= scheme.size() || !same_letters(text.substr(0, scheme.size()), scheme) || text[scheme.size()] == '/' ||
        text[scheme.size()] == '\\')
      continue;
    std::string out(scheme);
    for (const char c : text.substr(scheme.size())) {
      if (static_cast<unsigned char>(c) > 0x20 && !std::string_view("\"<>\\`").contains(c)) {
        out += c;
        continue;
      }
      constexpr std::string_view digits = "0123456789ABCDEF";
      out += '%';
      out += digits[static_cast<unsigned char>(c) >> 4U];
      out += digits[static_cast<unsigned char>(c) & 15U];
    }
    return out.size() <= 2000 ? out : std::string();
  }
  return {};
}

/// Boxes in which mail programs put what they quote: Gmail, Yahoo, NetEase.
bool is_quoting_box(const GumboElement& element) {
  if (element.tag != GUMBO_TAG_DIV) return false;
  const auto called = std::string{" "} + attribute(element, "class") + " " + attribute(element, "id") + " ";
  return std::ranges::any_of(std::array{" gmail_quote ", " yahoo_quoted ", " isReplyContent "},
                             [&](const char* one) { return called.find(one) != std::string::npos; });
}

/// The pixel by which a sender learns who reads.
bool is_pixel(const GumboElement& element) {
  const auto side = [&](const char* which) {
    const auto text = attribute(element, which);
    return text == "0" || text == "1" || text == "2" || text == "0px" || text == "1px";
  };
  return side("width") || side("height");
}

class Builder {
 public:
  SafeTree build(const GumboNode* root) {
    children(root, tree_.root, 0, {});
    return std::move(tree_);
  }

 private:
  /// What is so for everything below an element.
  struct Inside {
    bool lines = false;  ///< line feeds are kept
    bool link = false;   ///< a link holds no other
  };

  /// Of the input, which nests inline elements as deep as its author likes.
  static constexpr int deepest_input = 500;

  /// Deeper than that: the words in their order, without descending on the stack.
  static void words_below(const GumboNode* top, Node& parent) {
    std::vector<const GumboNode*> open{top};
    while (!open.empty()) {
      const auto* node = open.back();
      open.pop_back();
      if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE)
        add_text(node->v.text.text, parent, false);
      if (node->type != GUMBO_NODE_ELEMENT || is_dropped(node->v.element.tag)) continue;
      const auto& list = node->v.element.children;
      for (auto i = list.length; i > 0; --i) open.push_back(static_cast<const GumboNode*>(list.data[i - 1]));
    }
  }

  void children(const GumboNode* node, Node& parent, int depth, Inside inside) {
    const GumboVector* list = nullptr;
    if (node->type == GUMBO_NODE_DOCUMENT)
      list = &node->v.document.children;
    else if (node->type == GUMBO_NODE_ELEMENT)
      list = &node->v.element.children;
    if (list == nullptr) return;
    if (++input_depth_ > deepest_input) {
      words_below(node, parent);
    } else {
      for (unsigned int i = 0; i < list->length; ++i)
        add(static_cast<const GumboNode*>(list->data[i]), parent, depth, inside);
    }
    --input_depth_;
  }

  void add(const GumboNode* node, Node& parent, int depth, Inside inside) {
    switch (node->type) {
      case GUMBO_NODE_TEXT:
      case GUMBO_NODE_CDATA:
      case GUMBO_NODE_WHITESPACE:
        return add_text(node->v.text.text, parent, inside.lines);
      case GUMBO_NODE_ELEMENT:
        return add_element(node, parent, depth, inside);
      default:
        return;
    }
  }

  static void add_text(const char* raw, Node& parent, bool keep_lines) {
    auto text = without_controls(raw, true);
    if (!keep_lines) {
      std::string single;
      for (const char c : text) {
        const bool blank = c == ' ' || c == '\n' || c == '\t';
        if (!blank)
          single += c;
        else if (single.empty() || single.back() != ' ')
          single += ' ';
      }
      text = std::move(single);
    }
    if (text.empty()) return;
    if (!parent.children.empty() && parent.children.back().kind == NodeKind::text) {
      parent.children.back().text += text;
      return;
    }
    Node out;
    out.kind = NodeKind::text;
    out.text = std::move(text);
    parent.children.push_back(std::move(out));
  }

  void add_element(const GumboNode* node, Node& parent, int depth, Inside inside) {
    const auto& element = node->v.element;
    if (is_dropped(element.tag)) return;
    if (element.tag == GUMBO_TAG_BR) return add_leaf(parent, NodeKind::line_break);
    if (element.tag == GUMBO_TAG_HR) return add_leaf(parent, NodeKind::rule);
    if (element.tag == GUMBO_TAG_IMG) return add_image(element, parent);
    const auto kind = kind_of(element.tag);
    // Beyond the depth the words are kept and the boxes around them are not.
    if (!kind || depth >= deepest_tree) return children(node, parent, depth, inside);
    Node out;
    out.kind = *kind;
    if (*kind == NodeKind::heading) out.level = 1 + static_cast<int>(element.tag) - static_cast<int>(GUMBO_TAG_H1);
    if (*kind == NodeKind::list && element.tag == GUMBO_TAG_OL) out.kind = NodeKind::numbered_list;
    if (*kind == NodeKind::table) out.layout = same_letters(attribute(element, "role"), "presentation");
    out.repeats = is_quoting_box(element);
    if (*kind == NodeKind::link) {
      if (inside.link) return children(node, parent, depth, inside);
      inside.link = true;
      const auto address = attribute(element, "href");
      out.target = safe_target(address);
      if (out.target.empty()) {
        if (!address.empty() && !address.starts_with('#')) ++tree_.unsafe_links;
        return children(node, parent, depth, inside);
      }
    }
    inside.lines = inside.lines || *kind == NodeKind::preformatted;
    children(node, out, depth + 1, inside);
    if (out.children.empty() && *kind != NodeKind::cell) return;
    parent.children.push_back(std::move(out));
  }

  static void add_leaf(Node& parent, NodeKind kind) {
    Node out;
    out.kind = kind;
    parent.children.push_back(std::move(out));
  }

  void add_image(const GumboElement& element, Node& parent) {
    const auto source = attribute(element, "src");
    const auto words = attribute(element, "alt");
    if (source.size() > 4 && same_letters(std::string_view(source).substr(0, 4), "cid:") && source.size() < 300) {
      Node out;
      out.kind = NodeKind::image;
      out.target = source.substr(4);
      out.text = std::string(cut(words, 200));
      parent.children.push_back(std::move(out));
      return;
    }
    if (source.starts_with("http") || source.starts_with("//")) {
      ++tree_.remote_images;
      if (is_pixel(element)) return;
      Node out;
      out.kind = NodeKind::remote_image;
      out.text = std::string(cut(words, 200));
      parent.children.push_back(std::move(out));
      return;
    }
    if (!words.empty()) add_text(words.c_str(), parent, false);
  }

  SafeTree tree_;
  int input_depth_ = 0;
};

/// Runs it on a thread with a deep stack (virtual: only what is used is memory), and waits.
void on_deep_stack(const std::function<void()>& work) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, std::size_t{32} << 20);
  pthread_t thread{};
  const auto entry = [](void* argument) -> void* {
    (*static_cast<const std::function<void()>*>(argument))();
    return nullptr;
  };
  const int failed =
      pthread_create(&thread, &attributes, entry, const_cast<void*>(static_cast<const void*>(&work)));
  pthread_attr_destroy(&attributes);
  if (failed == 0) pthread_join(thread, nullptr);
}

// ---- to text ----

class Writer {
 public:
  std::string take(const Node& root) {
    children(root);
    std::string out;
    int blank = 0;
    std::size_t at = 0;
    while (at <= text_.size()) {
      auto end = text_.find('\n', at);
      if (end == std::string::npos) end = text_.size();
      auto line = std::string_view(text_).substr(at, end - at);
      while (line.ends_with(' ')) line.remove_suffix(1);
      blank = line.empty() ? blank + 1 : 0;
      if (blank <= 1 && !(line.empty() && out.empty())) out.append(line) += '\n';
      at = end + 1;
    }
    while (out.ends_with('\n')) out.pop_back();
    return out;
  }

  std::string by_blocks(const std::vector<Node>& blocks, std::vector<std::size_t>& starts) {
    std::size_t lines = 0, counted = 0;
    for (const auto& block : blocks) {
      line_start();
      lines += static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(counted), text_.end(), '\n'));
      counted = text_.size();
      starts.push_back(lines);
      add(block);
    }
    return std::move(text_);
  }

 private:
  void children(const Node& node) {
    for (const auto& child : node.children) add(child);
  }
  void line_start() {
    while (text_.ends_with(' ') && text_.size() > start_) text_.pop_back();
    if (text_.size() > start_) new_line();
  }
  void new_line() {
    text_ += '\n';
    text_ += prefix_;
    start_ = text_.size();
  }
  void words(std::string_view piece) {
    if (text_.size() == start_) {
      while (piece.starts_with(' ')) piece.remove_prefix(1);
    } else if (text_.ends_with(' ')) {
      while (piece.starts_with(' ')) piece.remove_prefix(1);
    }
    text_ += piece;
  }
  void block(const Node& node) {
    line_start();
    children(node);
    line_start();
  }
  void indented(const Node& node, std::string_view first, std::string_view rest) {
    line_start();
    const auto outer = prefix_;
    if (text_.size() == start_) text_ += first;
    start_ = text_.size();
    prefix_ += rest;
    children(node);
    prefix_ = outer;
    line_start();
  }
  void quote(const Node& node) {
    line_start();
    const auto outer = prefix_;
    prefix_ += "> ";
    text_ += "> ";
    start_ = text_.size();
    children(node);
    while (text_.ends_with(' ') && text_.size() > start_) text_.pop_back();
    prefix_ = outer;
    new_line();
  }
  void add(const Node& node) {
    switch (node.kind) {
      case NodeKind::text:
        return words(node.text);
      case NodeKind::line_break:
        return new_line();
      case NodeKind::paragraph:
      case NodeKind::table:
      case NodeKind::row:
        return block(node);
      case NodeKind::heading:
        line_start();
        if (!text_.empty()) new_line();
        return block(node);
      case NodeKind::list:
      case NodeKind::numbered_list:
        line_start();
        return list(node);
      case NodeKind::item:
        return indented(node, "- ", "  ");
      case NodeKind::quote:
        return quote(node);
      case NodeKind::link:
        return link(node);
      case NodeKind::image:
        words("[" + (node.text.empty() ? node.target.substr(0, node.target.find('@')) : node.text) + "]");
        return;
      case NodeKind::remote_image:
        return words(node.text);
      case NodeKind::preformatted:
        return lines(node);
      case NodeKind::cell:
        if (text_.size() > start_ && !text_.ends_with(' ')) text_ += "  ";
        return cell(node);
      case NodeKind::rule:
        line_start();
        text_ += "----";
        return new_line();
      default:
        return children(node);
    }
  }
  void cell(const Node& node) {
    // A cell of one line stays on its row; one that holds blocks (tables for layout) is written as blocks.
    const bool holds_blocks = std::ranges::any_of(node.children, [](const Node& child) {
      return child.kind != NodeKind::text && child.kind != NodeKind::strong && child.kind != NodeKind::emphasis &&
             child.kind != NodeKind::link && child.kind != NodeKind::image && child.kind != NodeKind::remote_image &&
             child.kind != NodeKind::paragraph;
    });
    if (holds_blocks) return children(node);
    for (const auto& child : node.children) {
      if (child.kind == NodeKind::paragraph && child.children.size() == 1)
        children(child);
      else
        add(child);
    }
  }
  void list(const Node& node) {
    int number = 0;
    for (const auto& child : node.children) {
      if (child.kind != NodeKind::item)
        add(child);
      else if (node.kind == NodeKind::numbered_list)
        indented(child, std::to_string(++number) + ". ", "   ");
      else
        indented(child, "- ", "  ");
    }
  }
  void link(const Node& node) {
    const auto before = text_.size();
    children(node);
    const auto shown = std::string(trimmed(std::string_view(text_).substr(std::min(before, text_.size()))));
    auto target = std::string_view(node.target);
    if (target.starts_with("mailto:") || target.starts_with("tel:")) target.remove_prefix(target.find(':') + 1);
    if (shown == target || shown == node.target) return;
    // What a link says and where it leads are two things, and a reader must see both.
    words(shown.empty() ? node.target : " <" + node.target + ">");
  }
  void lines(const Node& node) {
    line_start();
    for (const auto& child : node.children) {
      if (child.kind != NodeKind::text) {
        add(child);
        continue;
      }
      for (const char c : child.text) {
        if (c == '\n')
          new_line();
        else
          text_ += c;
      }
    }
    line_start();
  }

  std::string text_, prefix_;
  std::size_t start_ = 0;  ///< of the words of the line
};

}  // namespace

std::string_view name(NodeKind kind) {
  return names[static_cast<std::size_t>(kind)];
}

std::optional<SafeTree> safe_tree(std::string_view html) {
  if (html.size() > most_html_bytes || std::ranges::count(html, '<') > most_html_tags) return {};
  std::optional<SafeTree> out;
  on_deep_stack([&] {
    GumboOptions options = kGumboDefaultOptions;
    options.max_errors = 0;
    auto* parsed = gumbo_parse_with_options(&options, html.data(), html.size());
    if (parsed == nullptr) return;
    out = Builder().build(parsed->document);
    gumbo_destroy_output(&options, parsed);
  });
  return out;
}

std::string plain_text(const SafeTree& tree) {
  return Writer().take(tree.root);
}

std::string text_by_blocks(const std::vector<Node>& blocks, std::vector<std::size_t>& starts) {
  return Writer().by_blocks(blocks, starts);
}

}  // namespace docket::mail
