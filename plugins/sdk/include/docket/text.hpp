// SPDX-License-Identifier: Apache-2.0
// Small things that every chat vendor needs: cutting texts to a vendor's limit, cleaning them, and reading a ticket's number in a message.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace docket::sdk {

/// At most `bytes` bytes, never cutting a UTF-8 character; what was cut ends in "…".
[[nodiscard]] std::string shortened(std::string_view text, std::size_t bytes);

/// Without control characters but line ends and tabs. JSON writes them as \u escapes, for which WeCom refuses a whole message.
[[nodiscard]] std::string without_controls(std::string text);

/// "T128 正文", "T-128 正文" or "#128：正文": a ticket's number, then what to say about it. A bare number without # may be anything (an
/// order, a price) and is none.
struct Addressed {
  std::string number, text;
};
[[nodiscard]] std::optional<Addressed> addressed(std::string_view message);

}  // namespace docket::sdk
