// SPDX-License-Identifier: Apache-2.0
// What differs between two desks, and which tickets a candidate leaves behind.
#include "definition/plan.hpp"

#include <algorithm>

#include "definition/compile.hpp"
#include "small_desk.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::definition;

namespace {

std::shared_ptr<const domain::Definitions> compiled(Bundle bundle) {
  const auto result = compile(bundle, in_june);
  INFO(render_text(result.diagnostics, bundle.files));
  REQUIRE(result.definitions);
  return result.definitions;
}

Bundle with(const std::string& from, const std::string& to) {
  auto bundle = small_desk();
  auto& text = bundle.files["desk.yaml"];
  std::size_t at = 0, found = 0;
  while ((at = text.find(from, at)) != std::string::npos) {
    text.replace(at, from.size(), to);
    at += to.size();
    ++found;
  }
  REQUIRE(found > 0);
  return bundle;
}

std::string planned(const Bundle& after, Language language = Language::en) {
  const auto count = [](const std::string&, const std::string& state) { return state == "new" ? std::int64_t{12} : 0; };
  return render_plan(plan(*compiled(small_desk()), *compiled(after), in_june, count), language);
}

}  // namespace

TEST_CASE("nothing differs") {
  CHECK(planned(small_desk()) == "Nothing differs.\n");
}

TEST_CASE("each difference is a line") {
  CHECK(planned(with("limit: 4h", "limit: 8h")) == "~ workflow `simple`\n    state `new`: limit: 4h → 8h\n");
  CHECK(planned(with("rights: [ticket_read,", "rights: [ticket_note,")) ==
        "~ role `lead`\n    gets the right ticket_note\n    loses the right ticket_read\n");
  CHECK(planned(with("13:30-18:00", "13:30-17:00")) ==
        "~ calendar `office`\n    working time differs, first around 2025-06-02\n");
  CHECK(planned(with("title: 金额, kind: number", "title: 总额, kind: number, required: true")) ==
        "~ form `ask`\n    field `amount`: title: `金额` → `总额`\n    field `amount`: required: no → yes\n");
  CHECK(planned(with("name: 小服务台", "name: 大服务台")) == "~ desk\n    name: `小服务台` → `大服务台`\n");
  CHECK(planned(with("body: 你好", "body: 您好")) == "~ text `hello`\n    body (zh) changed\n");
  const auto views = [](const std::string& order) {
    auto bundle = small_desk();
    bundle.files["views.yaml"] = "views: {v: {title: 视" + order + "}}\n";
    return compiled(bundle);
  };
  const auto none = [](const std::string&, const std::string&) { return std::int64_t{0}; };
  CHECK(render_plan(plan(*views(""), *views(", order: ascending"), in_june, none)) == "~ view `v`\n    order: nothing → ascending\n");
}

TEST_CASE("the same lines in Chinese") {
  const auto in_chinese = [](const Bundle& after) { return planned(after, Language::zh); };
  CHECK(in_chinese(small_desk()) == "没有差异。\n");
  CHECK(in_chinese(with("limit: 4h", "limit: 8h")) == "~ 流程 `simple`\n    节点 `new`：limit：4h → 8h\n");
  CHECK(in_chinese(with("rights: [ticket_read,", "rights: [ticket_note,")) ==
        "~ 角色 `lead`\n    增加权限 ticket_note\n    去掉权限 ticket_read\n");
  CHECK(in_chinese(with("13:30-18:00", "13:30-17:00")) ==
        "~ 工作日历 `office`\n    工作时间有变，最早在 2025-06-02 前后\n");
  CHECK(in_chinese(with("title: 金额, kind: number", "title: 总额, kind: number, required: true")) ==
        "~ 表单 `ask`\n    字段 `amount`：title：`金额` → `总额`\n    字段 `amount`：required：否 → 是\n");
  CHECK(in_chinese(with("body: 你好", "body: 您好")) == "~ 通知文本 `hello`\n    body (zh) 有改动\n");
}

TEST_CASE("rules are compared by name, and their order counts") {
  const auto rules = [](const std::string& list) {
    auto bundle = small_desk();
    bundle.files["rules.yaml"] = "dispatch: [" + list + "]\n";
    return bundle;
  };
  const std::string a = "{name: a, team: service, when: {field: urges, operator: is, value: 1}}";
  const std::string b = "{name: b, team: service, when: {field: urges, operator: is, value: 2}}";
  const std::string skilled = "{name: b, team: service, skills: [x], when: {field: urges, operator: is, value: 2}}";
  const auto none = [](const std::string&, const std::string&) { return std::int64_t{0}; };
  const auto difference = [&](const std::string& before, const std::string& after) {
    return render_plan(plan(*compiled(rules(before)), *compiled(rules(after)), in_june, none));
  };
  CHECK(difference(a, a + ", " + b) == "+ dispatch rule `b`\n");
  CHECK(difference(a + ", " + b, a) == "- dispatch rule `b`\n");
  CHECK(difference(a + ", " + b, a + ", " + skilled) == "~ dispatch rule `b`\n    skills: nothing → x\n");
  CHECK(difference(a + ", " + b, b + ", " + a) == "~ dispatch rule\n    order: a, b → b, a\n");
}

TEST_CASE("tickets in removed states are counted, with the state that it perhaps became") {
  auto renamed = with("name: new,", "name: fresh,");
  auto& text = renamed.files["desk.yaml"];
  for (const auto& [from, to] :
       {std::pair<std::string, std::string>{"initial: new", "initial: fresh"}, {"from: [new]", "from: [fresh]"}}) {
    text.replace(text.find(from), from.size(), to);
  }
  const auto text_of_plan = planned(renamed);
  CHECK_THAT(text_of_plan, Catch::Contains("    state `fresh` added\n    state `new` removed\n"));
  CHECK_THAT(text_of_plan, Catch::EndsWith("  12 in `simple/new`; perhaps --map simple/new=fresh\n"));
}
