// SPDX-License-Identifier: Apache-2.0
// The mail channel: takes mails in by IMAP, sends answers and notices by SMTP.
#include <algorithm>
#include <optional>

#include "docket/plugin.hpp"
#include "mail/charset.hpp"
#include "mail/imap.hpp"
#include "mail/memory.hpp"
#include "mail/outgoing.hpp"
#include "mail/settings.hpp"
#include "mail/smtp.hpp"
#include "mail/take_in.hpp"

namespace {

using namespace docket::mail;
namespace sdk = docket::sdk;

class MailChannel final : public sdk::Plugin {
 public:
  MailChannel(sdk::Host h, const sdk::json::object& settings)
      : Plugin(h), settings_(read_settings(settings)), memory_(h), take_in_(h, settings_) {}

  sdk::PollAnswer poll() override { return take_in_.poll(); }
  sdk::Outcome deliver(const sdk::Delivery& delivery) override;
  sdk::Health health() override;

 private:
  [[nodiscard]] bool is_auto_reply(const sdk::Delivery& delivery) const {
    return delivery.recipient_kind == "customer" && std::ranges::find(settings_.auto_reply_texts, delivery.text) !=
                                                        settings_.auto_reply_texts.end();
  }
  Outgoing compose(const sdk::Delivery& delivery, const Signer& signer);
  sdk::Outcome send(const sdk::Delivery& delivery);

  const Settings settings_;
  Memory memory_;
  TakeIn take_in_;
  std::optional<Smtp> smtp_;
};

Outgoing MailChannel::compose(const sdk::Delivery& delivery, const Signer& signer) {
  const auto now = host.now_s();
  const auto today = now / 86'400;
  const bool to_customer = delivery.recipient_kind == "customer";
  const bool reply = delivery.text == "reply";
  SignedName name;
  name.purpose = to_customer ? Purpose::customer : Purpose::notice;
  name.ticket = delivery.ticket_id;
  if (const auto* recipient = delivery.raw.if_contains("recipient"); recipient != nullptr && recipient->is_object())
    name.recipient = sdk::number_of(recipient->get_object(), "id");
  name.day = delivery.attempt > 1 ? memory_.first_day(delivery.key).value_or(today) : today;
  const auto domain = settings_.from.address.substr(settings_.from.address.rfind('@'));

  Outgoing mail;
  mail.from = settings_.from;
  mail.to = {delivery.recipient_name, delivery.address};
  mail.subject = delivery.subject;
  mail.text = delivery.body;
  mail.language = delivery.language;
  mail.unix_seconds = now;
  mail.automatic = !reply;
  mail.answer_to_mail = is_auto_reply(delivery);
  if (delivery.ticket_id == 0) {
    mail.message_id = sha256_hex(delivery.key + std::to_string(now)).substr(0, 32) + domain;
    return mail;
  }
  mail.message_id = signer.message_token(name, delivery.key) + domain;
  // One id for the whole ticket, in each mail: it holds the thread together where a relay gives mails ids of its own.
  auto root = name;
  root.day = today;
  mail.references.push_back(signer.message_token(root, "thread") + domain);
  if (!to_customer) {
    if (!delivery.link.empty()) mail.text += "\n\n" + delivery.link;
    return mail;
  }
  mail.signature = settings_.signature;
  mail.ask_above_line = reply;
  const auto last = memory_.last_mail(delivery.ticket_id);
  if (!last.message_id.empty()) {
    mail.in_reply_to = last.message_id;
    mail.references.push_back(last.message_id);
  }
  if (settings_.plus_addresses)
    mail.reply_to = reply_address(last.mailbox.empty() ? settings_.from.address : last.mailbox, signer.address_token(name));
  else if (!last.mailbox.empty() && last.mailbox != settings_.from.address)
    mail.reply_to = last.mailbox;
  for (const auto& id : delivery.attachments) {
    auto content = host.open_content(id);
    mail.files.push_back({content.name, content.media_type, std::move(content.descriptor)});
  }
  return mail;
}

sdk::Outcome MailChannel::send(const sdk::Delivery& delivery) {
  const auto signer = Signer::from_file_text(host.secret(settings_.keys));
  const auto mail = compose(delivery, signer);
  const sdk::Descriptor file(host.raw()->content_create(host.raw()->context));
  if (file.get() < 0) return sdk::Outcome::failed("no room for the mail");
  write_mail(mail, file.get());
  if (!smtp_) smtp_.emplace(host, settings_.smtp, settings_.greeting_name);
  const auto sender = mail.automatic && settings_.empty_sender ? std::string() : settings_.from.address;
  (void)smtp_->send(sender, delivery.address, file.get());
  return sdk::Outcome::accepted("<" + mail.message_id + ">");
}

sdk::Outcome MailChannel::deliver(const sdk::Delivery& delivery) {
  if (!settings_.has_smtp) return sdk::Outcome::rejected("没有配置 smtp，这个渠道只收信 · this channel has no smtp and only takes in");
  if (!is_sendable_address(delivery.address))
    return sdk::Outcome::rejected("“" + without_controls(delivery.address, false) + "”不是可用的邮件地址 · is no mail address");
  const auto now = host.now_s();
  const bool auto_reply = is_auto_reply(delivery);
  const bool own = std::ranges::find(settings_.own_addresses, plain_address(delivery.address)) != settings_.own_addresses.end();
  if (own) return sdk::Outcome::rejected("收件人是本服务台自己的邮箱，会形成循环 · the recipient is a mailbox of this desk");
  if (auto_reply && memory_.hushed(delivery.address, now))
    return sdk::Outcome::delivered("not sent: the sender is a machine");
  if (auto_reply && !memory_.may_answer(delivery.address, delivery.key, now))
    return sdk::Outcome::delivered("not sent: answered within the hour");
  // Noted before it is sent: a crash in between costs an answer, never makes a second one.
  if (auto_reply) memory_.answered(delivery.address, delivery.key, now);
  try {
    return send(delivery);
  } catch (const HeaderFault& fault) {
    return sdk::Outcome::rejected(fault.what());
  } catch (const MailFault& fault) {
    if (delivery.attempt == 1) memory_.put_first_day(delivery.key, now / 86'400);
    using Kind = MailFault::Kind;
    switch (fault.kind()) {
      case Kind::permanent:
        return sdk::Outcome::rejected(fault.what());
      case Kind::temporary:
        return sdk::Outcome::retry_later(fault.what(), 60);
      case Kind::login:
      case Kind::refused:
        return sdk::Outcome::failed(fault.what()).halting();
      case Kind::unreachable:
        break;
    }
    return sdk::Outcome::failed(fault.what());
  }
}

sdk::Health MailChannel::health() {
  sdk::Health out;
  const auto wrong = [&](const std::string& what, bool hopeless) {
    out.healthy = false;
    out.detail += (out.detail.empty() ? "" : "; ") + what;
    out.halt = out.halt || hopeless;
  };
  const auto attempt = [&](const std::string& what, const auto& work) {
    try {
      work();
    } catch (const MailFault& fault) {
      wrong(what + ": " + fault.what(), fault.kind() == MailFault::Kind::login || fault.kind() == MailFault::Kind::refused);
    } catch (const std::exception& error) {
      wrong(what + ": " + error.what(), false);
    }
  };
  attempt("keys", [&] { (void)Signer::from_file_text(host.secret(settings_.keys)); });
  for (const auto& mailbox : settings_.mailboxes) {
    attempt(mailbox.address, [&] {
      Imap imap(host, mailbox.server);
      (void)imap.select(mailbox.folder);
    });
  }
  if (settings_.has_smtp) {
    attempt("smtp", [&] {
      if (!smtp_) smtp_.emplace(host, settings_.smtp, settings_.greeting_name);
      smtp_->check();
    });
  }
  return out;
}

}  // namespace

DOCKET_PLUGIN(MailChannel)
