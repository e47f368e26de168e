// SPDX-License-Identifier: Apache-2.0
// One mail as it came in: what a person would see of it, and what its header says about itself.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/header_text.hpp"
#include "mail/safe_tree.hpp"
#include "mail/scratch.hpp"

namespace docket::mail {

/// A file that came with the mail.
struct Enclosure {
  std::string name{};  ///< UTF-8, as the sender named it; made up from the type when there is none
  std::string media_type{};
  std::string content_id{};  ///< without brackets; for pictures inside the text
  std::int64_t size = 0;
  Descriptor content{};

  // Once it was handed to the desk, so that it is not handed over again
  std::optional<std::string> kept{};  ///< the desk's number of it; empty: the desk refused it
  bool picture = false;               ///< that a text may show
};

/// What a report about an undelivered mail says (RFC 3464).
struct BounceReport {
  std::string recipient{};    ///< of the first part that failed
  std::string status{};       ///< for example 5.1.1
  std::string diagnostic{};   ///< one line
  std::string original_id{};  ///< Message-ID of the mail that bounced, without brackets
  bool delayed = false;       ///< still being tried
};

struct Incoming {
  std::string message_id{};  ///< without brackets
  std::vector<std::string> in_reply_to{}, references{};
  std::vector<Address> from{}, to{}, cc{}, reply_to{};
  std::vector<std::string> delivered_to{};  ///< addresses of Delivered-To, X-Original-To, Envelope-To
  std::string subject{};

  // What it says about itself
  std::string auto_submitted{}, precedence{}, response_suppress{};  ///< small letters
  bool from_list = false;                                           ///< List-Id, List-Unsubscribe, List-Post
  bool empty_return_path = false;
  bool read_receipt = false;  ///< a disposition notification
  std::vector<std::string> authentication_results{};
  std::optional<BounceReport> bounce{};

  // What it says
  std::string text{};       ///< UTF-8 with line feeds
  std::vector<Node> formatted{};  ///< the same as it was formatted, where it was and there is one such text
  bool had_html = false;
  std::vector<Enclosure> enclosures{};
  std::vector<std::string> remarks{};  ///< what was left out or could not be read, in Chinese, for the agent

  std::int64_t size = 0;
  std::string digest{};  ///< SHA-256 of the raw bytes, hex
};

/// What one mail may cost. Beyond it the mail comes in with the original attached and a remark.
struct Budget {
  std::int64_t bytes = std::int64_t{40} << 20;       ///< of the raw mail (25 MiB of files are 34 MiB in base64)
  std::int64_t header_bytes = std::int64_t{256} << 10;
  int parts = 500;
  int depth = 20;
  int enclosures = 45;  ///< a message of the desk holds 50

  std::size_t text_bytes = 200 * 1024;  ///< of the text shown; what is longer is a file as a whole
};

/// Makes an empty file to write an enclosure into.
using MakeFile = std::function<Descriptor()>;

/// Reads the mail in `fd` (raw bytes, from the start). Contents of files go straight from one descriptor to another,
/// so memory stays the same whatever their size. What the mail says never makes it fail; only the environment throws.
[[nodiscard]] Incoming read_incoming(int fd, const MakeFile& make_file, const Budget& budget = {});

/// To be called once before any thread reads mails.
void start_reading_mails();

}  // namespace docket::mail
