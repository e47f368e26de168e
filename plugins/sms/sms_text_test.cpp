// SPDX-License-Identifier: Apache-2.0
// Lengths, parts and numbers: the arithmetic that is paid for.
#include "phone_number.hpp"
#include "sms_text.hpp"
#include "support/catch.hpp"

using namespace docket::sms;

namespace {

std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}
int parts(const std::string& text) {
  return counted(text).parts;
}

}  // namespace

TEST_CASE("Chinese is UCS-2: 70 in one part, 67 in each of several", "[sms]") {
  CHECK(counted("").parts == 0);
  CHECK(counted("工单").alphabet == Alphabet::ucs2);
  CHECK(parts(repeated("单", 70)) == 1);
  CHECK(parts(repeated("单", 71)) == 2);
  CHECK(parts(repeated("单", 134)) == 2);
  CHECK(parts(repeated("单", 135)) == 3);
  CHECK(counted(repeated("a", 70) + "单").parts == 2);  // one such character makes all of it UCS-2
}

TEST_CASE("Latin is GSM: 160 in one part, 153 in each of several", "[sms]") {
  CHECK(counted("Ticket T-128: done @ 5pm").alphabet == Alphabet::gsm7);
  CHECK(parts(repeated("a", 160)) == 1);
  CHECK(parts(repeated("a", 161)) == 2);
  CHECK(parts(repeated("a", 306)) == 2);
  CHECK(parts(repeated("a", 307)) == 3);
  CHECK(counted("àèÇÜñ£").alphabet == Alphabet::gsm7);
  CHECK(counted("`").alphabet == Alphabet::ucs2);
  CHECK(counted("ç").alphabet == Alphabet::ucs2);
}

TEST_CASE("What counts twice is not torn apart", "[sms]") {
  CHECK(counted("{}").units == 4);
  CHECK(parts(repeated("€", 80)) == 1);
  CHECK(parts(repeated("€", 81)) == 2);
  // 153 is odd: an escape that would begin at its end begins the next part.
  CHECK(parts(repeated("a", 152) + "€" + repeated("a", 152)) == 3);
  CHECK(counted("😀").units == 2);
  CHECK(parts(repeated("😀", 35)) == 1);
  CHECK(parts(repeated("😀", 66)) == 2);  // 33 a part
  CHECK(parts(repeated("😀", 67)) == 3);
}

TEST_CASE("A text too long is cut between characters, in its alphabet", "[sms]") {
  CHECK(fitted("短", 1) == "短");
  const auto chinese = fitted(repeated("单", 300), 2);
  CHECK(parts(chinese) == 2);
  CHECK(counted(chinese).units == 134);
  CHECK(chinese.ends_with("单…"));
  const auto latin = fitted(repeated("a", 400), 2);
  CHECK(counted(latin).alphabet == Alphabet::gsm7);
  CHECK(counted(latin).units == 306);
  CHECK(latin.ends_with("a..."));
  const auto faces = fitted(repeated("😀", 300), 2);
  CHECK(parts(faces) == 2);
  CHECK(faces.size() % 4 == 3);  // whole faces and the mark
}

TEST_CASE("Bytes that are no text are counted and harm nobody", "[sms]") {
  CHECK(counted("\xFF\xFE").parts == 1);
  CHECK(counted("\xE5\xB7").parts == 1);
  CHECK(ucs2_hex("A单😀") == "00415355D83DDE00");
  CHECK(cleaned(" a\r\nb\rc\x01\x1b[31m\t\n ") == "a\nb\nc[31m");
}

TEST_CASE("Numbers as people write them become E.164", "[sms]") {
  for (const auto* given : {"13800001111", "138 0000 1111", "+86 138-0000-1111", "(+86)13800001111", "0086 13800001111", "8613800001111",
                            "013800001111", "１３８００００１１１１", "＋86 138 0000 1111", "+86 (0)13800001111"}) {
    CAPTURE(given);
    CHECK(e164(given, "86") == "+8613800001111");
  }
  CHECK(e164("021-6888 1234", "86") == "+862168881234");
  CHECK(e164("+1 (415) 555-2671", "86") == "+14155552671");
  CHECK(e164("0151 2345678", "49") == "+491512345678");
  for (const auto* given : {"", "+", "110", "ask for Lin", "13800001111 转 8001", "13800001111, 13900001111", "+8613800001111+", "123456789012345678"}) {
    CAPTURE(given);
    CHECK_FALSE(e164(given, "86"));
  }
}

TEST_CASE("A fixed line gets no SMS; gateways get the number as they want it", "[sms]") {
  CHECK(takes_sms("+8613800001111"));
  CHECK_FALSE(takes_sms("+862168881234"));
  CHECK_FALSE(takes_sms("+864008001234"));
  CHECK_FALSE(takes_sms("+8612000001111"));
  CHECK(takes_sms("+14155552671"));
  CHECK(written("+8613800001111", NumberStyle::e164, "86") == "+8613800001111");
  CHECK(written("+8613800001111", NumberStyle::digits, "86") == "8613800001111");
  CHECK(written("+8613800001111", NumberStyle::national, "86") == "13800001111");
  CHECK(written("+14155552671", NumberStyle::national, "86") == "0014155552671");
  CHECK(masked("+8613800001111") == "+86138****1111");
}
