// SPDX-License-Identifier: Apache-2.0
#include "api/rate_limit.hpp"

#include "base/hash.hpp"

#include <arpa/inet.h>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace docket::api {
namespace {

std::uint64_t first_eight(const Digest& digest) {
  std::uint64_t key = 0;
  std::memcpy(&key, digest.data(), sizeof key);
  return key;
}

// The bytes that stand for a network: an IPv6 address' first 64 bits, anything else as it is.
std::string network(std::string_view address) {
  std::array<unsigned char, 16> bytes{};
  const std::string text{address};
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
  return {bytes.begin(), bytes.begin() + 8};
}

}  // namespace

RateLimiter::RateLimiter(RateLimits limits, std::size_t buckets)
    : limits_(limits), seed_(random_bytes(16)), sets_(std::max<std::size_t>(16, buckets / ways)) {}

std::uint64_t RateLimiter::address_key(std::string_view address) const {
  return first_eight(sha256(seed_ + "a" + network(address)));
}

std::uint64_t RateLimiter::secret_key(std::string_view secret) const {
  return first_eight(sha256(seed_ + "s" + std::string{secret}));
}

int RateLimiter::take(RateClass rate_class, std::uint64_t key, Now now) {
  return charge(rate_class, key, now, 1);
}
int RateLimiter::peek(RateClass rate_class, std::uint64_t key, Now now) {
  return charge(rate_class, key, now, 0);
}

std::size_t RateLimiter::set_of(std::uint8_t rate_class, std::uint64_t key) const {
  return (key ^ (rate_class * 0x9E3779B97F4A7C15ULL)) % sets_.size();
}

float RateLimiter::tokens(const Bucket& bucket, Now now) const {
  if (bucket.rate_class == known_class) return 0;
  const Rate& rate = limits_.of[bucket.rate_class];
  const double passed = std::max(0.0, std::chrono::duration<double>(now - bucket.at).count());
  return static_cast<float>(std::min(rate.burst, bucket.tokens + passed * rate.per_second));
}

RateLimiter::Bucket& RateLimiter::find(Set& set, std::uint8_t rate_class, std::uint64_t key, Now now, bool& fresh) {
  fresh = false;
  for (auto& bucket : set) {
    if (bucket.rate_class == rate_class && bucket.key == key) return bucket;
  }
  // Free ones first, then whoever has lost the smallest part of the bucket, then the oldest.
  const auto loss = [&](const Bucket& bucket) {
    if (bucket.rate_class == 0) return -1.0;
    if (bucket.rate_class == known_class) return 0.5;
    return 1.0 - tokens(bucket, now) / std::max(1.0, limits_.of[bucket.rate_class].burst);
  };
  Bucket* victim = &set[0];
  for (auto& bucket : set) {
    const double lost = loss(bucket);
    const double least = loss(*victim);
    if (lost < least || (lost == least && bucket.at < victim->at)) victim = &bucket;
  }
  fresh = true;
  *victim = {key, now, 0, rate_class};
  return *victim;
}

int RateLimiter::charge(RateClass rate_class, std::uint64_t key, Now now, float cost) {
  const Rate& rate = limits_[rate_class];
  if (rate_class == RateClass::none || rate.burst <= 0) return 0;
  const auto tag = static_cast<std::uint8_t>(rate_class);
  const std::size_t at = set_of(tag, key);
  const std::lock_guard lock{shards_[at % shards_.size()].mutex};
  bool fresh = false;
  Bucket& bucket = find(sets_[at], tag, key, now, fresh);
  if (fresh) bucket.tokens = static_cast<float>(rate.burst);
  bucket.tokens = tokens(bucket, now);
  bucket.at = now;
  if (bucket.tokens >= 1) {
    bucket.tokens -= cost;
    return 0;
  }
  const double seconds = rate.per_second > 0 ? (1 - static_cast<double>(bucket.tokens)) / rate.per_second : 3600;
  return static_cast<int>(std::clamp(std::ceil(seconds), 1.0, 3600.0));
}

void RateLimiter::remember(std::uint64_t key, Now now) {
  const std::size_t at = set_of(known_class, key);
  const std::lock_guard lock{shards_[at % shards_.size()].mutex};
  bool fresh = false;
  find(sets_[at], known_class, key, now, fresh).at = now;
}

bool RateLimiter::remembers(std::uint64_t key) {
  const std::size_t at = set_of(known_class, key);
  const std::lock_guard lock{shards_[at % shards_.size()].mutex};
  return std::ranges::any_of(sets_[at], [&](const Bucket& b) { return b.rate_class == known_class && b.key == key; });
}

}  // namespace docket::api
