// SPDX-License-Identifier: Apache-2.0
#include "base/search_text.hpp"

#include "support/catch.hpp"

using namespace docket;

TEST_CASE("Latin words and numbers are tokens, folded") {
  CHECK(search_tokens("Hello, WORLD! SO-2024-001") == "hello world so 2024 001");
  CHECK(search_tokens("Ｆｕｌｌ　Ｗｉｄｔｈ") == "full width");
  CHECK(search_tokens("Straße café") == "strasse café");
  CHECK(search_tokens("").empty());
  CHECK(search_tokens("!?, \n").empty());
  CHECK(search_tokens(std::string(100, 'x')) == std::string(48, 'x'));
}

TEST_CASE("every character of a run begins a token") {
  CHECK(search_tokens("申请退货") == "申请 请退 退货 货");
  CHECK(search_tokens("货") == "货");
  CHECK(search_tokens("iPhone退货2次") == "iphone 退货 货 2 次");
  CHECK(search_tokens("退货,退款") == "退货 货 退款 款");
  CHECK(search_tokens("サーバー") == "サー ーバ バー ー");
  CHECK(search_tokens("𠮷野家") == "𠮷野 野家 家");
}

TEST_CASE("a query asks for what the index has") {
  using Terms = std::vector<SearchTerm>;
  CHECK(search_terms("退货") == Terms{{"退货"}});
  CHECK(search_terms("退货单") == Terms{{"退货"}, {"货单"}});
  CHECK(search_terms("退") == Terms{{"退", true}});
  CHECK(search_terms("refund 退货 REFUND") == Terms{{"refund"}, {"退货"}});
  CHECK(search_terms("a b c d", 2).size() == 2);
  CHECK(search_terms("\" OR *").size() == 1);  // "or", a word like any other
  CHECK(search_terms("").empty());
}

TEST_CASE("only token characters come out, whatever goes in") {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = "a" + std::string(1, static_cast<char>(byte)) + "b\"(退*";
    for (const char c : search_tokens(text)) {
      const auto u = static_cast<unsigned char>(c);
      CHECK((c == ' ' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || u >= 0x80));
    }
  }
}

TEST_CASE("names lose what can not be seen") {
  CHECK(display_text("  张\u200b三\u202e \t李\n") == "张三 李");
  CHECK(display_text("a\x01\x7f\xff"
                     "b") == "ab");
  CHECK(display_text("\u2066\u2069").empty());
}

TEST_CASE("what can be stored is well-formed and without NUL") {
  CHECK(is_storable_text("工单"));
  CHECK_FALSE(is_storable_text(std::string_view("a\0b", 3)));
  CHECK_FALSE(is_storable_text("\xc0\x80"));
}
