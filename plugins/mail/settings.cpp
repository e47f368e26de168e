// SPDX-License-Identifier: Apache-2.0
#include "mail/settings.hpp"

#include <algorithm>
#include <stdexcept>

#include "mail/charset.hpp"
#include "mail/outgoing.hpp"

namespace docket::mail {
namespace {

const sdk::json::object& member(const sdk::json::object& from, std::string_view name) {
  static const sdk::json::object none;
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_object() ? value->get_object() : none;
}

std::vector<std::string> texts(const sdk::json::object& from, std::string_view name, std::vector<std::string> fallback) {
  const auto* value = from.if_contains(name);
  if (value == nullptr || !value->is_array()) return fallback;
  std::vector<std::string> out;
  for (const auto& item : value->get_array()) {
    if (item.is_string()) out.emplace_back(item.get_string());
  }
  return out;
}

void need_address(const std::string& address, const std::string& where) {
  if (!is_sendable_address(address))
    throw std::invalid_argument(where + "：“" + address + "”不是可用的邮件地址 · is no mail address");
}

void need_login(const Server& server, const std::string& where) {
  if (server.host.empty()) throw std::invalid_argument(where + "：缺少 host · a host is needed");
  if (!server.user.empty() && server.password.empty())
    throw std::invalid_argument(where + "：写了 user 就要写 password（密码文件的路径） · a user needs a password file");
  if (server.security == Security::none && !server.user.empty() && server.host != "localhost" && server.host != "127.0.0.1")
    throw std::invalid_argument(where + "：security: none 会明文发送密码，请用 tls 或 starttls · a password would be sent in clear");
}

Mailbox mailbox_of(const sdk::json::object& from) {
  Mailbox out;
  out.address = sdk::text_of(from, "address");
  const auto where = "mailboxes（" + out.address + "）";
  need_address(out.address, where);
  out.server = server_of(from, 993, 143);
  need_login(out.server, where);
  out.folder = sdk::text_of(from, "folder", "INBOX");
  out.move_to = sdk::text_of(from, "move_to");
  const auto after = sdk::text_of(from, "after", out.move_to.empty() ? "seen" : "move");
  out.after = after == "move" ? AfterStored::move : after == "leave" ? AfterStored::leave : AfterStored::seen;
  if ((out.after == AfterStored::move) != !out.move_to.empty())
    throw std::invalid_argument(where + "：after: move 与 move_to 要一起写 · after: move and move_to belong together");
  if (out.after == AfterStored::move && out.move_to == out.folder)
    throw std::invalid_argument(where + "：move_to 不能就是 folder · move_to is the folder that is read");
  const auto start = sdk::text_of(from, "start", "new");
  out.start = start == "all" ? Start::all : start == "unseen" ? Start::unseen : Start::fresh;
  out.type = sdk::text_of(from, "type");
  return out;
}

}  // namespace

Settings read_settings(const sdk::json::object& settings) {
  Settings out;
  const auto& from = member(settings, "from");
  out.from = {sdk::text_of(from, "name"), sdk::text_of(from, "address")};
  need_address(out.from.address, "from.address");
  if (const auto* list = settings.if_contains("mailboxes"); list != nullptr && list->is_array()) {
    for (const auto& item : list->get_array()) {
      if (item.is_object()) out.mailboxes.push_back(mailbox_of(item.get_object()));
    }
  }
  for (std::size_t i = 0; i < out.mailboxes.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const auto &a = out.mailboxes[i], &b = out.mailboxes[j];
      if (a.address == b.address && a.folder == b.folder)
        throw std::invalid_argument("mailboxes：" + a.address + " 的 " + a.folder + " 写了两次 · is there twice");
    }
  }
  if (const auto& smtp = member(settings, "smtp"); !smtp.empty()) {
    out.smtp = server_of(smtp, 465, 587);
    need_login(out.smtp, "smtp");
    out.has_smtp = true;
    out.empty_sender = sdk::yes_of(smtp, "empty_sender");
    out.greeting_name = sdk::text_of(smtp, "greeting_name", out.from.address.substr(out.from.address.rfind('@') + 1));
  }
  if (!out.has_smtp && out.mailboxes.empty())
    throw std::invalid_argument("mailboxes 与 smtp 至少写一个 · mailboxes or smtp is needed");
  out.keys = sdk::text_of(settings, "keys");
  out.plus_addresses = sdk::yes_of(settings, "plus_addresses");
  out.own_addresses = texts(settings, "own_addresses", {});
  out.own_addresses.push_back(out.from.address);
  for (const auto& mailbox : out.mailboxes) out.own_addresses.push_back(mailbox.address);
  std::ranges::transform(out.own_addresses, out.own_addresses.begin(), [](const auto& a) { return plain_address(a); });
  out.trusted_mta = sdk::text_of(settings, "trusted_mta");
  const auto trust = sdk::text_of(settings, "least_trust", "none");
  out.least_trust = trust == "pass" ? Trust::pass : trust == "domain" ? Trust::domain : Trust::none;
  if (out.least_trust != Trust::none && out.trusted_mta.empty())
    throw std::invalid_argument("least_trust 需要 trusted_mta：只相信自己的 MTA 写的 Authentication-Results · least_trust needs trusted_mta");
  out.reply_days = sdk::number_of(settings, "reply_days", 0);
  out.type = sdk::text_of(settings, "type");
  out.signature = sdk::text_of(settings, "signature");
  out.auto_reply_texts = texts(settings, "auto_reply_texts", {"received"});
  out.most_bytes = sdk::number_of(settings, "most_mib", 40) << 20;
  out.most_per_sender_hour = static_cast<int>(sdk::number_of(settings, "most_per_sender_hour", 60));
  out.keep_original = sdk::yes_of(settings, "keep_original");
  return out;
}

}  // namespace docket::mail
