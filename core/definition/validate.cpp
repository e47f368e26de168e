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

std::string_view kind_words(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::nothing:
      return "nothing";
    case YamlNode::Kind::scalar:
      return "a single value";
    case YamlNode::Kind::list:
      return "a list";
    case YamlNode::Kind::map:
      return "a map";
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
        report_.error({file_, anchor}, "missing_key", "`" + std::string(key.name) + "` is missing here",
                      describe_value(key));
      }
    }
    if (shape.exactly_one && given != 1) {
      report_.error({file_, anchor}, "exactly_one", given == 0 ? "this is empty" : "this holds several things at once",
                    one_of_keys(shape));
    }
  }

 private:
  static std::string one_of_keys(const Shape& shape) {
    std::string out = "exactly one of ";
    for (std::size_t i = 0; i < shape.keys.size(); ++i) out += (i == 0 ? "" : ", ") + std::string(shape.keys[i].name);
    return out;
  }

  void unknown_key(const YamlEntry& entry, const Shape& shape) {
    std::vector<std::string_view> known;
    std::string list;
    for (const auto& key : shape.keys) {
      known.push_back(key.name);
      list += (list.empty() ? "" : ", ") + std::string(key.name);
    }
    const auto suggestion = nearest(entry.key, known);
    report_.error({file_, entry.span}, "unknown_key",
                  "there is no key " + quoted(entry.key) + " in a " + std::string(shape.name),
                  suggestion.empty() ? "one of " + list : "", std::string(suggestion));
  }

  void value(const YamlNode& node, const Key& key, Span key_span) {
    if (node.kind == YamlNode::Kind::nothing) {
      report_.error({file_, key_span}, "missing_value", "`" + std::string(key.name) + "` has no value",
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
    report_.error({file_, node.span}, "wrong_type",
                  "`" + std::string(key.name) + "` is " + std::string(kind_words(node.kind)) + " here",
                  describe_value(key));
  }

  void list(const YamlNode& node, const Key& key) {
    if (node.kind != YamlNode::Kind::list) return wrong_kind(node, key);
    too_many(node.items.size(), key, node.span);
    if (key.required && node.items.empty() && key.type != ValueType::shape && key.type != ValueType::text) {
      report_.error({file_, node.span}, "empty_list", "`" + std::string(key.name) + "` is empty", describe_value(key));
    }
    std::vector<std::pair<std::string, Span>> seen;
    for (const auto& item : node.items) {
      if (item.kind == YamlNode::Kind::nothing) {
        report_.error({file_, item.span}, "missing_value", "this item is empty", describe_value(key));
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
      report_.error(
          {file_, name->span}, "duplicate_name",
          quoted(name->text) + " stands twice in this list; the first is in line " + std::to_string(first->second.line),
          "each once");
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
      report_.error({file_, entry.span}, "missing_value", quoted(entry.key) + " has no value", describe_value(key));
    } else {
      one(entry.value, key, entry.span);
    }
  }

  void too_many(std::size_t count, const Key& key, Span span) {
    if (count <= key.max_items) return;
    report_.error({file_, span}, "too_many",
                  "`" + std::string(key.name) + "` holds " + std::to_string(count) + " things",
                  "at most " + std::to_string(key.max_items));
  }

  void bad_name(std::string_view text, Span span) {
    report_.error({file_, span}, "bad_name", quoted(text) + " can not be a name",
                  "a–z, 0–9 and _, a letter first, at most 63 characters; what people see is the title");
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
        report_.error({file_, entry.span}, "unknown_key", "there is no language " + quoted(entry.key), "zh and en");
      } else if (entry.value.kind != YamlNode::Kind::scalar) {
        wrong_kind(entry.value, key);
      } else {
        title_text(entry.value, key);
      }
    }
    if (node.find("zh") == nullptr)
      report_.error({file_, node.span}, "missing_key", "`zh` is missing here", describe_value(key));
  }

  void title_text(const YamlNode& node, const Key& key) {
    if (!clean(node)) return;
    if (node.text.find('\n') != std::string::npos) {
      report_.error({file_, node.span}, "bad_value", "a title is one line", describe_value(key));
    } else if (count_characters(node.text) > 100) {
      report_.error({file_, node.span}, "too_long", "this title is longer than 100 characters", "a shorter title");
    }
  }

  void free_value(const YamlNode& node) {
    if (node.kind == YamlNode::Kind::map) {
      report_.error({file_, node.span}, "wrong_type", "this is a map",
                    "a text, a number, true or false, or a list of texts");
      return;
    }
    for (const auto& item : node.items) {
      if (item.kind != YamlNode::Kind::scalar) {
        report_.error({file_, item.span}, "wrong_type", "this is " + std::string(kind_words(item.kind)) + " in a list",
                      "a text");
      } else {
        static_cast<void>(clean(item));
      }
    }
    if (node.kind == YamlNode::Kind::scalar) static_cast<void>(clean(node));
  }

  /// Text without what escapes can smuggle in, and not empty.
  bool clean(const YamlNode& node) {
    if (node.text.empty()) {
      report_.error({file_, node.span}, "bad_value", "this text is empty", "at least one character");
      return false;
    }
    if (has_control_characters(node.text) || !is_utf8(node.text)) {
      report_.error({file_, node.span}, "bad_value", "this text holds control characters or broken Unicode",
                    "plain text");
      return false;
    }
    return true;
  }

  void bad_value(const YamlNode& node, const Key& key, std::string suggestion = {}) {
    report_.error({file_, node.span}, "bad_value",
                  quoted(node.text) + " is no value for `" + std::string(key.name) + "`",
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
          report_.error({file_, node.span}, "too_long",
                        "this text is longer than " + std::to_string(key.max_length) + " characters", "a shorter text");
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
                    "working time is not counted in days, since a working day has as many hours as its calendar",
                    "hours of work, for example 8h instead of 1d");
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
    std::string expected;
    for (std::size_t i = 0; i < known.size() && i < 20; ++i) expected += (i == 0 ? "one of " : ", ") + known[i];
    report_.error(
        {file_, node.span}, "unknown_name",
        "there is no " + std::string(describe_reference(key.refers)).substr(2) + " named " + quoted(node.text),
        expected, nearest_of(node.text, known));
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

void validate(const Section& section, const DeclaredNames& names, Report& report) {
  Validator(section.file(), names, report).map(section.node(), section.shape(), section.place().span);
}

}  // namespace docket::definition
