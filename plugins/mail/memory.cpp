// SPDX-License-Identifier: Apache-2.0
#include "mail/memory.hpp"

#include <charconv>

#include "mail/charset.hpp"
#include "mail/scratch.hpp"

namespace docket::mail {
namespace {

constexpr std::int64_t hour_s = 3600;
constexpr unsigned int slots = 2048;  // of each kind; four kinds are well below the 10,000 keys of a plugin

std::string slot_key(std::string_view kind, std::string_view digest) {
  unsigned int number = 0;
  std::from_chars(digest.data(), digest.data() + 6, number, 16);
  return std::string(kind) + "/" + std::to_string(number % slots);
}

}  // namespace

std::optional<sdk::json::object> Memory::slot(std::string_view kind, std::string_view name) const {
  const auto digest = sha256_hex(name);
  const auto stored = host_.state(slot_key(kind, digest));
  if (!stored) return {};
  boost::system::error_code error;
  auto value = sdk::json::parse(*stored, error);
  if (error || !value.is_object() || sdk::text_of(value.get_object(), "of") != digest) return {};
  return std::move(value.get_object());
}

void Memory::put_slot(std::string_view kind, std::string_view name, sdk::json::object value) const {
  const auto digest = sha256_hex(name);
  value["of"] = digest;
  host_.put_state(slot_key(kind, digest), sdk::json::serialize(value));
}

std::optional<Memory::Cursor> Memory::cursor(const std::string& mailbox) const {
  const auto stored = host_.state("box/" + sha256_hex(mailbox).substr(0, 32));
  if (!stored) return {};
  const auto value = sdk::json::parse(*stored).as_object();
  Cursor out;
  out.validity = static_cast<std::uint32_t>(sdk::number_of(value, "validity"));
  out.first = static_cast<std::uint32_t>(sdk::number_of(value, "first", 1));
  out.last = static_cast<std::uint32_t>(sdk::number_of(value, "last"));
  out.sift_to = static_cast<std::uint32_t>(sdk::number_of(value, "unread_to"));
  out.sift = sdk::text_of(value, "sift", out.sift_to != 0 ? "UNSEEN" : "");
  out.begun_s = sdk::number_of(value, "begun_s");
  out.trying = static_cast<std::uint32_t>(sdk::number_of(value, "trying"));
  out.tries = static_cast<int>(sdk::number_of(value, "tries"));
  out.faults = static_cast<int>(sdk::number_of(value, "faults"));
  out.why = sdk::text_of(value, "why");
  out.reconciled_s = sdk::number_of(value, "reconciled_s");
  return out;
}

void Memory::put_cursor(const std::string& mailbox, const Cursor& cursor) const {
  host_.put_state("box/" + sha256_hex(mailbox).substr(0, 32),
                  sdk::json::serialize(sdk::json::object{{"mailbox", mailbox},
                                                         {"validity", cursor.validity},
                                                         {"first", cursor.first},
                                                         {"last", cursor.last},
                                                         {"unread_to", cursor.sift_to},
                                                         {"sift", cursor.sift},
                                                         {"begun_s", cursor.begun_s},
                                                         {"trying", cursor.trying},
                                                         {"tries", cursor.tries},
                                                         {"faults", cursor.faults},
                                                         {"why", cursor.why},
                                                         {"reconciled_s", cursor.reconciled_s}}));
}

Memory::LastMail Memory::last_mail(std::int64_t ticket) const {
  const auto found = slot("last", std::to_string(ticket));
  if (!found) return {};
  return {sdk::text_of(*found, "id"), sdk::text_of(*found, "mailbox")};
}
void Memory::put_last_mail(std::int64_t ticket, const LastMail& mail) const {
  put_slot("last", std::to_string(ticket), {{"id", mail.message_id}, {"mailbox", mail.mailbox}});
}

void Memory::hush(std::string_view address, std::int64_t now_s) const {
  put_slot("hush", lower(address), {{"at", now_s}});
}
bool Memory::hushed(std::string_view address, std::int64_t now_s) const {
  const auto found = slot("hush", lower(address));
  return found && sdk::number_of(*found, "at") + hour_s > now_s;
}

bool Memory::may_answer(std::string_view address, std::string_view key, std::int64_t now_s) const {
  const auto found = slot("auto", lower(address));
  return !found || sdk::number_of(*found, "at") + hour_s <= now_s || sdk::text_of(*found, "key") == key;
}
void Memory::answered(std::string_view address, std::string_view key, std::int64_t now_s) const {
  put_slot("auto", lower(address), {{"at", now_s}, {"key", key}});
}

std::optional<std::int64_t> Memory::first_day(std::string_view key) const {
  const auto found = slot("day", key);
  if (!found) return {};
  return sdk::number_of(*found, "day");
}
void Memory::put_first_day(std::string_view key, std::int64_t day) const {
  put_slot("day", key, {{"day", day}});
}

}  // namespace docket::mail
