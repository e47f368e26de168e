// SPDX-License-Identifier: Apache-2.0
#include "mail/take_in.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <system_error>

#include "mail/body_text.hpp"
#include "mail/charset.hpp"
#include "mail/formatted.hpp"
#include "mail/wording.hpp"

namespace docket::mail {
namespace {

using sdk::json::object;

constexpr std::int64_t enough_ms = 15'000;         // what one mail may need
constexpr std::size_t at_once = 200;               // mails of one folder before the next has its turn
constexpr int tries_before_aside = 3;              // after so many crashes on one mail it is taken in unread
constexpr int tries_in_all = 6;                    // after so many it is not even fetched
constexpr int faults_before_aside = 5;             // so often may the server, or the desk, fail on one mail in a row
constexpr std::int64_t reconcile_every_s = 600;
constexpr std::size_t reconciled_at_once = 50;
constexpr std::size_t rate_senders = 10'000;
constexpr std::int64_t refused_for_s = 900;

/// Something is wrong with the desk, not with the mail: the same again later.
class Later : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The desk itself failed on what it was asked. It may be this mail that it always fails on.
class Failed : public Later {
 public:
  using Later::Later;
};

/// Something is wrong with this mail, and will be next time.
class Refused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

bool passes(std::string_view code) {
  constexpr std::array<std::string_view, 8> codes{"overloaded",        "shutting_down", "database_unavailable", "internal",
                                                  "too_many_requests", "storage_full",  "request_timeout",      "stale_version"};
  return std::ranges::find(codes, code) != codes.end();
}

/// A mail's identity on the desk. The same bytes under the same id are the same mail, in whatever folder and under
/// whatever UIDVALIDITY they are found again; nobody can hide another's mail behind an id, because the bytes count too.
std::string key_of(const Incoming& mail) {
  return "mail:" + sha256_hex(mail.message_id + "\n" + mail.digest);
}

/// What every browser shows and none runs.
bool is_picture(std::string_view media_type) {
  return media_type == "image/png" || media_type == "image/jpeg" || media_type == "image/gif" || media_type == "image/webp";
}

std::string uids(std::uint32_t from, std::uint32_t to) {
  return "UID " + std::to_string(from) + ":" + std::to_string(to);
}

/// RFC 3501, 6.4.4: SINCE compares the day that the server wrote down, in whatever zone. A day earlier is in every zone
/// no later than the instant; what else came on those two days is taken as well, rather than to miss one.
std::string since(std::int64_t instant_s) {
  const std::chrono::sys_days day{std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds{std::chrono::seconds{instant_s}}) -
                                  std::chrono::days{1}};
  const std::chrono::year_month_day date{day};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return "SINCE " + std::to_string(static_cast<unsigned>(date.day())) + "-" +
         months.at(static_cast<unsigned>(date.month()) - 1) + "-" + std::to_string(static_cast<int>(date.year()));
}

/// What the cursor has not come to yet, in order.
std::vector<std::uint32_t> not_taken(Imap& imap, const Memory::Cursor& cursor) {
  std::vector<std::uint32_t> out;
  if (cursor.last < cursor.sift_to) out = imap.search(cursor.sift + " " + uids(cursor.last + 1, cursor.sift_to));
  const auto beyond = std::max(cursor.last, cursor.sift_to);
  for (const auto uid : imap.search("UID " + std::to_string(beyond + 1) + ":*")) {
    if (uid > beyond) out.push_back(uid);  // "N:*" also names the last mail when it is below N
  }
  return out;
}

}  // namespace

struct TakeIn::Folder {
  const Mailbox& mailbox;
  const Signer& signer;
  Imap& imap;
  std::string name;
  Memory::Cursor& cursor;
  bool can_mark = true;
};

void TakeIn::step(const char* name) const {
  if (before_step) before_step(name);
}

Descriptor TakeIn::make_file() const {
  const auto fd = host_.raw()->content_create(host_.raw()->context);
  if (fd < 0) throw Later("主机没有空间存放邮件 · the host has no room for a mail");
  return Descriptor(fd);
}

sdk::Host::Answer TakeIn::command(object request) const {
  auto answer = host_.command(request);
  if (!answer.ok && answer.code() == "internal") throw Failed(answer.detail());
  if (!answer.ok && passes(answer.code())) throw Later(answer.detail());
  return answer;
}

/// A text with its formatted twin, where there is one. What the desk does not like about the twin does not cost the text.
sdk::Host::Answer TakeIn::say(object request, sdk::json::array formatted) const {
  if (formatted.empty()) return command(std::move(request));
  auto whole = request;
  whole["formatted"] = std::move(formatted);
  auto answer = command(std::move(whole));
  if (answer.ok || answer.code() != "invalid_field") return answer;
  const auto why = answer.detail();
  answer = command(std::move(request));
  if (answer.ok) host_.warning("邮件的格式未能保留，只存了文字 · the formatted text was refused: " + why);
  return answer;
}

void TakeIn::record(const std::string& key, std::string_view outcome, const std::string& reason) const {
  const auto answer =
      command({{"command", "record_intake"}, {"key", key}, {"outcome", outcome}, {"reason", cut(reason, 900)}});
  if (!answer.ok) throw Later("登记失败：" + answer.detail_zh());
}

bool TakeIn::within_rate(const std::string& address) {
  const auto hour = host_.now_s() / 3600;
  if (hour != rate_hour_ || rate_.size() > rate_senders) rate_.clear();
  rate_hour_ = hour;
  return ++rate_[lower(address)] <= settings_.most_per_sender_hour;
}

sdk::PollAnswer TakeIn::poll() {
  sdk::PollAnswer answer;
  const auto signer = Signer::from_file_text(host_.secret(settings_.keys));
  bool all_refused = !settings_.mailboxes.empty();
  for (const auto& mailbox : settings_.mailboxes) {
    if (host_.remaining_ms() < enough_ms) {
      answer.more = true;
      break;
    }
    // One refused login among several mailboxes is not tried again with each poll: servers lock accounts for that.
    const auto refused = refused_.find(mailbox.address);
    if (refused != refused_.end() && host_.now_s() < refused->second.until_s) {
      answer.error = refused->second.why;
      continue;
    }
    try {
      answer.more = go_through(mailbox, signer) || answer.more;
      all_refused = false;
    } catch (const MailFault& fault) {
      answer.error = mailbox.address + "：" + fault.what();
      const bool hopeless = fault.kind() == MailFault::Kind::login || fault.kind() == MailFault::Kind::refused;
      all_refused = all_refused && hopeless;
      if (hopeless) refused_[mailbox.address] = {host_.now_s() + refused_for_s, answer.error};
    } catch (const Later& later) {
      answer.error = mailbox.address + "：" + later.what();
      all_refused = false;
    } catch (const std::system_error& error) {  // no room for a mail
      answer.error = mailbox.address + "：" + error.what();
      all_refused = false;
    }
  }
  answer.halt = all_refused;
  // Halted: the next poll comes when a person has looked.
  if (all_refused) refused_.clear();
  return answer;
}

bool TakeIn::go_through(const Mailbox& mailbox, const Signer& signer) {
  const auto name = mailbox.address + "/" + mailbox.folder;
  Imap imap(host_, mailbox.server);
  const auto selected = imap.select(mailbox.folder);
  auto cursor = memory_.cursor(name).value_or(Memory::Cursor{});
  if (cursor.validity != selected.uid_validity) {
    const bool first = cursor.validity == 0;
    Memory::Cursor fresh;
    fresh.validity = selected.uid_validity;
    fresh.begun_s = cursor.begun_s;
    cursor = fresh;
    if (first) {
      begin(imap, mailbox, name, cursor);
    } else {
      begin_again(imap, mailbox, name, cursor);
    }
    memory_.put_cursor(name, cursor);
  }
  Folder folder{mailbox, signer, imap, name, cursor, !selected.read_only};
  if (selected.read_only && mailbox.after != AfterStored::leave)
    host_.warning(name + "：文件夹只读，无法标记已读 · the folder is read-only, mails can not be marked");
  std::size_t done = 0;
  for (const auto uid : not_taken(imap, cursor)) {
    if (done++ >= at_once || host_.remaining_ms() < enough_ms) return true;
    take(folder, uid);
  }
  return reconcile(folder);
}

/// The first time: what lies there already is left alone, unless the admin wants it.
void TakeIn::begin(Imap& imap, const Mailbox& mailbox, const std::string& name, Memory::Cursor& cursor) const {
  if (mailbox.start == Start::all) return;
  cursor.begun_s = host_.now_s();
  const auto there = imap.search("ALL");
  if (there.empty()) return;
  if (mailbox.start == Start::fresh) {
    cursor.last = there.back();
  } else {
    const auto unseen = imap.search("UNSEEN");
    cursor.last = unseen.empty() ? there.back() : unseen.front() - 1;
    cursor.sift_to = there.back();
    cursor.sift = "UNSEEN";
  }
  cursor.first = cursor.last + 1;
  host_.info(name + "：从 UID " + std::to_string(cursor.last + 1) + " 开始收取 · begins there");
}

/// The server numbers the mails anew (RFC 3501, 2.3.1.1). Each is looked at again, and its key tells that it is stored;
/// but what was left alone when the channel began is left alone still, by the day on which it came.
void TakeIn::begin_again(Imap& imap, const Mailbox& mailbox, const std::string& name, Memory::Cursor& cursor) const {
  host_.warning(name + "：UIDVALIDITY 变了，重新核对整个文件夹；已入库的不会重复 · UIDVALIDITY changed, the folder is gone through again");
  if (mailbox.start == Start::all || cursor.begun_s == 0) return;
  const auto there = imap.search("ALL");
  if (there.empty()) return;
  cursor.sift_to = there.back();
  cursor.sift = (mailbox.start == Start::unseen ? "OR UNSEEN " : "") + since(cursor.begun_s);
}

/// Unread against stored: what is still unread below the cursor was either stored and not marked, or missed. Each is
/// handed over again under its key, which repeats nothing, and marked. Missed ones are an alarm.
bool TakeIn::reconcile(Folder& folder) {
  const auto now = host_.now_s();
  const auto& cursor = folder.cursor;
  if (!folder.can_mark || folder.mailbox.after == AfterStored::leave ||
      now - cursor.reconciled_s < reconcile_every_s || cursor.last < cursor.first)
    return false;
  auto criteria = "UNSEEN UNFLAGGED " + uids(cursor.first, cursor.last);
  if (!cursor.sift.empty()) criteria += " OR " + uids(cursor.sift_to + 1, std::max(cursor.sift_to + 1, cursor.last)) + " " + cursor.sift;
  auto unread = folder.imap.search(criteria);
  const bool more = unread.size() > reconciled_at_once;
  if (more) unread.resize(reconciled_at_once);
  for (const auto uid : unread) {
    if (host_.remaining_ms() < enough_ms) return true;
    take(folder, uid);
  }
  if (!more) {
    folder.cursor.reconciled_s = now;
    memory_.put_cursor(folder.name, cursor);
  }
  return more && folder.can_mark;
}

Incoming TakeIn::read(Folder& folder, std::uint32_t uid, int raw, bool too_large) const {
  // A mail on which the process ended again and again is not opened any more: the original goes along as a file.
  const bool unopened = folder.cursor.tries > tries_before_aside;
  Budget budget;
  budget.bytes = unopened || too_large ? 0 : settings_.most_bytes;
  auto mail = read_incoming(raw, [this] { return make_file(); }, budget);
  if (too_large) {
    mail.enclosures.clear();
    mail.remarks = {"邮件超过 " + std::to_string(settings_.most_bytes >> 20) + " MiB，只读了邮件头；原件留在邮箱 " +
                    folder.name + "，UID " + std::to_string(uid)};
  }
  if (settings_.keep_original && mail.had_html && mail.size <= (std::int64_t{5} << 20)) {
    Enclosure original;
    original.name = "original.eml";
    original.media_type = "message/rfc822";
    original.size = mail.size;
    original.content = make_file();
    write_all(original.content.get(), read_start(raw, static_cast<std::size_t>(mail.size)));
    mail.enclosures.push_back(std::move(original));
  }
  return mail;
}

void TakeIn::take(Folder& folder, std::uint32_t uid) {
  auto& cursor = folder.cursor;
  if (cursor.trying != uid) {
    cursor.tries = cursor.faults = 0;
    cursor.why.clear();
  }
  if (cursor.tries >= tries_in_all || cursor.faults >= faults_before_aside) return put_aside(folder, uid);
  ++cursor.tries;
  cursor.trying = uid;
  step("note the try");
  memory_.put_cursor(folder.name, cursor);
  // A try that breaks off with words is no crash.
  try {
    take_in(folder, uid);
  } catch (const MailFault& fault) {
    break_off(folder, fault.what());
    throw;
  } catch (const Failed& failed) {
    break_off(folder, failed.what());
    throw;
  } catch (const Later&) {
    break_off(folder, {});
    throw;
  } catch (const sdk::HostError&) {
    break_off(folder, {});
    throw;
  } catch (const std::system_error& error) {
    break_off(folder, error.what());
    throw;
  }
}

/// Takes the try back, and counts what may be this mail's fault, if `why` says so.
void TakeIn::break_off(Folder& folder, const std::string& why) const {
  --folder.cursor.tries;
  if (!why.empty()) {
    ++folder.cursor.faults;
    folder.cursor.why = cut(why, 300);
  }
  try {
    memory_.put_cursor(folder.name, folder.cursor);
  } catch (const sdk::HostError& error) {
    host_.warning(folder.name + "：未能记下收取的位置 · where it stands could not be noted: " + error.what());
  }
}

/// A mail that can not be had, whatever is tried, holds up none of the others: its row says where it lies, and once it is
/// unread without its flag again, it is tried anew.
void TakeIn::put_aside(Folder& folder, std::uint32_t uid) {
  auto& cursor = folder.cursor;
  const auto place = folder.name + "，UID " + std::to_string(uid);
  const auto reason = cursor.why.empty() ? "收取时进程多次中断，未再尝试" : "多次收取失败：" + cursor.why;
  step("put aside");
  record("mail:" + sha256_hex(folder.name + "\n" + std::to_string(cursor.validity) + "\n" + std::to_string(uid)) + "/failed", "failed",
         "邮件留在邮箱 " + place + "；" + reason);
  host_.error(place + "：一封邮件取不下来，已搁置 · a mail can not be had and was set aside: " + reason);
  done_with(folder, uid);
  step("mark");
  mark(folder, uid, false);
}

void TakeIn::take_in(Folder& folder, std::uint32_t uid) {
  const bool behind = uid <= folder.cursor.last;
  step("fetch");
  const auto raw = make_file();
  const auto fetched = folder.imap.fetch(uid, raw.get(), settings_.most_bytes);
  if (fetched != Fetched::gone) {
    auto mail = read(folder, uid, raw.get(), fetched == Fetched::too_large);
    const auto handed = hand_over(folder, mail);
    if (behind && handed == Handed::taken)
      host_.warning(folder.name + "：UID " + std::to_string(uid) + " 曾漏收，核对时补上 · was missed, and is taken in now");
    step("mark");
    mark(folder, uid, handed != Handed::aside);
  }
  step("move the cursor");
  done_with(folder, uid);
}

void TakeIn::done_with(Folder& folder, std::uint32_t uid) const {
  auto& cursor = folder.cursor;
  cursor.trying = 0;
  cursor.tries = cursor.faults = 0;
  cursor.why.clear();
  cursor.last = std::max(cursor.last, uid);
  memory_.put_cursor(folder.name, cursor);
}

/// Only after the commit. A mark that can not be set loses nothing: the ledger knows the mail.
void TakeIn::mark(Folder& folder, std::uint32_t uid, bool taken) const {
  if (!folder.can_mark || folder.mailbox.after == AfterStored::leave) return;
  try {
    if (!taken) {
      folder.imap.add_flag(uid, "\\Flagged");  // set aside, unread, for a person to see
    } else if (folder.mailbox.after == AfterStored::move) {
      folder.imap.move(uid, folder.mailbox.move_to);
    } else {
      folder.imap.add_flag(uid, "\\Seen");
    }
  } catch (const MailFault& fault) {
    if (fault.kind() != MailFault::Kind::permanent) throw;
    folder.can_mark = false;
    host_.warning(folder.name + "：无法标记或移动邮件 · mails can not be marked: " + fault.what());
  }
}

/// Throws Later when the desk can not take anything now.
TakeIn::Handed TakeIn::hand_over(Folder& folder, Incoming& mail) {
  const auto key = key_of(mail);
  step("ask the ledger");
  if (const auto known = command({{"command", "intake"}, {"key", key}}); known.ok) return Handed::known;
  std::string reason;
  try {
    return decide(folder, mail, key);
  } catch (const Refused& refused) {
    reason = refused.what();
  } catch (const std::bad_alloc&) {
    reason = "内存不足 · out of memory";
  }
  // Under a name of its own, so that the mail can be taken in once the cause is mended: unread again, without its flag.
  record(key + "/failed", "failed", reason);
  host_.error(folder.name + "：一封邮件未能入库，已搁置 · a mail was set aside: " + reason);
  return Handed::aside;
}

TakeIn::Handed TakeIn::decide(Folder& folder, Incoming& mail, const std::string& key) {
  RoutingRules rules;
  rules.own_addresses = settings_.own_addresses;
  rules.trusted_mta = settings_.trusted_mta;
  rules.today = host_.now_s() / 86'400;
  rules.reply_days = settings_.reply_days;
  const auto routed = route(mail, folder.signer, rules);
  // Before the commit, so that the answer which the commit sets off finds it.
  if (!routed.answerable && !routed.sender.address.empty()) memory_.hush(routed.sender.address, host_.now_s());
  if (routed.rule == Rule::bounce && routed.ticket != 0) report_bounce(*mail.bounce);
  const bool joined = routed.intake != Intake::ignore && routed.ticket != 0 && join(folder.mailbox, routed, mail, key);
  if (joined) return Handed::taken;
  if (routed.intake == Intake::ignore || routed.rule == Rule::bounce) {
    step("record");
    record(key, "ignored", reason_of(routed.rule, mail));
    return Handed::taken;
  }
  if (!within_rate(routed.sender.address)) {
    throw Refused("rate：" + routed.sender.address + " 一小时内超过 " + std::to_string(settings_.most_per_sender_hour) +
                  " 封新邮件，留在邮箱中未建工单");
  }
  create(folder.mailbox, routed, mail, key);
  return Handed::taken;
}

/// What was sent back for good is a failed delivery, which may go another way. Only our own signed ids come here; before the
/// note is committed, as a second receipt changes nothing.
void TakeIn::report_bounce(const BounceReport& report) const {
  if (report.delayed || !report.status.starts_with('5')) return;
  step("receipt");
  const auto error = report.status + (report.diagnostic.empty() ? "" : " " + report.diagnostic);
  const auto noted = command({{"command", "receipt"},
                              {"vendor_id", "<" + report.original_id + ">"},
                              {"outcome", "failed"},
                              {"error", cut(error, 400)}});
  if (!noted.ok && noted.code() != "not_found") host_.warning("退信未能记到投递上 · a bounce could not be noted on its delivery: " + noted.detail());
}

TakeIn::Kept TakeIn::keep_enclosures(Incoming& mail) const {
  Kept kept;
  const auto add = [&kept](const Enclosure& enclosure) {
    if (enclosure.kept->empty()) return;
    kept.ids.emplace_back(*enclosure.kept);
    if (enclosure.picture) kept.pictures.emplace(enclosure.content_id, std::strtoll(enclosure.kept->c_str(), nullptr, 10));
  };
  for (auto& enclosure : mail.enclosures) {
    if (enclosure.kept) {  // for a ticket that took nothing more
      add(enclosure);
      continue;
    }
    std::string answer;
    const docket_sink sink{&answer, [](void* to, const char* data, std::uint64_t size) {
                             static_cast<std::string*>(to)->append(data, static_cast<std::size_t>(size));
                           }};
    const auto facts = sdk::json::serialize(object{{"name", enclosure.name}, {"media_type", enclosure.media_type}});
    const auto status =
        host_.raw()->content_keep(host_.raw()->context, enclosure.content.get(), {facts.data(), facts.size()}, sink);
    boost::system::error_code error;
    const auto parsed = sdk::json::parse(answer, error);
    const bool readable = !error && parsed.is_object();
    if (status == DOCKET_OK && readable) {
      enclosure.kept = sdk::text_of(parsed.get_object(), "id");
      // The desk's word counts: it looked at the bytes.
      enclosure.picture = !enclosure.content_id.empty() && is_picture(sdk::text_of(parsed.get_object(), "media_type"));
      add(enclosure);
      continue;
    }
    const auto code = readable ? sdk::text_of(parsed.get_object(), "code") : std::string();
    if (code == "internal") throw Failed("附件无法保存：" + answer);
    if (status == DOCKET_TOO_LATE || passes(code)) throw Later("附件暂时无法保存：" + answer);
    enclosure.kept.emplace();
    mail.remarks.push_back("附件“" + std::string(cut(enclosure.name, 150)) + "”未保存：" +
                           (readable ? sdk::text_of(parsed.get_object(), "detail", code) : std::string("被拒绝")));
  }
  return kept;
}

/// False: there is no such ticket to join, or it takes nothing more.
bool TakeIn::join(const Mailbox& mailbox, const Routed& routed, Incoming& mail, const std::string& key) {
  const auto ticket = command({{"command", "find_ticket"}, {"ticket", routed.ticket}});
  if (!ticket.ok) return false;
  bool as_customer = routed.intake == Intake::customer && routed.trust >= settings_.least_trust;
  if (as_customer) {
    // The holder of a reply address is heard as the customer only under the customer's own address.
    const auto customer = command({{"command", "find_customer"}, {"email", routed.sender.address}});
    const auto* owner = ticket.body.as_object().if_contains("customer");
    const auto owner_id = owner == nullptr      ? 0
                          : owner->is_object()  ? sdk::number_of(owner->get_object(), "id")
                          : owner->is_number() ? owner->to_number<std::int64_t>()
                                                : 0;
    as_customer = customer.ok && owner_id != 0 && sdk::number_of(customer.body.as_object(), "id") == owner_id;
  }
  const bool bounced = mail.bounce.has_value();
  auto said = split_quotation(bounced ? bounce_text(mail) : mail.text);
  if (bounced) mail.enclosures.clear();
  if (!said.quoted.empty()) {
    Enclosure quoted;
    quoted.name = "引用原文.txt";
    quoted.media_type = "text/plain";
    quoted.size = static_cast<std::int64_t>(said.quoted.size());
    quoted.content = make_file();
    write_all(quoted.content.get(), said.quoted);
    mail.enclosures.push_back(std::move(quoted));
  }
  step("keep the files");
  const auto files = keep_enclosures(mail);
  auto body = body_or_blank(said.own, mail);
  if (bounced) mail.formatted.clear();
  if (!as_customer && !bounced) {
    const auto sentence = about(routed, mail, true);
    body = sentence + "\n\n" + body;
    if (!mail.formatted.empty()) mail.formatted.insert(mail.formatted.begin(), paragraph_of(sentence));
  }
  step("hand over");
  const auto added = say({{"command", "add_message"},
                          {"key", key},
                          {"ticket", routed.ticket},
                          {"kind", as_customer ? "customer" : "note"},
                          {"body", cut(body, 250'000)},
                          {"attachments", files.ids}},
                         formatted_json(mail.formatted, files.pictures));
  if (!added.ok) {
    host_.info("工单 " + std::to_string(routed.ticket) + " 不再接收邮件，另建工单 · takes no more: " + added.detail());
    return false;
  }
  if (as_customer) memory_.put_last_mail(routed.ticket, {mail.message_id, mailbox.address});
  return true;
}

void TakeIn::create(const Mailbox& mailbox, const Routed& routed, Incoming& mail, const std::string& key) {
  step("keep the files");
  const auto files = keep_enclosures(mail);
  auto name_of_customer = routed.sender.name.empty() ? routed.sender.address : routed.sender.name;
  object request{{"command", "create_ticket"},
                 {"key", key},
                 {"subject", subject_of(mail)},
                 {"body", cut(body_or_blank(mail.text, mail), 250'000)},
                 {"attachments", files.ids},
                 {"customer", object{{"name", cut(name_of_customer, 190)}, {"email", routed.sender.address}}}};
  const auto& type = mailbox.type.empty() ? settings_.type : mailbox.type;
  if (!type.empty()) request["type"] = type;
  step("hand over");
  const auto made = say(request, formatted_json(mail.formatted, files.pictures));
  if (!made.ok) throw Refused(made.code() + "：" + made.detail_zh());
  const auto ticket = sdk::number_of(made.body.as_object(), "ticket");
  memory_.put_last_mail(ticket, {mail.message_id, mailbox.address});
  auto note = about(routed, mail, false);
  if (routed.ticket != 0)
    note += (note.empty() ? "" : "\n") + ("邮件是对工单 " + std::to_string(routed.ticket) + " 的回复，该工单不再接收邮件");
  if (note.empty()) return;
  step("note");
  const auto noted = command(
      {{"command", "add_message"}, {"key", key + "/note"}, {"ticket", ticket}, {"kind", "note"}, {"body", cut(note, 20'000)}});
  if (!noted.ok) host_.warning("邮件说明未能记入工单 " + std::to_string(ticket) + "：" + noted.detail_zh());
}

}  // namespace docket::mail
