// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"

#include "support/catch.hpp"

using namespace docket;

TEST_CASE("UTF-8 is checked by the standard's table") {
  for (const auto* good :
       {"", "a", "退货", "\xF0\x9F\x98\x80", "\xEF\xBF\xBD", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF", "\xEE\x80\x80"}) {
    CHECK(is_utf8(good));
  }
  for (const auto* bad :
       {"\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xFF", "\xE9\x80", "\xE9", "\xF0\x9F\x98", "\xC3(", "a\xE9\x80\x28"}) {
    CHECK_FALSE(is_utf8(bad));
  }
}

TEST_CASE("characters are code points and are never cut") {
  CHECK(count_characters("退货a😀") == 4);
  CHECK(first_characters("退货a😀", 0).empty());
  CHECK(first_characters("退货a😀", 1) == "退");
  CHECK(first_characters("退货a😀", 3) == "退货a");
  CHECK(first_characters("退货a😀", 4) == "退货a😀");
  CHECK(first_characters("退货a😀", 99) == "退货a😀");
}

TEST_CASE("folding makes spellings of a word equal") {
  CHECK(fold("Refund URGENT 42") == "refund urgent 42");
  CHECK(fold("ＶＩＰ客户") == fold("vip客户"));
  CHECK(fold("Straße") == fold("STRASSE"));
  CHECK(fold("ﬁle") == "file");
  CHECK(fold("退货") == "退货");
  CHECK(fold("A\xFF退") == "a\xFF退");
}
