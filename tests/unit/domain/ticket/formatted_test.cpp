// SPDX-License-Identifier: Apache-2.0
// A formatted text is taken as it is checked here, whoever hands it in: kinds, places, sizes and addresses.
#include "domain/ticket/formatted.hpp"

#include "base/hash.hpp"
#include "unit/domain/ticket/checked_desk.hpp"

using namespace docket;
using namespace docket::test;

namespace {

using enum NodeKind;

FormattedNode node(NodeKind kind, Formatted children = {}) {
  FormattedNode out;
  out.kind = kind;
  out.children = std::move(children);
  return out;
}
FormattedNode words(std::string said) {
  FormattedNode out;
  out.text = std::move(said);
  return out;
}
FormattedNode link_to(std::string target, Formatted children = {words("here")}) {
  auto out = node(link, std::move(children));
  out.target = std::move(target);
  return out;
}
FormattedNode picture(std::int64_t attachment) {
  auto out = node(image);
  out.attachment = attachment;
  return out;
}

Formatted whole_mail() {
  auto title = node(heading, {words("标题")});
  title.level = 2;
  auto elsewhere = node(remote_image);
  elsewhere.text = "logo";
  return {title,
          node(paragraph, {words("一 "), node(strong, {words("二")}), node(line_break), link_to("https://a.example/x?y=1&z=中"), picture(7), elsewhere}),
          node(list, {node(item, {words("甲")}), node(item, {node(numbered_list, {node(item, {words("乙")})})})}),
          node(table, {node(row, {node(cell, {words("a")}), node(cell)})}),
          node(rule),
          node(quote, {node(paragraph, {node(emphasis, {words("他说")})}), node(preformatted, {words("x\n  y")})})};
}

std::string fault(const Formatted& formatted) {
  const auto checked = check_formatted(formatted, {7}, "/formatted");
  if (checked) return "none";
  REQUIRE(checked.error().fields.size() == 1);
  return checked.error().fields.at(0).pointer;
}

}  // namespace

TEST_CASE("a formatted text of every kind is taken", "[formatted]") {
  CHECK(fault({}) == "none");
  CHECK(fault(whole_mail()) == "none");
}

TEST_CASE("what stands where it can not stand is refused with its place", "[formatted]") {
  CHECK(fault({node(item, {words("x")})}) == "/formatted/0/kind");
  CHECK(fault({node(paragraph, {node(row)})}) == "/formatted/0/children/0/kind");
  CHECK(fault({node(table, {words("x")})}) == "/formatted/0/children/0/kind");
  CHECK(fault({node(table, {node(row, {words("x")})})}) == "/formatted/0/children/0/children/0/kind");
  CHECK(fault({node(list, {node(paragraph)})}) == "/formatted/0/children/0/kind");
  CHECK(fault({link_to("https://a.example", {node(strong, {link_to("https://b.example")})})}) ==
        "/formatted/0/children/0/children/0/kind");
}

TEST_CASE("a node has what its kind has, and nothing else", "[formatted]") {
  CHECK(fault({node(text)}) == "/formatted/0/text");
  auto two = words("x");
  two.children = {words("y")};
  CHECK(fault({two}) == "/formatted/0/children");
  two = words("x");
  two.target = "https://a.example";
  CHECK(fault({two}) == "/formatted/0/target");
  auto box = node(paragraph);
  box.text = "x";
  CHECK(fault({box}) == "/formatted/0/text");
  auto elsewhere = node(remote_image);
  elsewhere.target = "https://track.example/p.gif";
  CHECK(fault({elsewhere}) == "/formatted/0/target");
  elsewhere.target.reset();
  elsewhere.text = std::string(max_alternative_bytes + 1, 'x');
  CHECK(fault({elsewhere}) == "/formatted/0/text");
  for (const int level : {-1, 0, 7}) {
    auto title = node(heading);
    title.level = level;
    CHECK(fault({title}) == "/formatted/0/level");
  }
  CHECK(fault({node(heading)}) == "/formatted/0/level");
  CHECK(fault({node(image)}) == "/formatted/0/attachment");
  CHECK(fault({picture(8)}) == "/formatted/0/attachment");  // of another message
  for (const auto* said : {"a\x01", "a\x1b[31m", "a\xff", "\xed\xa0\x80", "a\x7f", "a\r"}) CHECK(fault({words(said)}) == "/formatted/0/text");
}

TEST_CASE("a link leads to http, https, mailto or tel, as a browser reads it too", "[formatted]") {
  for (const auto* good : {"https://a.example", "HTTP://a.example/%20", "mailto:a@b.example?subject=x", "tel:+86-10-1", "https://例子.中国/路"})
    CHECK(is_link_target(good));
  for (const auto* bad :
       {"", "https://", "mailto:", "javascript:alert(1)", "JaVaScRiPt:alert(1)", " https://a.example", "https://a.example\n", "java\tscript:x",
        "data:text/html,x", "vbscript:x", "file:///etc/passwd", "//a.example", "/local", "a.html", "blob:https://a.example/1",
        "https:a.example", "https:\\\\a.example", "https:///a.example", "https://a.example\" onclick=\"x", "https://a.example/<b>",
        "\x01javascript:x", "view-source:https://a.example", "https://a.example\\@b.example", "\xef\xbb\xbfhttps://a.example", "https://a\xff"})
    CHECK_FALSE(is_link_target(bad));
  CHECK_FALSE(is_link_target("https://" + std::string(max_target_bytes, 'x')));
}

TEST_CASE("depth, number of nodes and size have an end", "[formatted]") {
  const auto nested = [](std::size_t levels) {
    Formatted inner{words("x")};
    for (std::size_t i = 1; i < levels; ++i) {
      Formatted outer;
      outer.push_back(node(paragraph, std::move(inner)));
      inner = std::move(outer);
    }
    return inner;
  };
  CHECK(fault(nested(max_formatted_depth)) == "none");
  CHECK(fault(nested(max_formatted_depth + 1)) != "none");
  CHECK(fault(Formatted(max_formatted_nodes, node(rule))) == "none");
  CHECK(fault(Formatted(max_formatted_nodes + 1, node(rule))) != "none");
  CHECK(fault({words(std::string(max_formatted_bytes, 'x'))}) == "none");
  CHECK(fault({words(std::string(max_formatted_bytes / 2, 'x')), words(std::string(max_formatted_bytes / 2 + 1, 'x'))}) == "/formatted/1");
}

TEST_CASE("no two trees have one digest, and the spelling is for ever", "[formatted]") {
  const std::vector<Formatted> all{{},
                                   {words("a")},
                                   {words("a"), words("")},
                                   {words("")},
                                   {node(paragraph, {words("a")})},
                                   {node(paragraph), words("a")},
                                   {node(quote, {words("a")})},
                                   {link_to("https://a.example", {})},
                                   {link_to("https://a.example")},
                                   {picture(1)},
                                   {picture(2)},
                                   whole_mail()};
  std::vector<std::string> digests;
  for (const auto& one : all) digests.push_back(digest_of(one));
  std::ranges::sort(digests);
  CHECK(std::ranges::adjacent_find(digests) == digests.end());
  CHECK(digest_of({words("a")}) == to_hex(sha256("docket formatted 1\n1\ntext\n1\na-1\n0\n0\n0\n")));
}

TEST_CASE("the event holds the digest of what was formatted, and none where nothing was", "[formatted]") {
  const Principal li = agent(2, "li", {"support", "quality", "finance", "warehouse"});
  CheckedDesk desk;
  auto wish = a_return();
  wish.body = "标题 一二";
  wish.formatted = {node(paragraph, {node(strong, {words("标题")})})};
  const auto made = desk.run(li, wish);
  CHECK(events_of<MessageAdded>(made).at(0).formatted == digest_of(wish.formatted));
  CHECK(made.messages.at(0).formatted == wish.formatted);

  AddMessage plain;
  plain.body = "好";
  CHECK_FALSE(events_of<MessageAdded>(desk.run(li, plain)).at(0).formatted);

  AddMessage bad;
  bad.body = "x";
  bad.formatted = {link_to("javascript:alert(1)")};
  CHECK(desk.refused(li, bad).fields.at(0).pointer == "/formatted/0/target");
  wish.formatted = {picture(1)};
  CheckedDesk other;
  CHECK(other.refused(li, wish).fields.at(0).pointer == "/formatted/0/attachment");
}
