// SPDX-License-Identifier: Apache-2.0
#include "definition/validate.hpp"

#include <algorithm>

#include "base/duration.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"
#include "definition/scalar.hpp"

namespace docket::definition {
namespace {

std::string quoted(std::string_view text) {
  const auto start = first_characters(text, 60);
  return "`" + std::string(start) + (start.size() < text.size() ? "…`" : "`");
}

Said kind_words(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::nothing:
      return {"nothing", "空"};
    case YamlNode::Kind::scalar:
      return {"a single value", "单个值"};
    case YamlNode::Kind::list:
      return {"a list", "列表"};
    case YamlNode::Kind::map:
      return {"a map", "映射"};
  }
  return {};
}

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(text,
                             [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t'; });
}

/// Validates what belongs to one file.
class Validator {
 public:
  Validator(std::string_view file, const DeclaredNames& names, Report& report)
      : file_(file), names_(names), report_(report) {}

  void map(const YamlNode& node, const Shape& shape, Span anchor) {
    std::size_t given = 0;
    for (const auto& entry : node.entries) {
      const auto* key = shape.find(entry.key);
      if (key == nullptr) {
        unknown_key(entry, shape);
        continue;
      }
      ++given;
      value(entry.value, *key, entry.span);
    }
    for (const auto& key : shape.keys) {
      if (key.required && node.find(key.name) == nullptr) {
        report_.error({file_, anchor}, "missing_key",
                      {named_key(key) + " is missing here", "这里缺少 " + named_key(key)}, describe_value(key));
      }
    }
    if (shape.exactly_one && given != 1) {
      report_.error({file_, anchor}, "exactly_one",
                    given == 0 ? Said{"this is empty", "这里是空的"}
                               : Said{"this holds several things at once", "这里一次写了好几项"},
                    one_of_keys(shape));
    }
  }

 private:
  static std::string named_key(const Key& key) { return "`" + std::string(key.name) + "`"; }

  static Said one_of_keys(const Shape& shape) {
    std::vector<std::string> names;
    for (const auto& key : shape.keys) names.emplace_back(key.name);
    const auto one = one_of(names);
    return {"exactly " + one.en, "只写一项，" + one.zh};
  }

  void unknown_key(const YamlEntry& entry, const Shape& shape) {
    std::vector<std::string_view> known;
    for (const auto& key : shape.keys) known.push_back(key.name);
    const auto suggestion = nearest(entry.key, known);
    const auto key = quoted(entry.key);
    report_.error({file_, entry.span}, "unknown_key",
                  {"there is no key " + key + " in a " + std::string(shape.name),
                   std::string(shape.called) + "没有 " + key + " 这个键"},
                  suggestion.empty() ? one_of({known.begin(), known.end()}) : Said{}, std::string(suggestion));
  }

  void value(const YamlNode& node, const Key& key, Span key_span) {
    if (node.kind == YamlNode::Kind::nothing) {
      report_.error({file_, key_span}, "missing_value", {named_key(key) + " has no value", named_key(key) + " 没有值"},
                    describe_value(key));
      return;
    }
    switch (key.arity) {
      case Arity::one:
        return one(node, key, key_span);
      case Arity::list:
        return list(node, key);
      case Arity::map:
        return named(node, key);
    }
  }

  void wrong_kind(const YamlNode& node, const Key& key) {
    const auto kind = kind_words(node.kind);
    report_.error({file_, node.span}, "wrong_type",
                  {named_key(key) + " is " + kind.en + " here", named_key(key) + " 在这里写成了" + kind.zh},
                  describe_value(key));
  }

  void list(const YamlNode& node, const Key& key) {
    if (node.kind != YamlNode::Kind::list) return wrong_kind(node, key);
    too_many(node.items.size(), key, node.span);
    if (key.required && node.items.empty() && key.type != ValueType::shape && key.type != ValueType::text) {
      report_.error({file_, node.span}, "empty_list", {named_key(key) + " is empty", named_key(key) + " 是空的"},
                    describe_value(key));
    }
    std::vector<std::pair<std::string, Span>> seen;
    for (const auto& item : node.items) {
      if (item.kind == YamlNode::Kind::nothing) {
        report_.error({file_, item.span}, "missing_value", {"this item is empty", "这一项是空的"}, describe_value(key));
        continue;
      }
      one(item, key, item.span);
      once_in_list(item, key, seen);
    }
  }

  /// Names of a list's items, and plain items, are given once.
  void once_in_list(const YamlNode& item, const Key& key, std::vector<std::pair<std::string, Span>>& seen) {
    const YamlNode* name = &item;
    if (key.type == ValueType::shape) {
      const auto* entry = item.find("name");
      const auto* row = shape_of(key.shape).find("name");
      if (entry == nullptr || row == nullptr || row->type != ValueType::name) return;
      // One transition may have different ways out of different states, so its name is checked where the states are
      // known.
      if (key.shape == "transition") return;
      name = &entry->value;
    }
    if (name->kind != YamlNode::Kind::scalar) return;
    const auto first = std::ranges::find(seen, name->text, &std::pair<std::string, Span>::first);
    if (first == seen.end()) {
      seen.emplace_back(name->text, name->span);
    } else {
      const auto text = quoted(name->text);
      const auto line = std::to_string(first->second.line);
      report_.error({file_, name->span}, "duplicate_name",
                    {text + " stands twice in this list; the first is in line " + line,
                     text + " 在列表里出现了两次，前一次在第 " + line + " 行"},
                    {"each once", "每项只写一次"});
    }
  }

  void named(const YamlNode& node, const Key& key) {
    if (node.kind != YamlNode::Kind::map) return wrong_kind(node, key);
    too_many(node.entries.size(), key, node.span);
    for (const auto& entry : node.entries) {
      if (!is_name(entry.key)) bad_name(entry.key, entry.span);
      value_of_named(entry, key);
    }
  }

  void value_of_named(const YamlEntry& entry, const Key& key) {
    if (entry.value.kind == YamlNode::Kind::nothing) {
      report_.error({file_, entry.span}, "missing_value",
                    {quoted(entry.key) + " has no value", quoted(entry.key) + " 没有值"}, describe_value(key));
    } else {
      one(entry.value, key, entry.span);
    }
  }

  void too_many(std::size_t count, const Key& key, Span span) {
    if (count <= key.max_items) return;
    const auto have = std::to_string(count);
    const auto most = std::to_string(key.max_items);
    report_.error({file_, span}, "too_many",
                  {named_key(key) + " holds " + have + " things", named_key(key) + " 有 " + have + " 项"},
                  {"at most " + most, "最多 " + most + " 项"});
  }

  void bad_name(std::string_view text, Span span) {
    report_.error({file_, span}, "bad_name", {quoted(text) + " can not be a name", quoted(text) + " 不能用作名称"},
                  {"a–z, 0–9 and _, a letter first, at most 63 characters; what people see is the title",
                   "由 a–z、0–9 和 _ 组成，以字母开头，最多 63 个字符；给人看的文字写在 title 里"});
  }

  void one(const YamlNode& node, const Key& key, Span anchor) {
    if (key.type == ValueType::title) return title(node, key);
    if (key.type == ValueType::value) return free_value(node);
    if (key.type == ValueType::condition) return;  // read and checked where the fields are known
    if (key.type == ValueType::document) {
      if (node.kind != YamlNode::Kind::map) wrong_kind(node, key);
      return;  // what is in it is held against the manifest of a plugin
    }
    if (key.type == ValueType::shape) return shape(node, key, anchor);
    if (node.kind != YamlNode::Kind::scalar) return wrong_kind(node, key);
    if (!clean(node)) return;
    scalar(node, key);
  }

  void shape(const YamlNode& node, const Key& key, Span anchor) {
    const auto& below = shape_of(key.shape);
    if (node.kind == YamlNode::Kind::scalar && !below.words.empty()) {
      if (std::ranges::find(below.words, node.text) != below.words.end()) return;
      bad_value(node, key, std::string(nearest(node.text, below.words)));
      return;
    }
    if (node.kind != YamlNode::Kind::map) return wrong_kind(node, key);
    const auto* name = node.find("name");
    map(node, below, name != nullptr && name->value.kind == YamlNode::Kind::scalar ? name->value.span : anchor);
  }

  void title(const YamlNode& node, const Key& key) {
    if (node.kind == YamlNode::Kind::scalar) return title_text(node, key);
    if (node.kind != YamlNode::Kind::map) return wrong_kind(node, key);
    for (const auto& entry : node.entries) {
      if (entry.key != "zh" && entry.key != "en") {
        report_.error({file_, entry.span}, "unknown_key",
                      {"there is no language " + quoted(entry.key), "没有语言 " + quoted(entry.key)},
                      {"zh and en", "zh 和 en"});
      } else if (entry.value.kind != YamlNode::Kind::scalar) {
        wrong_kind(entry.value, key);
      } else {
        title_text(entry.value, key);
      }
    }
    if (node.find("zh") == nullptr)
      report_.error({file_, node.span}, "missing_key", {"`zh` is missing here", "这里缺少 `zh`"}, describe_value(key));
  }

  void title_text(const YamlNode& node, const Key& key) {
    if (!clean(node)) return;
    if (node.text.find('\n') != std::string::npos) {
      report_.error({file_, node.span}, "bad_value", {"a title is one line", "显示名称只能有一行"},
                    describe_value(key));
    } else if (count_characters(node.text) > 100) {
      report_.error({file_, node.span}, "too_long",
                    {"this title is longer than 100 characters", "显示名称超过 100 个字符"},
                    {"a shorter title", "短一些的名称"});
    }
  }

  void free_value(const YamlNode& node) {
    if (node.kind == YamlNode::Kind::map) {
      report_.error({file_, node.span}, "wrong_type", {"this is a map", "这里写成了映射"},
                    {"a text, a number, true or false, or a list of texts", "文本、数字、true 或 false，或文本列表"});
      return;
    }
    for (const auto& item : node.items) {
      if (item.kind != YamlNode::Kind::scalar) {
        const auto kind = kind_words(item.kind);
        report_.error({file_, item.span}, "wrong_type",
                      {"this is " + kind.en + " in a list", "列表里的这一项是" + kind.zh}, {"a text", "文本"});
      } else {
        static_cast<void>(clean(item));
      }
    }
    if (node.kind == YamlNode::Kind::scalar) static_cast<void>(clean(node));
  }

  /// Text without what escapes can smuggle in, and not empty.
  bool clean(const YamlNode& node) {
    if (node.text.empty()) {
      report_.error({file_, node.span}, "bad_value", {"this text is empty", "这段文本是空的"},
                    {"at least one character", "至少一个字符"});
      return false;
    }
    if (has_control_characters(node.text) || !is_utf8(node.text)) {
      report_.error({file_, node.span}, "bad_value",
                    {"this text holds control characters or broken Unicode", "这段文本含有控制字符或损坏的 Unicode"},
                    {"plain text", "普通文本"});
      return false;
    }
    return true;
  }

  void bad_value(const YamlNode& node, const Key& key, std::string suggestion = {}) {
    report_.error(
        {file_, node.span}, "bad_value",
        {quoted(node.text) + " is no value for " + named_key(key), named_key(key) + " 的值不能是 " + quoted(node.text)},
        describe_value({.name = key.name,
                        .type = key.type,
                        .shape = key.shape,
                        .minimum = key.minimum,
                        .maximum = key.maximum,
                        .max_length = key.max_length,
                        .one_of = key.one_of,
                        .refers = key.refers}),
        std::move(suggestion));
  }

  void scalar(const YamlNode& node, const Key& key) {
    switch (key.type) {
      case ValueType::text:
        if (count_characters(node.text) > key.max_length) {
          const auto most = std::to_string(key.max_length);
          report_.error({file_, node.span}, "too_long",
                        {"this text is longer than " + most + " characters", "这段文本超过 " + most + " 个字符"},
                        {"a shorter text", "短一些的文本"});
        }
        return;
      case ValueType::word:
        if (std::ranges::find(key.one_of, node.text) == key.one_of.end())
          bad_value(node, key, std::string(nearest(node.text, key.one_of)));
        return;
      case ValueType::name:
        return name(node, key);
      case ValueType::integer: {
        const auto number = node.quoted ? std::nullopt : parse_integer(node.text);
        if (!number || !within(key, static_cast<double>(*number))) bad_value(node, key);
        return;
      }
      case ValueType::number: {
        const auto number = node.quoted ? std::nullopt : parse_number(node.text);
        if (!number || !within(key, *number)) bad_value(node, key);
        return;
      }
      case ValueType::boolean:
        if (node.quoted || !parse_boolean(node.text)) bad_value(node, key, boolean_meant(node.text));
        return;
      case ValueType::working:
      case ValueType::wall:
        return duration(node, key);
      case ValueType::date:
        if (!parse_date(node.text)) bad_value(node, key);
        return;
      case ValueType::slot:
        if (!parse_slot(node.text)) bad_value(node, key);
        return;
      case ValueType::title:
      case ValueType::value:
      case ValueType::condition:
      case ValueType::document:
      case ValueType::shape:
        return;
    }
  }

  static std::string boolean_meant(std::string_view text) {
    const auto folded = fold(text);
    if (folded == "yes" || folded == "on" || folded == "true" || folded == "1") return "true";
    if (folded == "no" || folded == "off" || folded == "false" || folded == "0") return "false";
    return {};
  }

  static bool within(const Key& key, double number) {
    return (!key.minimum || number >= *key.minimum) && (!key.maximum || number <= *key.maximum);
  }

  void duration(const YamlNode& node, const Key& key) {
    const auto parsed = parse_duration(node.text);
    if (!parsed) return bad_value(node, key);
    if (parsed->days && key.type == ValueType::working) {
      report_.error({file_, node.span}, "working_days",
                    {"working time is not counted in days, since a working day has as many hours as its calendar",
                     "工作时间不能按天写：一个工作日有几小时由日历决定"},
                    {"hours of work, for example 8h instead of 1d", "工作小时数，例如 8h，而不是 1d"});
      return;
    }
    const auto seconds = std::chrono::duration<double>(parsed->value).count();
    if (!within(key, seconds)) bad_value(node, key);
  }

  void name(const YamlNode& node, const Key& key) {
    if (!is_name(node.text)) return bad_name(node.text, node.span);
    if (key.refers == Refers::nothing) return;
    const auto declared = names_.find(key.refers);
    static const std::vector<std::string> none;
    const auto& known = declared == names_.end() ? none : declared->second;
    if (std::ranges::find(known, node.text) != known.end()) return;
    const auto what = describe_reference(key.refers);
    report_.error(
        {file_, node.span}, "unknown_name",
        {"there is no " + what.en + " named " + quoted(node.text), "没有名为 " + quoted(node.text) + " 的" + what.zh},
        one_of(known, 20), nearest_of(node.text, known));
  }

  std::string_view file_;
  const DeclaredNames& names_;
  Report& report_;
};

}  // namespace

std::string nearest_of(std::string_view word, const std::vector<std::string>& words) {
  if (word.size() < 2) return {};  // any letter is near any other
  const std::vector<std::string_view> views(words.begin(), words.end());
  return std::string(nearest(word, views));
}

Said one_of(const std::vector<std::string>& words, std::size_t most) {
  if (words.empty()) return {};
  Said out{"one of " + words[0], "以下之一：" + words[0]};
  for (std::size_t i = 1; i < words.size() && i < most; ++i) {
    out.en += ", " + words[i];
    out.zh += "、" + words[i];
  }
  return out;
}

void validate(const Section& section, const DeclaredNames& names, Report& report) {
  Validator(section.file(), names, report).map(section.node(), section.shape(), section.place().span);
}

}  // namespace docket::definition
