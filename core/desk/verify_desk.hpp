// SPDX-License-Identifier: Apache-2.0
// Whether what is stored is what happened: chains, replay, clocks, messages, files, deliveries, links and anchors, checked anew.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "desk/ports/unit.hpp"

namespace docket::desk {

/// What was looked at and what was found wrong; `problems` holds at most 1,000 lines, `more` counts the rest.
struct VerifyReport {
  std::int64_t streams = 0;
  std::int64_t events = 0;
  std::int64_t messages = 0;
  std::int64_t deliveries = 0;
  std::int64_t links = 0;  ///< without account
  std::int64_t anchors = 0;
  std::int64_t foreign_anchors = 0;         ///< not signed by the key at hand
  std::int64_t last_foreign_anchor = 0;     ///< the feed position of the last of them
  std::int64_t facts = 0;  ///< of reports
  std::int64_t files = 0;  ///< of messages
  std::vector<Said> problems{};
  std::int64_t more = 0;

  void add(Said problem);
};

/// One ticket: its chain, its replay against the stored projection and what lists and searches read, its clocks against an independent recount, each
/// message against the digest in its event, exactly one delivery for each that an event demanded, the links of guests and
/// customers, and what reports count.
void verify_ticket(const Reading& reading, TicketId id, VerifyReport& report);

/// A file of a ticket against the digest that names it. It is read whole, so not within a reading.
void verify_file(const Attachment& file, const BlobStore& blobs, VerifyReport& report);

/// The desk's own stream: its chain; and the sums that are kept of all tickets.
void verify_desk_stream(const Reading& reading, VerifyReport& report);

/// Whether a signature is ours, over these bytes.
using CheckSignature = std::function<bool(const std::string& bytes, const std::string& signature)>;
/// A page of anchors from where the last page ended, 0 at first: each one's signature, which is counted where it is not
/// ours, and its root against the heads as the log gives them now. A stream that was lost or cut shows here even if what is
/// left of the log is sound. Where the page ended; none after the last.
[[nodiscard]] std::optional<std::int64_t> verify_anchors(const Reading& reading, const CheckSignature& check,
                                                         std::int64_t from, VerifyReport& report);

/// What an anchor signs: position and root.
[[nodiscard]] std::string anchor_text(std::int64_t feed_position, const Digest& root);
/// The root over the heads of all streams that changed after `from` up to `to`; none when none did.
[[nodiscard]] std::optional<Digest> anchor_root(const DeskStreamReader& stream, std::int64_t from, std::int64_t to);

}  // namespace docket::desk
