// SPDX-License-Identifier: Apache-2.0
#include "sent_notices.hpp"

#include <charconv>

namespace docket::dingtalk {
namespace {

constexpr const char* kHead = "notices:head";  ///< number of the next
constexpr const char* kTail = "notices:tail";  ///< number of the oldest that waits
constexpr std::int64_t kMost = 8'000;          ///< the state holds 10,000 keys

std::string key_of(std::int64_t number) {
  return "notice:" + std::to_string(number);
}

}  // namespace

std::int64_t SentNotices::number(const char* key) const {
  const auto text = host_.state(key).value_or("0");
  std::int64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

std::int64_t SentNotices::waiting() const {
  return number(kHead) - number(kTail);
}

void SentNotices::add(const Notice& notice) {
  const auto head = number(kHead);
  if (head - number(kTail) >= kMost) {
    host_.warning("more than 8,000 notices wait for their result; the result of the newest is not asked for");
    return;
  }
  host_.put_state(key_of(head), json::serialize(json::object{{"task", notice.task_id}, {"member", notice.member}, {"sent", notice.sent_s}}));
  host_.put_state(kHead, std::to_string(head + 1));
}

void SentNotices::settle(std::int64_t now_s, int most, const std::function<bool(const Notice&)>& done) {
  const auto head = number(kHead);
  auto tail = number(kTail);
  for (int i = 0; i < most && tail < head; ++i, ++tail) {
    const auto text = host_.state(key_of(tail));
    if (text) {
      const auto value = json::parse(*text).as_object();
      const Notice notice{sdk::text_of(value, "task"), sdk::text_of(value, "member"), sdk::number_of(value, "sent")};
      const auto age_s = now_s - notice.sent_s;
      if (age_s < result_after_s) return;
      // Without a result it comes again behind the others, so that it holds up none of them; after a day nobody knows it.
      if (age_s < result_lasts_s && !done(notice)) add(notice);
    }
    host_.forget_state(key_of(tail));
    host_.put_state(kTail, std::to_string(tail + 1));
  }
}

}  // namespace docket::dingtalk
