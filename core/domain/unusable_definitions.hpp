// SPDX-License-Identifier: Apache-2.0
// What a DefinitionsSource throws, so that whoever goes through many tickets can leave one where it is.
#pragma once

#include <stdexcept>

namespace docket::domain {

/// Definitions that a ticket stands under are not there, or can not be used by this program. Nothing was written.
class UnusableDefinitions : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace docket::domain
