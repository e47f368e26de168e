// SPDX-License-Identifier: Apache-2.0
// What an operator wants to know of a certificate.
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"

namespace docket::http {

/// When the first certificate of the PEM text expires; nothing when there is none that can be read.
[[nodiscard]] std::optional<Time> certificate_expiry(const std::string& pem);

}  // namespace docket::http
