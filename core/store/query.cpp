// SPDX-License-Identifier: Apache-2.0
#include "store/query.hpp"

namespace docket::store {

void Values::bind(Statement& statement) const {
  for (std::size_t at = 0; at < values_.size(); ++at) {
    switch (values_[at].index()) {
      case 0:
        statement.bind_integer(at, std::get<0>(values_[at]));
        break;
      case 1:
        statement.bind_real(at, std::get<1>(values_[at]));
        break;
      default:
        statement.bind_text(at, std::get<2>(values_[at]));
        break;
    }
  }
}

}  // namespace docket::store
