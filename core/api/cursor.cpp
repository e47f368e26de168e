// SPDX-License-Identifier: Apache-2.0
#include "api/cursor.hpp"

#include "base/hash.hpp"

namespace docket::api {
namespace {

constexpr std::size_t mac_size = 12;
constexpr std::size_t longest = 512;

std::string mac_of(std::string_view key, std::string_view bound_to, std::string_view position) {
  std::string text{"cursor\n"};
  text += std::to_string(bound_to.size());
  text.push_back('\n');
  text += bound_to;
  text += position;
  const Digest mac = hmac_sha256(key, text);
  return std::string{bytes_of(mac).substr(0, mac_size)};
}

}  // namespace

std::string Cursors::make(std::string_view bound_to, std::string_view position) const {
  return to_base64url(mac_of(key_, bound_to, position) + std::string{position});
}

Result<std::string> Cursors::open(std::string_view bound_to, std::string_view cursor) const {
  if (cursor.size() <= longest) {
    const auto bytes = from_base64url(cursor);
    if (bytes && bytes->size() >= mac_size) {
      auto position = bytes->substr(mac_size);
      if (equal_secrets(bytes->substr(0, mac_size), mac_of(key_, bound_to, position))) return position;
    }
  }
  Error error;
  error.code = ErrorCode::unknown_parameter;
  error.say({"The cursor does not belong to this list. Begin again without it.", "翻页位置已失效，请从头打开列表。"});
  error.fields.push_back({"cursor", "is not a cursor of this list", "不是这个列表的翻页位置"});
  return std::unexpected{std::move(error)};
}

}  // namespace docket::api
