// SPDX-License-Identifier: Apache-2.0
#include "server/housekeeping.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "desk/verify_desk.hpp"

namespace docket::server {
namespace {

constexpr Duration round = std::chrono::minutes{5};
constexpr Duration unbound_upload_lifetime = std::chrono::hours{24};
constexpr Duration notice_lifetime = std::chrono::hours{24 * 90};
constexpr Duration draft_lifetime = std::chrono::hours{24 * 90};
constexpr int rows_a_slice = 500;
constexpr Duration fresh_for = std::chrono::seconds{1};
constexpr int deliveries_a_slice = 100;  // about a millisecond of the writer
constexpr int parts_a_round = 4;         // all of them in about five hours
constexpr int slices_a_second = 20;      // what has piled up, after a fill for instance, is filed by and by

}  // namespace

Housekeeping::Housekeeping(desk::Database& database, store::BlobDirectory& blobs, const Clock& clock, const AnchorKey& key)
    : database_(database), blobs_(blobs), clock_(clock), key_(key), loop_("housekeeping", [this] { return step(); }) {}

std::chrono::milliseconds Housekeeping::step() {
  const auto now = clock_.now();
  file_deliveries();
  if (now >= next_round_ || next_round_ - now > round) {
    forget();
    sweep();
    anchor();
    next_round_ = now + round;
  }
  return runtime::Loop::longest_wait;
}

void Housekeeping::file_deliveries() {
  const auto waits = desk::read_and_wait(database_, [](const desk::Reading& reading) -> Result<bool> {
    return reading.outbox.has_fresh(reading.now - fresh_for);
  });
  bool more = waits.value_or(false);
  for (int slice = 0; more && slice < slices_a_second; ++slice) {
    const auto filed = desk::write_slice_and_wait(database_, [](desk::Unit& unit) -> Result<int> {
      return unit.outbox.file_fresh(unit.now - fresh_for, deliveries_a_slice);
    });
    more = filed && *filed == deliveries_a_slice;
  }
}

void Housekeeping::forget() {
  const auto unused = desk::write_slice_and_wait(database_, [](desk::Unit& unit) -> Result<std::vector<std::string>> {
    unit.idempotency.forget_old(unit.now);
    unit.access.drop_expired_sessions(unit.now, rows_a_slice);
    auto digests = unit.attachments.drop_unbound(unit.now - unbound_upload_lifetime, rows_a_slice);
    unit.notices.drop_notices(unit.now - notice_lifetime, rows_a_slice);
    unit.workspace.drop_drafts(unit.now - draft_lifetime, rows_a_slice);
    return digests;
  });
  if (!unused) return log::warning("housekeeping_delayed", {{"reason", unused.error().detail}});
  // After the commit: a row never names bytes that are gone. The same bytes may be on their way in again meanwhile,
  // without a row yet; those are young. A digest that is lost by a stop here costs some room and nothing else.
  const auto an_hour_ago = std::chrono::system_clock::time_point{(clock_.now() - std::chrono::hours{1}).time_since_epoch()};
  for (const auto& digest : *unused) blobs_.drop(digest, an_hour_ago);
}

/// Bytes whose row was never written, because the server stopped before it or the caller was gone. Young ones may be on
/// their way in.
void Housekeeping::sweep() {
  const auto a_day_ago = std::chrono::system_clock::time_point{(clock_.now() - unbound_upload_lifetime).time_since_epoch()};
  for (int i = 0; i < parts_a_round; ++i) {
    auto names = blobs_.names(next_part_);
    while (!names.empty()) {
      const auto size = std::min<std::size_t>(names.size(), rows_a_slice);
      std::vector<std::string> slice(std::make_move_iterator(names.end() - static_cast<std::ptrdiff_t>(size)),
                                     std::make_move_iterator(names.end()));
      names.resize(names.size() - size);
      const auto unused = desk::read_and_wait(database_, [&](const desk::Reading& reading) -> Result<std::vector<std::string>> {
        return reading.attachments.without_row(slice);
      });
      if (!unused) return log::warning("housekeeping_delayed", {{"reason", unused.error().detail}});
      for (const auto& digest : *unused) blobs_.drop(digest, a_day_ago);
    }
    next_part_ = (next_part_ + 1) % store::BlobDirectory::parts;
  }
}

void Housekeeping::anchor() {
  // One snapshot of a reader, however many tickets changed: the writer only adds the signed line.
  auto next =
      desk::read_long_and_wait(database_, [](const desk::Reading& reading) -> Result<std::optional<desk::Anchor>> {
        desk::Anchor anchor;
        anchor.feed_position = reading.stream.feed_head();
        const auto root = desk::anchor_root(reading.stream, reading.stream.anchored_up_to(), anchor.feed_position);
        if (!root) return std::optional<desk::Anchor>{};
        anchor.root = *root;
        return std::optional(anchor);
      });
  if (!next || !*next) return;
  auto anchor = std::move(**next);
  anchor.signature = key_.sign(desk::anchor_text(anchor.feed_position, anchor.root));
  const auto done = desk::write_slice_and_wait(database_, [&](desk::Unit& unit) -> Result<void> {
    anchor.at = unit.now;
    unit.stream.add_anchor(anchor);
    return {};
  });
  if (!done) log::warning("anchor_delayed", {{"reason", done.error().detail}});
}

}  // namespace docket::server
