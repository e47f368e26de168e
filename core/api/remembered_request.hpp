// SPDX-License-Identifier: Apache-2.0
// Idempotency keys: what came of a request is kept in the write that did it, and given again when it is asked again.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/json_decode.hpp"
#include "base/json_encode.hpp"
#include "desk/ports/unit.hpp"
#include "http/message.hpp"

namespace docket::api {

/// What the idempotency store keeps of an answer.
struct KeptAnswer {
  std::string etag, location, body;
};
BOOST_DESCRIBE_STRUCT(KeptAnswer, (), (etag, location, body))

/// One request with its key, if it has one. Immutable; any thread. Both calls belong in the write that acts.
class RememberedRequest {
 public:
  /// A request whose key does not count: nothing is known of it, and nothing is kept.
  RememberedRequest() = default;
  RememberedRequest(std::optional<std::string> key, const http::Request& request);

  [[nodiscard]] bool has_key() const { return key_.has_value(); }
  /// What came of it before. `more` tells it from others besides its head and body. idempotency_mismatch when the key
  /// was used with another request.
  [[nodiscard]] Result<std::optional<desk::RememberedAnswer>> recall(const desk::Unit& unit,
                                                                     const domain::Principal& principal,
                                                                     std::string_view more = {}) const;
  /// too_many_requests when this caller has as many keys as it may have.
  [[nodiscard]] Result<void> keep(desk::Unit& unit, const domain::Principal& principal, int status,
                                  const KeptAnswer& answer, std::string_view more = {}) const;

  /// What the work makes, or made when this was asked before; true in the second case.
  template <class Out, class Work>
  [[nodiscard]] Result<std::pair<Out, bool>> once(desk::Unit& unit, const domain::Principal& principal,
                                                  std::string_view more, Work work) const {
    auto known = recall(unit, principal, more);
    if (!known) return std::unexpected{std::move(known).error()};
    if (*known) {
      const auto kept = json::decode_stored<KeptAnswer>((*known)->outcome);
      return std::pair{json::decode_stored<Out>(kept.body), true};
    }
    Result<Out> made = work();
    if (!made) return std::unexpected{std::move(made).error()};
    auto kept = keep(unit, principal, 0, {{}, {}, json::encode(*made)}, more);
    if (!kept) return std::unexpected{std::move(kept).error()};
    return std::pair{*std::move(made), false};
  }

 private:
  [[nodiscard]] std::string owner_of(const domain::Principal& principal) const;
  [[nodiscard]] Digest digest_with(std::string_view more) const;

  std::optional<std::string> key_;
  Digest request_{};
  std::string address_;
};

}  // namespace docket::api
