// SPDX-License-Identifier: Apache-2.0
// Token buckets for whoever sends requests, in a table of fixed size.
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace docket::api {

/// What a route costs. Each class has its own buckets. `failure` is charged for wrong credentials, per address.
enum class RateClass { none, read, write, search, upload, sign_in, expensive, failure, outside, submit };
BOOST_DESCRIBE_ENUM(RateClass, none, read, write, search, upload, sign_in, expensive, failure, outside, submit)
inline constexpr std::size_t rate_class_count = 10;

struct Rate {
  double per_second = 0;  ///< refill
  double burst = 0;       ///< size of the bucket
};

/// The same on every desk; `docs/reference/api.md` tells them.
struct RateLimits {
  std::array<Rate, rate_class_count> of{{
      {0, 0},     // none: not limited
      {50, 200},  // read
      {50, 200},  // write
      {10, 40},   // search
      {5, 30},    // upload
      {0.2, 10},  // sign_in
      {0.2, 5},   // expensive
      {0.5, 20},  // failure
      {5, 100},   // outside: people with links, by link and by address
      {0.05, 20}, // submit: what strangers send in, by address
  }};
  [[nodiscard]] Rate& operator[](RateClass c) { return of[static_cast<std::size_t>(c)]; }
  [[nodiscard]] const Rate& operator[](RateClass c) const { return of[static_cast<std::size_t>(c)]; }
};

/// Buckets by (class, key). When the table is full the bucket that lost least is forgotten, so memory is fixed and a
/// flood of keys costs others nothing but their history. Thread-safe.
class RateLimiter {
 public:
  using Now = std::chrono::steady_clock::time_point;

  /// About 32 bytes a bucket.
  explicit RateLimiter(RateLimits limits, std::size_t buckets = 32'768);

  /// Takes one token. 0: go on; otherwise the seconds after which one will be there (1 to 3600).
  [[nodiscard]] int take(RateClass rate_class, std::uint64_t key, Now now);
  /// The same without taking one.
  [[nodiscard]] int peek(RateClass rate_class, std::uint64_t key, Now now);

  /// Notes a key that proved good, and whether one did since it was last forgotten.
  void remember(std::uint64_t key, Now now);
  [[nodiscard]] bool remembers(std::uint64_t key);

  /// A key for an address, not guessable from outside; an IPv6 address counts as its /64.
  [[nodiscard]] std::uint64_t address_key(std::string_view address) const;
  /// A key for a secret.
  [[nodiscard]] std::uint64_t secret_key(std::string_view secret) const;

 private:
  static constexpr std::size_t ways = 4;
  static constexpr std::uint8_t known_class = 255;
  struct Bucket {
    std::uint64_t key = 0;
    Now at{};
    float tokens = 0;
    std::uint8_t rate_class = 0;  // 0 = free
  };
  struct alignas(64) Shard {
    std::mutex mutex;
  };
  using Set = std::array<Bucket, ways>;

  int charge(RateClass rate_class, std::uint64_t key, Now now, float cost);
  [[nodiscard]] std::size_t set_of(std::uint8_t rate_class, std::uint64_t key) const;
  [[nodiscard]] float tokens(const Bucket& bucket, Now now) const;
  Bucket& find(Set& set, std::uint8_t rate_class, std::uint64_t key, Now now, bool& fresh);

  RateLimits limits_;
  std::string seed_;
  std::vector<Set> sets_;
  std::array<Shard, 16> shards_;
};

}  // namespace docket::api
