// SPDX-License-Identifier: Apache-2.0
// What the parts of a desk are called in Chinese, for sentences that refuse something: by their titles, in the words of
// the pages. What has no title is called by its name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/value.hpp"

namespace docket::domain {

struct Definitions;
struct Form;
struct Title;
struct Transition;
struct Workflow;
enum class Right;

/// “退款中”; the name in the same marks where there is no title.
[[nodiscard]] std::string zh_quoted(const Title& title, std::string_view name);
/// “a”、“b”, at most twenty of them.
[[nodiscard]] std::string zh_quoted(const std::vector<std::string>& words);
/// “分派”
[[nodiscard]] std::string zh_right(Right right);
/// A field of the catalogue, without marks: 优先级. The name itself where it has none.
[[nodiscard]] std::string_view zh_field(std::string_view name);

/// Lives on the stack of a refusal and borrows the definitions. Everything that it returns stands in marks.
class ChineseNames {
 public:
  /// Of a desk; form and workflow are those of the ticket that it is about, or null.
  explicit ChineseNames(const Definitions& definitions, const Form* form = nullptr, const Workflow* workflow = nullptr)
      : definitions_(definitions), form_(form), workflow_(workflow) {}

  [[nodiscard]] std::string team(const std::string& name) const;
  [[nodiscard]] std::string roles(const std::vector<std::string>& names) const;
  [[nodiscard]] std::string type(const std::string& name) const;
  [[nodiscard]] std::string state(std::string_view name) const;
  [[nodiscard]] std::string states(const std::vector<std::string>& names) const;
  [[nodiscard]] std::string step(const Transition& transition) const;
  /// A field of the catalogue, or "field.<name>" of the form.
  [[nodiscard]] std::string field(std::string_view name) const;
  /// A value that the field is compared with: a state, a priority, a choice of the form, or what was written.
  [[nodiscard]] std::string value(std::string_view field, const Value& value) const;

 private:
  [[nodiscard]] std::string word(std::string_view field, const std::string& value) const;

  const Definitions& definitions_;
  const Form* form_;
  const Workflow* workflow_;
};

}  // namespace docket::domain
