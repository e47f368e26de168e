// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "store/desk_stream_rows.hpp"
#include "store/event_log.hpp"
#include "support/catch.hpp"
#include "support/store_fixture.hpp"

using namespace docket;
using namespace docket::store;

namespace {

const Time now{std::chrono::seconds{1'770'000'000}};

/// The newest sequence of each stream, read in pages of `limit`.
std::map<std::int64_t, std::int64_t> heads(const DeskStreamRows& rows, std::int64_t from, std::int64_t to, int limit) {
  std::map<std::int64_t, std::int64_t> all;
  std::int64_t after = -1;
  while (true) {
    const auto page = rows.changed_heads(from, to, after, limit);
    for (const auto& head : page) {
      CHECK(head.stream > after);
      after = head.stream;
      all[head.stream] = head.sequence;
    }
    if (std::cmp_less(page.size(), limit)) return all;
  }
}

}  // namespace

TEST_CASE("the heads of streams that changed are the same for a few events as for many") {
  test::StoreFixture desk;
  constexpr std::int64_t events = 640, streams = 7;
  std::vector<std::int64_t> stream_of{0};  // by position
  const auto first = DeskStreamRows(desk.session).feed_head();
  CHECK(desk.commit([&](Session& s) {
    EventLog log(s);
    for (std::int64_t i = 0; i < events; ++i) {
      const auto stream = 1 + i * i % streams;
      log.append({StoredEvent{stream, log.head(stream) + 1, now, {}, "moved", "{}"}});
      stream_of.push_back(stream);
    }
  }));
  const DeskStreamRows rows(desk.session);
  REQUIRE(rows.feed_head() == first + events);
  // Down to the last event alone, up to all: both ways to read them, with pages that end within.
  for (const std::int64_t last : {1, 2, 5, 19, 20, 21, 40, 639, 640}) {
    for (const std::int64_t to : {events, events - 3}) {
      std::map<std::int64_t, std::int64_t> sequence, expected;
      const auto from = std::max<std::int64_t>(0, to - last);
      for (std::int64_t at = 1; at <= to; ++at) {
        const auto stream = stream_of[static_cast<std::size_t>(at)];
        ++sequence[stream];
        if (at > from) expected[stream] = sequence[stream];
      }
      INFO("the last " << last << " before " << to);
      for (const int limit : {1, 2, 100}) CHECK(heads(rows, first + from, first + to, limit) == expected);
    }
  }
  CHECK(rows.changed_heads(first + events, first + events, -1, 10).empty());
}
