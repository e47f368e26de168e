// SPDX-License-Identifier: Apache-2.0
// What a text becomes on a phone's air interface: its alphabet, its length and the parts that are paid for (3GPP TS 23.038
// and 23.040). Pure.
#pragma once

#include <string>
#include <string_view>

namespace docket::sms {

enum class Alphabet {
  gsm7,  ///< 160 septets in one part, 153 in each of several
  ucs2   ///< 70 units of UTF-16 in one part, 67 in each of several
};

struct Counted {
  Alphabet alphabet = Alphabet::gsm7;
  int units = 0;  ///< septets or UTF-16 units; the extension of GSM and characters beyond the BMP count twice
  int parts = 0;  ///< 0 for an empty text
};

/// A text with one character outside of the GSM alphabet is UCS-2 as a whole. Bytes that are no UTF-8 count as U+FFFD.
[[nodiscard]] Counted counted(std::string_view utf8);

/// At most `most_parts` parts: cut between characters, with an ellipsis that does not change the alphabet.
[[nodiscard]] std::string fitted(std::string_view utf8, int most_parts);

/// Hex of UTF-16BE, which some gateways want instead of a text.
[[nodiscard]] std::string ucs2_hex(std::string_view utf8);

/// Line ends as \n, no other control characters, no blanks at the ends.
[[nodiscard]] std::string cleaned(std::string_view utf8);

}  // namespace docket::sms
