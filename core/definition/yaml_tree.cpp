// SPDX-License-Identifier: Apache-2.0
#include "definition/yaml_tree.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>

#include "base/text.hpp"

namespace docket::definition {
namespace {

/// A stream over bytes that somebody else keeps.
class ViewBuffer final : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view bytes) {
    char* begin = const_cast<char*>(bytes.data());
    setg(begin, begin, begin + bytes.size());
  }
};

/// From the parser's marks (lines and columns in bytes, from 0) to lines and columns for people.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {
    starts_.push_back(0);
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') starts_.push_back(i + 1);
    }
  }

  [[nodiscard]] std::size_t offset(const YAML::Mark& mark) const {
    if (mark.is_null() || mark.line < 0) return text_.size();
    const auto line = std::min(static_cast<std::size_t>(mark.line), starts_.size() - 1);
    return std::min(starts_[line] + static_cast<std::size_t>(std::max(mark.column, 0)), text_.size());
  }

  [[nodiscard]] Span span(std::size_t offset, std::size_t length) const {
    const auto it = std::ranges::upper_bound(starts_, offset) - 1;
    const auto begin = *it;
    const auto column = static_cast<int>(count_characters(text_.substr(begin, offset - begin))) + 1;
    const auto end = std::min(text_.find('\n', offset), text_.size());
    const auto marked = text_.substr(offset, std::min(length, end - offset));
    return {static_cast<int>(it - starts_.begin()) + 1, column,
            column + std::max(1, static_cast<int>(count_characters(marked)))};
  }

  [[nodiscard]] char at(std::size_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }
  [[nodiscard]] std::string_view from(std::size_t offset) const { return text_.substr(std::min(offset, text_.size())); }

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;
};

/// Length in bytes of the scalar that is written at the beginning of `source`, on its first line.
std::size_t written_length(std::string_view source, std::string_view value) {
  auto line = source.substr(0, source.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.starts_with('"') || line.starts_with('\'')) {
    const char quote = line[0];
    for (std::size_t i = 1; i < line.size(); ++i) {
      if (quote == '"' && line[i] == '\\') {
        ++i;
      } else if (line[i] == quote) {
        if (quote == '\'' && i + 1 < line.size() && line[i + 1] == quote) {
          ++i;
        } else {
          return i + 1;
        }
      }
    }
    return line.size();
  }
  if (line.starts_with('|') || line.starts_with('>')) return 1;
  return line.starts_with(value) ? value.size() : line.size();
}

Said no_aliases() {
  return {"aliases are not allowed in definitions", "配置定义里不允许用别名"};
}

Said no_alias_but() {
  return {"the value itself, written out", "直接写出值"};
}

Said key_is_no_text() {
  return {"this key is not text", "这个键不是文本"};
}

Said smaller_files() {
  return {"several smaller files", "拆成几个较小的文件"};
}

Diagnostic fault_at(const std::string& file, Span span, std::string code, Said message, Said expected) {
  return {.file = file,
          .line = span.line,
          .column = span.column,
          .end_column = span.end_column,
          .message = std::move(message.en),
          .message_zh = std::move(message.zh),
          .expected = std::move(expected.en),
          .expected_zh = std::move(expected.zh),
          .code = std::move(code)};
}

/// What the parser says, in Chinese: what people meet while they write. The rest is said in the parser's own words.
std::string syntax_in_chinese(const std::string& message) {
  namespace say = YAML::ErrorMsg;
  struct Row {
    const char* parser;
    const char* zh;
  };
  static constexpr Row rows[] = {
      {say::END_OF_MAP, "这一段没有正常结束，请检查缩进和冒号"},
      {say::END_OF_MAP_FLOW, "左花括号没有配上右花括号，或缺少逗号"},
      {say::END_OF_SEQ, "列表没有正常结束，请检查缩进和短横线"},
      {say::END_OF_SEQ_FLOW, "左方括号没有配上右方括号，或缺少逗号"},
      {say::MULTIPLE_TAGS, "一个值上有多个标签"},
      {say::MULTIPLE_ANCHORS, "一个值上有多个锚点"},
      {say::INVALID_HEX, "十六进制转义不对"},
      {say::UNKNOWN_TOKEN, "这个字符不能出现在这里，需要时请加引号"},
      {say::DOC_IN_SCALAR, "文本中间出现了 --- 或 ..."},
      {say::EOF_IN_SCALAR, "引号没有配对，一直到文件末尾都没有结束"},
      {say::CHAR_IN_SCALAR, "文本里有不允许的字符，请加引号"},
      {say::TAB_IN_INDENTATION, "缩进用了 Tab，请改用空格"},
      {say::FLOW_END, "多了一个右括号"},
      {say::BLOCK_ENTRY, "短横线不能出现在这里，请检查缩进"},
      {say::MAP_KEY, "键不能出现在这里，请检查缩进"},
      {say::MAP_VALUE, "冒号不能出现在这里，请检查缩进，或给含冒号的文本加引号"},
      {say::ZERO_INDENT_IN_BLOCK, "多行文本的缩进不能为零"},
      {say::CHAR_IN_BLOCK, "多行文本的符号（| 或 >）后面不能有别的字符"},
  };
  for (const auto& row : rows) {
    if (message == row.parser) return row.zh;
  }
  if (message.starts_with(say::INVALID_ESCAPE))
    return "不认识的转义字符：" + message.substr(std::string_view(say::INVALID_ESCAPE).size());
  if (message.starts_with(say::INVALID_UNICODE))
    return "Unicode 转义不对：" + message.substr(std::string_view(say::INVALID_UNICODE).size());
  return message;
}

/// Ends the reading of a file whose structure can not be trusted any further; the fault was reported.
struct GiveUp {};

/// Builds the tree as the parser walks, and stops at the first thing that would cost too much.
class Builder final : public YAML::EventHandler {
 public:
  Builder(const std::string& file, const Lines& lines, const YamlLimits& limits, std::vector<Diagnostic>& diagnostics)
      : file_(file), lines_(lines), limits_(limits), diagnostics_(diagnostics) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1)
      give_up(span_at(mark, 1), "yaml_documents",
              {"this file holds more than one document", "一个文件里有多个 YAML 文档"},
              {"one document a file, without ---", "每个文件一个文档，不写 ---"});
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto offset = begin(mark, "", anchor);
    YamlNode node;
    const auto source = lines_.from(offset);
    std::size_t length = 1;
    if (source.starts_with("null") || source.starts_with("Null") || source.starts_with("NULL")) length = 4;
    node.span = lines_.span(offset, length);
    add(std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    give_up(span_at(mark, 1), "yaml_alias", no_aliases(), no_alias_but());
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const auto offset = begin(mark, tag, anchor);
    YamlNode node;
    node.kind = YamlNode::Kind::scalar;
    node.text = value;
    const char first = lines_.at(offset);
    node.quoted = first == '"' || first == '\'' || first == '|' || first == '>';
    const auto source = lines_.from(offset);
    node.verbatim = source.substr(node.quoted ? 1 : 0).starts_with(value) && first != '|' && first != '>';
    node.span = lines_.span(offset, written_length(source, value));
    add(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::map);
  }
  void OnMapEnd() override { close(); }

  [[nodiscard]] YamlNode take() { return std::move(root_); }

 private:
  struct Level {
    YamlNode node{};
    bool have_key = false;
    bool drop = false;  ///< the value that comes belongs to a key given twice
    std::string key{};
    Span key_span{};
  };

  void error(Span span, std::string code, Said message, Said expected) {
    diagnostics_.push_back(fault_at(file_, span, std::move(code), std::move(message), std::move(expected)));
  }
  [[noreturn]] void give_up(Span span, std::string code, Said message, Said expected) {
    error(span, std::move(code), std::move(message), std::move(expected));
    throw GiveUp{};
  }
  [[nodiscard]] Span span_at(const YAML::Mark& mark, std::size_t length) const {
    return lines_.span(lines_.offset(mark), length);
  }

  /// What holds for every node: the budget, no tag, no anchor. Gives its offset in the file.
  std::size_t begin(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    const auto offset = lines_.offset(mark);
    if (++nodes_ > limits_.nodes) {
      const auto most = std::to_string(limits_.nodes);
      give_up(lines_.span(offset, 1), "yaml_too_large",
              {"this file has more than " + most + " values", "这个文件的值超过 " + most + " 个"}, smaller_files());
    }
    if (anchor != 0)
      give_up(lines_.span(offset, 1), "yaml_alias",
              {"anchors are not allowed in definitions", "配置定义里不允许用锚点"},
              {"the value without &name", "去掉 &name，只写值"});
    if ((!tag.empty() && tag != "?" && tag != "!") || lines_.at(offset) == '!') {
      give_up(lines_.span(offset, 1), "yaml_tag", {"tags are not allowed in definitions", "配置定义里不允许用标签"},
              {"the value without its tag", "去掉标签，只写值"});
    }
    return offset;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlNode::Kind kind) {
    const auto offset = begin(mark, tag, anchor);
    if (stack_.size() >= limits_.depth) {
      const auto most = std::to_string(limits_.depth);
      give_up(lines_.span(offset, 1), "yaml_too_deep",
              {"this is nested more than " + most + " levels deep", "嵌套超过 " + most + " 层"},
              {"a flatter file", "层次少一些的写法"});
    }
    refuse_as_key(lines_.span(offset, 1));
    Level level;
    level.node.kind = kind;
    level.node.span = lines_.span(offset, 1);
    stack_.push_back(std::move(level));
  }

  void close() {
    YamlNode node = std::move(stack_.back().node);
    stack_.pop_back();
    add(std::move(node));
  }

  void refuse_as_key(Span span) {
    if (stack_.empty()) return;
    const auto& level = stack_.back();
    if (level.node.kind == YamlNode::Kind::map && !level.have_key) {
      give_up(span, "yaml_key", key_is_no_text(), {"a word before the colon", "冒号前写一个词"});
    }
  }

  void add(YamlNode node) {
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    auto& level = stack_.back();
    if (level.node.kind == YamlNode::Kind::list) {
      level.node.items.push_back(std::move(node));
      return;
    }
    if (!level.have_key) return add_key(level, std::move(node));
    if (!level.drop) level.node.entries.push_back({std::move(level.key), level.key_span, std::move(node)});
    level.have_key = false;
    level.drop = false;
  }

  void add_key(Level& level, YamlNode node) {
    if (node.kind != YamlNode::Kind::scalar)
      give_up(node.span, "yaml_key", key_is_no_text(), {"a word before the colon", "冒号前写一个词"});
    if (const auto* first = level.node.find(node.text)) {
      const auto line = std::to_string(first->span.line);
      error(node.span, "duplicate_key",
            {"`" + node.text + "` is given twice in this map; the first is in line " + line,
             "`" + node.text + "` 在这里写了两次，前一次在第 " + line + " 行"},
            {"each key once", "每个键只写一次"});
      level.drop = true;
    }
    level.have_key = true;
    level.key = std::move(node.text);
    level.key_span = node.span;
  }

  const std::string& file_;
  const Lines& lines_;
  const YamlLimits& limits_;
  std::vector<Diagnostic>& diagnostics_;
  std::vector<Level> stack_;
  YamlNode root_;
  std::size_t nodes_ = 0;
  int documents_ = 0;
};

/// Bytes that no definition needs and that readers disagree about. Gives the first fault's offset and what it is.
std::optional<std::pair<std::size_t, Said>> find_bad_bytes(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '\r' && (i + 1 == text.size() || text[i + 1] != '\n'))
      return {{i, {"a carriage return without a line feed", "单独的回车符（没有换行符）"}}};
    if ((byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t') || byte == 0x7F)
      return {{i, {"a control character", "控制字符"}}};
  }
  if (is_utf8(text)) return std::nullopt;
  std::size_t good = 0, bad = text.size();
  while (good + 1 < bad) {  // the longest well-formed beginning, to the byte
    const auto middle = good + (bad - good) / 2;
    std::size_t cut = middle;
    while (cut > good && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) --cut;
    if (is_utf8(text.substr(0, cut))) {
      if (cut == good) break;
      good = cut;
    } else {
      bad = cut;
    }
  }
  return {{good, {"bytes that are not UTF-8", "不是 UTF-8 的字节"}}};
}

}  // namespace

const YamlEntry* YamlNode::find(std::string_view key) const {
  const auto it = std::ranges::find(entries, key, &YamlEntry::key);
  return it == entries.end() ? nullptr : &*it;
}

YamlFile read_yaml(const std::string& file, std::string_view bytes, const YamlLimits& limits) {
  YamlFile out;
  const auto refuse = [&](Span span, std::string code, Said message, Said expected) {
    out.diagnostics.push_back(fault_at(file, span, std::move(code), std::move(message), std::move(expected)));
  };
  if (bytes.size() > limits.bytes) {
    const auto most = std::to_string(limits.bytes / 1024);
    refuse({}, "yaml_too_large", {"this file is larger than " + most + " KiB", "这个文件超过 " + most + " KiB"},
           smaller_files());
    return out;
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  const Lines lines(bytes);
  if (const auto bad = find_bad_bytes(bytes)) {
    const auto line = lines.span(bad->first, 0).line;
    refuse({line, 1, 2}, "yaml_bytes", {"this line holds " + bad->second.en, "这一行含有" + bad->second.zh},
           {"text in UTF-8", "UTF-8 文本"});
    return out;
  }
  Builder builder(file, lines, limits, out.diagnostics);
  ViewBuffer buffer(bytes);
  std::istream stream(&buffer);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    out.root = builder.take();
  } catch (const GiveUp&) {
  } catch (const YAML::Exception& error) {
    const auto offset = lines.offset(error.mark);
    if (lines.at(offset) == '*') {  // the parser itself looks for the anchor
      refuse(lines.span(offset, 1), "yaml_alias", no_aliases(), no_alias_but());
    } else {
      refuse(lines.span(offset, 1), "yaml_syntax",
             {"this is not YAML: " + error.msg, "不是正确的 YAML：" + syntax_in_chinese(error.msg)}, {});
    }
  }
  return out;
}

}  // namespace docket::definition
