// SPDX-License-Identifier: Apache-2.0
// The desk's own stream, the feed of all streams, and the anchors, in SQL.
#pragma once

#include "desk/ports/desk_stream.hpp"
#include "store/session.hpp"

namespace docket::store {

inline constexpr std::int64_t kDeskStream = 0;

/// On one session, so one thread at a time.
class DeskStreamRows final : public desk::DeskStream {
 public:
  explicit DeskStreamRows(Session& session) : session_(session) {}

  [[nodiscard]] std::vector<desk::RecordedDeskEvent> desk_events(std::int64_t before, int limit) const override;
  [[nodiscard]] std::vector<desk::FeedEntry> feed(std::int64_t position, int limit) const override;
  [[nodiscard]] std::int64_t feed_head() const override;
  [[nodiscard]] std::vector<desk::FeedEntry> feed_of_kind(const std::string& kind, std::int64_t from,
                                                          std::int64_t before, int limit) const override;
  [[nodiscard]] std::vector<desk::StreamHead> changed_heads(std::int64_t from, std::int64_t to,
                                                            std::int64_t after_stream, int limit) const override;
  [[nodiscard]] std::optional<Said> check_chain(std::int64_t stream) const override;
  [[nodiscard]] std::vector<desk::Anchor> anchors(std::int64_t after_position, int limit) const override;
  [[nodiscard]] std::int64_t anchored_up_to() const override;
  void append(const domain::Actor& actor, const desk::DeskEvent& event, Time at) override;
  void add_anchor(const desk::Anchor& anchor) override;

 private:
  Session& session_;
};

}  // namespace docket::store
