// SPDX-License-Identifier: Apache-2.0
// Telephone numbers as people and systems write them, and as a gateway wants them (E.164; numbering of China). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace docket::sms {

enum class NumberStyle {
  e164,     ///< +8613800001111
  digits,   ///< 8613800001111
  national  ///< 13800001111 at home, 00 and the digits abroad
};
[[nodiscard]] NumberStyle number_style_of(std::string_view name);

/// "+" and 8 to 15 digits, from "138 0000 1111", "(+86) 138-0000-1111", "0086…", full-width digits; nothing when it is no
/// single number. `country` is the calling code of those that name none, without +.
[[nodiscard]] std::optional<std::string> e164(std::string_view given, std::string_view country);

/// Whether a number of that country can get an SMS, as far as its digits tell: false for China's fixed lines and service
/// numbers; true for other countries.
[[nodiscard]] bool takes_sms(std::string_view e164);

/// As the gateway wants it.
[[nodiscard]] std::string written(std::string_view e164, NumberStyle style, std::string_view country);

/// For logs: "+86138****1111".
[[nodiscard]] std::string masked(std::string_view e164);

}  // namespace docket::sms
