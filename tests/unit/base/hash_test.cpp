// SPDX-License-Identifier: Apache-2.0
#include "base/hash.hpp"

#include "base/clock.hpp"
#include "support/catch.hpp"

using namespace docket;

TEST_CASE("SHA-256 and HMAC give the published values") {
  // FIPS 180-4 example; RFC 4231 test case 2.
  CHECK(to_hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  Hasher hasher;
  hasher.add("a");
  hasher.add("bc");
  CHECK(hasher.finish() == sha256("abc"));
}

TEST_CASE("base64url round-trips and takes one text per value only") {
  for (std::size_t size = 0; size < 70; ++size) {
    const auto bytes = random_bytes(size);
    CHECK(from_base64url(to_base64url(bytes)) == bytes);
  }
  CHECK(!from_base64url("A"));
  CHECK(!from_base64url("AB"));  // leftover bits are not zero
  CHECK(!from_base64url("AA=="));
  CHECK(!from_base64url("A+"));
  CHECK(random_token().size() == 43);
}

TEST_CASE("times print and parse as RFC 3339") {
  const auto t = from_rfc3339("2026-02-14T09:30:00.000123Z");
  REQUIRE(t);
  CHECK(to_rfc3339(*t) == "2026-02-14T09:30:00.000123Z");
  CHECK(from_rfc3339("2026-02-14T17:30:00.000123+08:00") == t);
  for (const auto* bad : {"", "2026-02-30T00:00:00Z", "2026-02-14 09:30:00Z", "2026-02-14T09:30:00", "2026-02-14T24:00:00Z",
                          "2026-02-14T09:30:00.Z", "2026-02-14T09:30:00.1234567Z", "2026-02-14T09:30:00Zx"}) {
    CHECK_FALSE(from_rfc3339(bad));
  }
}
