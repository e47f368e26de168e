// SPDX-License-Identifier: Apache-2.0
#include "desk/password_rules.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace docket::desk {
namespace {

// What is tried first among passwords of twelve characters or more; shorter ones are refused anyway. Folded.
constexpr std::array<std::string_view, 84> first_tries{
    "123456654321",     "112233445566",   "123123456456",     "111222333444",   "121212343434",     "147258369147",
    "147258369000",     "789456123000",   "159357159357",     "987654321000",   "000987654321",     "password1234",
    "password12345",    "password123456", "passw0rd1234",     "password2024",   "password2025",     "password2026",
    "passwordpassword", "p@ssw0rd1234",   "p@ssword1234",     "password@123",   "password!123",     "mypassword123",
    "yourpassword",     "newpassword1",   "newpassword123",   "changeme1234",   "changemenow1",     "letmein12345",
    "letmeinplease",    "welcome12345",   "welcome123456",    "welcome@1234",   "administrator",    "administrator1",
    "administrator123", "admin1234567",   "admin12345678",    "admin123456789", "adminadmin123",    "adminadminadmin",
    "admin@123456",     "admin@1234567",  "root12345678",     "rootrootroot",   "superuser123",     "test12345678",
    "testtesttest",     "testpassword",   "user12345678",     "guest1234567",   "default12345",     "secret123456",
    "iloveyou1234",     "iloveyou12345",  "iloveyouforever",  "qwertyuiop123",  "qwertyuiop[]",     "qwertyuiopas",
    "qwertyuiopasdf",   "qwerty123456",   "qwerty1234567",    "qwer1234asdf",   "qwerasdfzxcv",     "qazwsxedcrfv",
    "qazwsx123456",     "1qaz2wsx3edc",   "1qaz2wsx3edc4rfv", "1q2w3e4r5t6y",   "1q2w3e4r5t6y7u8i", "q1w2e3r4t5y6",
    "zaq12wsxcde3",     "zaq1xsw2cde3",   "asdfghjkl123",     "asdfghjkl;'1",   "zxcvbnm12345",     "abcd12345678",
    "a1b2c3d4e5f6",     "woaini1314520",  "woaini520520",     "woaini123456",   "wangyut2wangyut2", "docketdocket"};

bool is_repetition(std::string_view text) {
  for (std::size_t unit = 1; unit <= 4; ++unit) {
    if (std::equal(text.begin() + static_cast<std::ptrdiff_t>(unit), text.end(), text.begin())) return true;
  }
  return false;
}

// "123456789012", "abcdefghijkl", "987654321098": each character next to the one before, 9 and 0 being neighbours.
bool is_sequence(std::string_view text) {
  const auto runs = [&](int step) {
    for (std::size_t i = 1; i < text.size(); ++i) {
      const char a = text[i - 1];
      const char b = text[i];
      const bool around = step > 0 ? a == '9' && b == '0' : a == '0' && b == '9';
      if (b - a != step && !around) return false;
    }
    return true;
  };
  return runs(1) || runs(-1);
}

}  // namespace

Result<void> check_new_password(std::string_view password, std::string_view login, std::string pointer) {
  const auto characters = count_characters(password);
  if (characters < shortest_password) {
    return fail_field(std::move(pointer),
                      {"A password has at least 12 characters; a few words together are easy to remember.",
                       "密码至少 12 个字符，几个词连起来就好记。"});
  }
  if (characters > longest_password) return fail_field(std::move(pointer), {"A password has at most 256 characters.", "密码最多 256 个字符。"});
  const auto folded = fold(password);
  if (!login.empty() && folded == fold(login))
    return fail_field(std::move(pointer), {"The password must not be the login.", "密码不能与登录名相同。"});
  if (std::ranges::find(first_tries, folded) != first_tries.end() || is_repetition(folded) || is_sequence(folded)) {
    return fail_field(std::move(pointer), {"This password is among those that are tried first; choose another one.", "这个密码太容易被猜到，请换一个。"});
  }
  return {};
}

}  // namespace docket::desk
