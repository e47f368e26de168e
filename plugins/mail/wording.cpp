// SPDX-License-Identifier: Apache-2.0
#include "mail/wording.hpp"

#include "mail/charset.hpp"

namespace docket::mail {
namespace {

std::string shown(const Address& address) {
  if (address.address.empty()) return address.name.empty() ? "（未知发件人）" : address.name;
  return address.name.empty() ? address.address : address.name + " <" + address.address + ">";
}

std::string shown(const std::vector<Address>& list) {
  std::string out;
  for (const auto& address : list) {
    if (!out.empty()) out += "，";
    out += shown(address);
    if (out.size() > 1500) return out + "…";
  }
  return out;
}

}  // namespace

std::string subject_of(const Incoming& mail) {
  const auto subject = cut(trimmed(mail.subject), 480);
  return subject.empty() ? "（无主题）" : std::string(subject);
}

std::string body_or_blank(const std::string& text, const Incoming& mail) {
  if (!trimmed(text).empty()) return text;
  return mail.enclosures.empty() ? "（邮件没有正文）" : "（邮件没有正文，见附件）";
}

std::string about(const Routed& routed, const Incoming& mail, bool with_sender) {
  std::string out;
  const auto say = [&](const std::string& sentence) {
    if (!out.empty()) out += '\n';
    out += sentence;
  };
  if (with_sender) say("发件人：" + shown(routed.sender) + "（未经核实，客户看不到此邮件）");
  if (!mail.cc.empty()) say("抄送：" + shown(mail.cc));
  if (routed.trust != Trust::none)
    say(routed.trust == Trust::pass ? "发件域校验：DMARC 通过" : "发件域校验：SPF 或 DKIM 通过");
  for (const auto& remark : routed.remarks) say(remark);
  for (const auto& remark : mail.remarks) say(remark);
  return out;
}

std::string bounce_text(const Incoming& mail) {
  const auto& report = *mail.bounce;
  std::string out = report.delayed ? "邮件投递延迟，仍在重试" : "邮件被退回";
  if (!report.recipient.empty()) out += "：" + report.recipient;
  if (!report.status.empty()) out += "（" + report.status + "）";
  if (!report.diagnostic.empty()) out += "\n" + report.diagnostic;
  return out;
}

std::string reason_of(Rule rule, const Incoming& mail) {
  const auto name_of_rule = std::string(name(rule));
  switch (rule) {
    case Rule::own_address:
      return name_of_rule + "：发件人是本服务台的邮箱";
    case Rule::own_message:
      return name_of_rule + "：是本服务台发出的邮件";
    case Rule::read_receipt:
      return name_of_rule + "：已读回执";
    case Rule::bounce:
      return name_of_rule + "：与工单无关的退信" + (mail.bounce->recipient.empty() ? "" : "，" + mail.bounce->recipient);
    case Rule::auto_replied:
      return name_of_rule + "：自动回复，且不是回复工单的邮件";
    case Rule::no_sender:
      return name_of_rule + "：没有可用的发件人地址";
    default:
      return name_of_rule;
  }
}

}  // namespace docket::mail
