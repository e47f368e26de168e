// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.hpp"

#include <fmt/args.h>

#include <iostream>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/both.hpp"
#include "base/suggest.hpp"
#include "cli/language.hpp"

namespace docket::cli {
namespace {

/// As CLI11 words them in Error.hpp and Validators.hpp; the narrower ones first. {} is what differs.
constexpr std::pair<std::string_view, std::string_view> chinese[] = {
    {"A subcommand is required", "请给出一个子命令"},
    {"{} is required", "缺少必填项 {}"},
    {"The following argument was not expected: {}", "多余的参数：{}"},
    {"The following arguments were not expected: {}", "多余的参数：{}"},
    {"Could not convert: {}", "无法识别的值：{}"},
    {"{}: {} required {} missing", "{} 后面缺少值"},
    {"{}: Value {} not in range {} to {}", "{}：{} 不在 {} 到 {} 之间"},
    {"{}: {} not in {}", "{}：`{}` 不是 {} 之一"},
    {"{} requires {}", "{} 须与 {} 一起使用"},
};

/// What stands in `text` where `pattern` has its gaps; none where the rest differs.
std::optional<fmt::dynamic_format_arg_store<fmt::format_context>> filled_in(std::string_view text, std::string_view pattern) {
  fmt::dynamic_format_arg_store<fmt::format_context> parts;
  for (bool first = true;; first = false) {
    const auto gap = pattern.find("{}");
    const auto words = pattern.substr(0, gap);
    const auto at = gap == std::string_view::npos && !first && text.ends_with(words) ? text.size() - words.size() : text.find(words);
    if (at == std::string_view::npos || (first && at != 0)) return {};
    if (!first) parts.push_back(std::string(text.substr(0, at)));
    text.remove_prefix(at + words.size());
    if (gap == std::string_view::npos) return text.empty() ? std::optional(std::move(parts)) : std::nullopt;
    pattern.remove_prefix(gap + 2);
  }
}

/// A word that is no command, with the one that was perhaps meant.
Said no_command(const CLI::App& app, const std::string& word) {
  std::vector<std::string_view> names;
  for (const auto* sub : app.get_subcommands([](const CLI::App* each) { return !each->get_group().empty(); })) names.push_back(sub->get_name());
  const auto meant = nearest(word, names);
  if (meant.empty()) return both("There is no command `{}`.", "没有命令 `{}`。", word);
  return both("There is no command `{}`. Did you mean `{}`?", "没有命令 `{}`。是想用 `{}` 吗？", word, meant);
}

/// What the parser did not know goes before what it misses: that is often what was meant by it.
Said parser_said(const CLI::App& root, const CLI::Error& error) {
  const auto* asked = &root;
  for (auto below = root.get_subcommands(); !below.empty(); below = asked->get_subcommands()) asked = below.front();
  const auto unknown = root.remaining(true);
  if (unknown.empty() || dynamic_cast<const CLI::RequiredError*>(&error) == nullptr) return said_of(error);
  if (asked->get_require_subcommand_min() > 0 && !unknown.front().starts_with('-')) return no_command(*asked, unknown.front());
  return said_of(CLI::ExtrasError(unknown));
}

std::string parser_failure(const CLI::App* app, const CLI::Error& error) {
  const auto help = app->get_help_ptr()->get_name();
  const auto what = parser_said(*app, error);
  return spoken({what.en + "\nRun with " + help + " for more information.\n", what.zh + "\n加 " + help + " 查看用法。\n"});
}

}  // namespace

int tell(const server::ControlAnswer& answer) {
  (answer.ok ? std::cout : std::cerr) << spoken(answer.said()) << "\n";
  return answer.ok ? 0 : 1;
}

Said said_of(const CLI::Error& error) {
  const std::string en = error.what();
  for (const auto& [pattern, words] : chinese) {
    if (const auto parts = filled_in(en, pattern)) return {en, fmt::vformat(words, *parts)};
  }
  return {en, en};
}

void speak(CLI::App& root) {
  root.failure_message(&parser_failure);
  if (spoken_language() != Language::zh) return;
  const auto formatter = std::make_shared<CLI::Formatter>();
  for (const auto& [label, words] : {std::pair{"Usage", "用法"}, {"OPTIONS", "选项"}, {"SUBCOMMAND", "子命令"}, {"SUBCOMMANDS", "子命令"},
                                     {"Positionals", "参数"}, {"REQUIRED", "必填"}, {"Needs", "须同时给出"}, {"TEXT", "文字"},
                                     {"UINT", "数"}, {"INT", "数"}, {"FLOAT", "数"}})
    formatter->label(label, words);
  root.formatter(formatter);
  root.option_defaults()->group("选项");
  root.group("子命令");  // which subcommands take over
  root.set_help_flag("-h,--help", "显示用法");
}

}  // namespace docket::cli
