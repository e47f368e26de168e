// SPDX-License-Identifier: Apache-2.0
// The HTML of mails as the desk gets it: what agents shall see is there, in its shape, and nothing that runs or fetches.
#include "mail/formatted.hpp"

#include <algorithm>

#include "mail/body_text.hpp"
#include "mail/incoming.hpp"
#include "support/catch.hpp"

using namespace docket::mail;

namespace {

namespace json = docket::sdk::json;

std::vector<Node> shape(std::string_view html) {
  auto tree = safe_tree(html);
  REQUIRE(tree);
  return shaped(std::move(*tree));
}

/// In one line: p(words b(more)), texts in quotes.
std::string sketch(const json::array& nodes) {
  std::string out;
  for (const auto& value : nodes) {
    const auto& node = value.as_object();
    const auto kind = docket::sdk::text_of(node, "kind");
    if (!out.empty()) out += ' ';
    if (kind == "text") {
      out += "'" + docket::sdk::text_of(node, "text") + "'";
      continue;
    }
    out += kind;
    if (const auto* level = node.if_contains("level")) out += std::to_string(level->as_int64());
    if (const auto* file = node.if_contains("attachment")) out += "#" + std::to_string(file->as_int64());
    if (const auto* words = node.if_contains("text")) out += "=" + std::string(words->as_string());
    if (const auto* target = node.if_contains("target")) out += "<" + std::string(target->as_string()) + ">";
    if (const auto* children = node.if_contains("children")) out += "(" + sketch(children->as_array()) + ")";
  }
  return out;
}
std::string sketch(std::string_view html) {
  return sketch(formatted_json(shape(html), {{"pic@x", 7}}));
}

}  // namespace

TEST_CASE("what a mail is made of comes through in its shape") {
  CHECK(sketch("<html><body><h2> 标题 </h2><p>一 <b>二</b><br>三 <i>四</i></p><hr><pre>x\n  y</pre></body></html>") ==
        "heading2('标题') paragraph('一 ' strong('二') line_break '三 ' emphasis('四')) rule preformatted('x\n  y')");
  CHECK(sketch("<ul><li>甲<li><p>乙</p><ol><li>丙</ol></ul>") == "list(item('甲') item('乙' numbered_list(item('丙'))))");
  CHECK(sketch("<table><tr><th>品名</th><th>数量</th></tr><tr><td><p>泵</p></td><td></td></tr></table>") ==
        "table(row(cell('品名') cell('数量')) row(cell('泵') cell))");
  CHECK(sketch("<p>见 <a href='https://a.example/x y\"'>这里</a> <a href='tel:10086'>电话</a></p>") ==
        "paragraph('见 ' link<https://a.example/x%20y%22>('这里') ' ' link<tel:10086>('电话'))");
  CHECK(sketch("<p>看图 <img src='cid:pic@x' alt='裂缝'> <img src='cid:gone@x' alt='没有'></p>") ==
        "paragraph('看图 ' image#7=裂缝 ' ' '[没有]')");
}

TEST_CASE("pictures elsewhere are a place that says so, without their address; counting pixels are nothing") {
  CHECK(sketch("<p>a<img src='https://t.example/u?id=9' alt='logo'></p>") == "paragraph('a' remote_image=logo)");
  CHECK(sketch("<p>a</p><img src='//t.example/p.gif' width=1 height=1>") == "paragraph('a')");
}

TEST_CASE("boxes for layout leave nothing but what is in them") {
  CHECK(sketch("<div><div><div>一</div></div><div>&nbsp;</div><div><br></div><div>二</div></div>") ==
        "paragraph('一') paragraph('二')");
  CHECK(sketch("<table width=600><tr><td><table><tr><td><p>一</p></td></tr><tr><td>二</td></tr></table></td></tr></table>") ==
        "paragraph('一') paragraph('二')");
  CHECK(sketch("<table role=presentation><tr><td>电话</td><td>10086</td></tr></table>") == "paragraph('电话' '  ' '10086')");
  CHECK(sketch("一<br><br>二<br>三") == "paragraph('一') paragraph('二' line_break '三')");
  CHECK(sketch("<b><p>一</p><p>二</p></b>") == "paragraph(strong('一')) paragraph(strong('二'))");
  CHECK(sketch("<a href='https://a.example'><table><tr><td>按钮</td></tr></table></a>") == "paragraph(link<https://a.example>('按钮'))");
  CHECK(sketch("<ul>散<li>甲</li><ul><li>乙</li></ul></ul>") == "list(item('散') item('甲') item(list(item('乙'))))");
}

TEST_CASE("what the writer only repeats is one quotation at the end") {
  const std::string_view quoted = "quote(paragraph('On Mon, Zhang wrote:') quote(paragraph('早先'))";
  CHECK(sketch("<div dir=ltr>新的</div><div class='gmail_quote'><div>On Mon, Zhang wrote:</div><blockquote>早先</blockquote></div>")
            .find(quoted) != std::string::npos);
  CHECK(sketch("<p>新的</p><p>On Mon, Zhang wrote:</p><blockquote>早先</blockquote>").find(quoted) != std::string::npos);
  CHECK(sketch("<div>新的</div><div>------------------ 原始邮件 ------------------</div><div>发件人: a</div><div>早先</div>") ==
        "paragraph('新的') quote(paragraph('------------------ 原始邮件 ------------------') paragraph('发件人: a') paragraph('早先'))");
  CHECK(sketch("<p>New</p><div><b>From:</b> a@b.example<br><b>Sent:</b> Monday<br><b>To:</b> c<br><b>Subject:</b> x</div><p>old</p>")
            .starts_with("paragraph('New') quote(paragraph(strong('From:')"));
  CHECK(sketch("<div>新的<br>-----Original Message-----<br>old</div>") ==
        "paragraph('新的') quote(paragraph('-----Original Message-----' line_break 'old'))");
  // A mail that is nothing but a quotation is shown as it is, and an answer below a quotation stays in sight.
  CHECK(sketch("<div>-----Original Message-----</div><p>old</p>").starts_with("paragraph"));
  CHECK(sketch("<blockquote>问题</blockquote><p>回答</p>") == "quote(paragraph('问题')) paragraph('回答')");
}

TEST_CASE("nothing that runs, fetches or leads elsewhere stays of hostile HTML") {
  const std::vector<std::string> hostile{
      "<script>HIT</script>",
      "<ScRiPt src=https://evil.example/HIT></sCrIpT>",
      "</title><script>HIT</script>",
      "<img src=x onerror=HIT>",
      "<img src='cid:pic@x' onload=HIT srcset='https://evil.example/HIT 2x'>",
      "<p onclick=HIT style='background:url(https://evil.example/HIT)' class=HIT id=HIT>x</p>",
      "<div style='position:fixed;inset:0;HIT'>x</div>",
      "<style>@import 'https://evil.example/HIT';*{background:url(HIT)}</style>",
      "<link rel=stylesheet href=https://evil.example/HIT>",
      "<a href='javascript:HIT'>x</a>",
      "<a href=' &#1;jAvAsCrIpT:HIT'>x</a>",
      "<a href='java\tscript:HIT'>x</a>",
      "<a href='&#106;avascript&colon;HIT'>x</a>",
      "<a href='data:text/html,HIT'>x</a>",
      "<a href='vbscript:HIT'>x</a>",
      "<a href='//evil.example/HIT'>x</a>",
      "<a href='https:\\\\evil.example/HIT'>x</a>",
      "<a href='blob:HIT'>x</a>",
      "<a href='/api/v1/HIT'>x</a>",
      "<img src='data:image/svg+xml,<svg onload=HIT>'>",
      "<img src='javascript:HIT'>",
      "<svg><script>HIT</script><a xlink:href='javascript:HIT'><text>HIT</text></a></svg>",
      "<svg><animate onbegin=HIT attributeName=x dur=1s></svg>",
      "<svg><foreignObject><iframe src='javascript:HIT'></iframe></foreignObject></svg>",
      "<math><mtext><table><mglyph><style><img src=x onerror=HIT></style></mglyph></table></mtext></math>",
      "<math><annotation-xml encoding='text/html'><img src=x onerror=HIT></annotation-xml></math>",
      "<meta http-equiv=refresh content='0;url=https://evil.example/HIT'>",
      "<base href='https://evil.example/HIT'>",
      "<form action='https://evil.example/HIT'><input name=HIT value=HIT><button formaction='javascript:HIT'></button></form>",
      "<iframe src='https://evil.example/HIT' srcdoc='<script>HIT</script>'></iframe>",
      "<object data='https://evil.example/HIT'><param value=HIT></object>",
      "<embed src='https://evil.example/HIT'>",
      "<video poster=HIT><source src=HIT onerror=HIT></video>",
      "<audio src=HIT onerror=HIT></audio>",
      "<template><script>HIT</script></template>",
      "<noscript><p title='</noscript><img src=x onerror=HIT>'></noscript>",
      "<listing>&lt;img src=x onerror=1&gt;</listing>",
      "<svg></p><style><a id='</style><img src=x onerror=HIT>'>",
      "<svg><p><style><g title='</style><img src=x onerror=HIT>'>",
      "<form><math><mtext></form><form><mglyph><style></math><img src onerror=HIT>",
      "<select><option>HIT</option><script>HIT</script></select>",
      "<textarea></textarea><xmp><p title='</xmp><img src=x onerror=HIT>'></p></xmp>",
      "<!--><img src=x onerror=HIT>-->",
      "<![CDATA[<img src=x onerror=HIT>]]>",
      "<a href='https://good.example' ping='https://evil.example/HIT' onmouseover=HIT target=_self>x</a>",
      "<table background='https://evil.example/HIT'><tr><td background=HIT>x</td><td>y</td></tr></table>",
      "<portal src=HIT></portal><dialog open onclose=HIT></dialog><marquee onstart=HIT>x</marquee>"};
  for (const auto& html : hostile) {
    INFO(html);
    const auto text = json::serialize(formatted_json(shape("<p>before</p>" + html + "<p>after</p>"), {{"pic@x", 7}}));
    // Words that a parser left as words are words; the names of what was dropped are nowhere else.
    const auto tree = json::parse(text);
    const auto check = [](const auto& self, const json::array& nodes) -> void {
      for (const auto& value : nodes) {
        const auto& node = value.as_object();
        for (const auto& member : node) {
          const std::string_view name = member.key();
          CHECK((name == "kind" || name == "text" || name == "target" || name == "level" || name == "attachment" || name == "children"));
        }
        const auto target = docket::sdk::text_of(node, "target");
        CHECK((target.empty() || target == "https://good.example"));
        if (const auto* children = node.if_contains("children")) self(self, children->as_array());
      }
    };
    check(check, tree.as_array());
    CHECK(text.find("evil.example") == std::string::npos);
    CHECK(text.find("before") != std::string::npos);
  }
}

TEST_CASE("a text beyond what the desk takes has no formatted twin") {
  std::string wide;
  for (int i = 0; i < 3'000; ++i) wide += "<p>x</p><hr>";
  CHECK(formatted_json(shape(wide), {}).empty());
  CHECK(formatted_json(shape("<b>" + std::string(300'000, 'x') + "</b>"), {}).empty());
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "<blockquote>";
  const auto nested = formatted_json(shape(deep + "words"), {});
  CHECK(json::serialize(nested).find("words") != std::string::npos);
  const auto depth = [](const auto& self, const json::array& nodes) -> std::size_t {
    std::size_t most = 0;
    for (const auto& node : nodes) {
      const auto* children = node.as_object().if_contains("children");
      most = std::max(most, children == nullptr ? 1 : 1 + self(self, children->as_array()));
    }
    return most;
  };
  CHECK(depth(depth, nested) <= deepest_formatted);
}

TEST_CASE("a mail of plain paragraphs needs no twin") {
  CHECK_FALSE(is_formatted(shape("<div>一</div><div>二<br>三</div>")));
  CHECK(is_formatted(shape("<div>一 <b>二</b></div>")));
  CHECK(is_formatted(shape("<div>一</div><blockquote>二</blockquote>")));
  const auto lines = sketch(formatted_json({paragraph_of("日程：例会\n地点：三楼")}, {}));
  CHECK(lines == "paragraph('日程：例会' line_break '地点：三楼')");
}
