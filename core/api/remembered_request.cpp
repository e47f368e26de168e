// SPDX-License-Identifier: Apache-2.0
#include "api/remembered_request.hpp"

#include "base/enum.hpp"
#include "desk/ports/answered_period.hpp"

namespace docket::api {
namespace {

Digest digest_of(const http::Request& request) {
  Hasher hasher;
  for (const std::string_view part :
       {http::name(request.method), std::string_view{request.path}, std::string_view{request.query},
        request.header("if-match"), request.header("content-type")}) {
    hasher.add(std::to_string(part.size()));
    hasher.add(":");
    hasher.add(part);
  }
  hasher.add(request.body);
  return hasher.finish();
}

}  // namespace

RememberedRequest::RememberedRequest(std::optional<std::string> key, const http::Request& request)
    : key_(std::move(key)), address_(request.remote_address) {
  if (key_) request_ = digest_of(request);
}

// Strangers share nothing with each other but an address.
std::string RememberedRequest::owner_of(const domain::Principal& principal) const {
  if (principal.only)
    return std::string{enum_name(principal.actor.kind)} + " link " + std::to_string(principal.actor.id) + " " +
           std::to_string(principal.only.value);
  if (principal.actor.id == 0) return "address " + address_;
  return std::string{enum_name(principal.actor.kind)} + " " + std::to_string(principal.actor.id);
}

Digest RememberedRequest::digest_with(std::string_view more) const {
  if (more.empty()) return request_;
  Hasher hasher;
  hasher.add(bytes_of(request_));
  hasher.add(more);
  return hasher.finish();
}

Result<std::optional<desk::RememberedAnswer>> RememberedRequest::recall(const desk::Unit& unit,
                                                                        const domain::Principal& principal,
                                                                        std::string_view more) const {
  if (!key_) return std::nullopt;
  auto known = unit.idempotency.recall(owner_of(principal), *key_);
  if (known && known->request != digest_with(more))
    return fail(ErrorCode::idempotency_mismatch, {"This Idempotency-Key was used with another request.", "重复提交的内容与上一次不一致，请刷新后再提交。"});
  return known;
}

Result<void> RememberedRequest::keep(desk::Unit& unit, const domain::Principal& principal, int status,
                                     const KeptAnswer& answer, std::string_view more) const {
  if (!key_) return {};
  desk::RememberedAnswer memory;
  memory.request = digest_with(more);
  memory.status = status;
  memory.outcome = json::encode(answer);
  if (unit.idempotency.remember(owner_of(principal), *key_, memory, unit.now)) return {};
  auto refused = fail(ErrorCode::too_many_requests,
                      {"Too many Idempotency-Keys today (UTC); they are counted anew tomorrow.", "今天（UTC）的提交次数已用完，请明天再试。"});
  const auto left = desk::answered_period - unit.now.time_since_epoch() % desk::answered_period;
  refused.error().retry_after_seconds = static_cast<int>(std::chrono::ceil<std::chrono::seconds>(left).count());
  return refused;
}

}  // namespace docket::api
