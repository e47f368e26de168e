// SPDX-License-Identifier: Apache-2.0
#include "sent_notices.hpp"

#include <algorithm>
#include <charconv>

namespace docket::dingtalk {
namespace {

constexpr const char* kHead = "notices:head";  ///< the next one's number is this or a little more
constexpr const char* kTail = "notices:tail";  ///< number of the oldest that waits
constexpr const char* kLateHead = "late:head";
constexpr const char* kLateTail = "late:tail";
constexpr std::int64_t kMost = 6'000;      ///< the state holds 10,000 keys
constexpr std::int64_t kMostLate = 3'000;
constexpr std::int64_t kHeadEvery = 32;

std::string key_of(std::int64_t number) {
  return "notice:" + std::to_string(number);
}
std::string late_key_of(std::int64_t number) {
  return "late:" + std::to_string(number);
}

}  // namespace

std::int64_t SentNotices::number(const char* key) const {
  const auto text = host_.state(key).value_or("0");
  std::int64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

std::optional<SentNotices::Notice> SentNotices::at(const std::string& key) const {
  const auto text = host_.state(key);
  if (!text) return std::nullopt;
  const auto value = json::parse(*text).as_object();
  return Notice{sdk::text_of(value, "task"), sdk::text_of(value, "member"), sdk::number_of(value, "sent")};
}

void SentNotices::put(const std::string& key, const Notice& notice) const {
  host_.put_state(key, json::serialize(json::object{{"task", notice.task_id}, {"member", notice.member}, {"sent", notice.sent_s}}));
}

/// Behind the last one that stands there. One may be missing where a poller ended between two of its steps.
std::int64_t SentNotices::find_next() const {
  auto next = std::max(number(kHead), number(kTail));
  while (host_.state(key_of(next)) || host_.state(key_of(next + 1))) ++next;
  return next;
}

void SentNotices::add(const Notice& notice) {
  if (next_ < 0) next_ = find_next();
  if (next_ - tail_seen_ >= kMost) tail_seen_ = number(kTail);
  if (next_ - tail_seen_ >= kMost) {
    host_.warning("more than 6,000 notices wait for their result; the result of the newest is not asked for");
    return;
  }
  put(key_of(next_), notice);
  ++next_;
  if (next_ % kHeadEvery == 0) host_.put_state(kHead, std::to_string(next_));
}

bool SentNotices::settle(std::int64_t now_s, int most, const std::function<bool(const Notice&)>& done) {
  auto tail = number(kTail);
  auto late = number(kLateHead);
  const auto known_late = late;
  for (int walked = 0;; ++walked, ++tail) {
    const auto notice = at(key_of(tail));
    if (!notice && !host_.state(key_of(tail + 1))) break;
    if (notice && now_s - notice->sent_s < result_after_s) break;
    if (walked == most) return true;
    // Without a result it goes behind the others, so that it holds up none of them; after a day nobody knows it.
    if (notice && now_s - notice->sent_s < result_lasts_s && !done(*notice) && late - number(kLateTail) < kMostLate) {
      put(late_key_of(late), *notice);
      host_.put_state(kLateHead, std::to_string(++late));
    }
    host_.forget_state(key_of(tail));
    host_.put_state(kTail, std::to_string(tail + 1));
  }
  settle_late(now_s, most, known_late, done);  // not what went there just now
  return false;
}

void SentNotices::settle_late(std::int64_t now_s, int most, std::int64_t last,
                              const std::function<bool(const Notice&)>& done) {
  auto head = number(kLateHead);
  auto tail = number(kLateTail);
  for (int walked = 0; walked < most && tail < last; ++walked, ++tail) {
    const auto notice = at(late_key_of(tail));
    if (notice && now_s - notice->sent_s < result_lasts_s && !done(*notice)) {
      put(late_key_of(head), *notice);
      host_.put_state(kLateHead, std::to_string(++head));
    }
    host_.forget_state(late_key_of(tail));
    host_.put_state(kLateTail, std::to_string(tail + 1));
  }
}

}  // namespace docket::dingtalk
