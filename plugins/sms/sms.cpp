// SPDX-License-Identifier: Apache-2.0
// SMS by an HTTP gateway: kannel, or any other that its settings describe. Sends, hears receipts, and takes in what people
// answer.
#include "docket/callback_crypto.hpp"
#include "docket/text.hpp"
#include "phone_number.hpp"
#include "sms_callback.hpp"
#include "sms_gateway.hpp"
#include "sms_text.hpp"

#include <algorithm>
#include <deque>

namespace docket::sms {
namespace {

using sdk::Outcome;

constexpr std::size_t kRemembered = 2000;       // ids that were handed out a moment ago
constexpr std::int64_t kReceiptRaces_s = 60;    // a receipt may come before the desk has written down what it is for
constexpr std::size_t kLastPerSlot = 8;
constexpr std::size_t kMostIncoming = 4000;     // bytes of one text that came in

const json::object& object_in(const json::object& from, std::string_view name) {
  static const json::object none;
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_object() ? value->get_object() : none;
}

class Sms : public sdk::Plugin {
 public:
  Sms(sdk::Host h, const json::object& settings)
      : Plugin(h),
        gateway_(settings),
        words_(callback_words(settings)),
        user_(sdk::text_of(settings, "user")),
        password_(sdk::text_of(settings, "password")),
        sender_(sdk::text_of(settings, "sender")),
        signature_(sdk::text_of(settings, "signature")),
        text_(sdk::text_of(settings, "text", "{{body}}")),
        most_parts_(static_cast<int>(sdk::number_of(settings, "max_parts", 4))),
        country_(sdk::text_of(settings, "country", "86")),
        style_(number_style_of(sdk::text_of(settings, "numbers", "e164"))),
        abroad_(sdk::yes_of(settings, "abroad")),
        callback_url_(sdk::text_of(object_in(settings, "callback"), "url")),
        callback_secret_(sdk::text_of(object_in(settings, "callback"), "secret")),
        incoming_(settings.contains("incoming")),
        type_(sdk::text_of(object_in(settings, "incoming"), "type")),
        join_s_(3600 * sdk::number_of(object_in(settings, "incoming"), "join_hours", 72)),
        http_(h) {
    while (callback_url_.ends_with('/')) callback_url_.pop_back();
    if (callback_url_.find_first_of("%?#") != std::string::npos)
      throw std::invalid_argument("callback/url is this desk's own: https://DESK/api/v1/hooks/NAME, with nothing behind it");
    if (incoming_ && callback_secret_.empty()) throw std::invalid_argument("incoming needs callback: the secret that tells the gateway from anybody else");
    if (gateway_.uses("receipt_url") && callback_url_.empty() && sdk::text_of(settings, "gateway", "kannel") != "kannel")
      throw std::invalid_argument("{{receipt_url}} needs callback: {url, secret}");
  }

  Outcome deliver(const sdk::Delivery& delivery) override {
    const auto number = e164(delivery.address, country_);
    if (!number) return Outcome::rejected("the recipient's phone is no telephone number");
    if (!takes_sms(*number)) return Outcome::rejected(masked(*number) + " is no mobile number: it gets no SMS");
    if (!abroad_ && !number->starts_with("+" + country_))
      return Outcome::rejected(masked(*number) + " is abroad; set abroad: true if that is meant");
    auto text = text_for(delivery);
    if (text.empty()) return Outcome::rejected("there is no text to send");
    text = fitted(text, most_parts_);
    const auto size = counted(text);
    const auto measure = std::string(size.alphabet == Alphabet::ucs2 ? "UCS-2, " : "GSM-7, ") + std::to_string(size.units) +
                         " characters, " + std::to_string(size.parts) + (size.parts == 1 ? " part" : " parts");
    Judged judged;
    try {
      judged = gateway_.judge(http_.send(gateway_.request(values_for(delivery, *number, text, size))));
    } catch (const sdk::TransportError& error) {
      return error.refused() ? Outcome::failed(error.what()).halting() : Outcome::failed(error.what());
    }
    auto outcome = outcome_of(judged, delivery.key);
    if (judged.meaning == Meaning::accepted || judged.meaning == Meaning::delivered) {
      host.info(delivery.key + " to " + masked(*number) + ": " + measure);
      outcome.error = measure;  // stands in the story of the delivery
      try {
        remember(delivery, *number, outcome.vendor_id);
      } catch (const std::exception& error) {
        // It is on its way and paid for: sent again it would come twice.
        host.warning(delivery.key + ": an answer to it will begin a ticket of its own, since its number could not be noted: " + error.what());
      }
    } else {
      host.warning(delivery.key + " to " + masked(*number) + ": " + judged.why);
    }
    return outcome;
  }

  sdk::Health health() override {
    Values account;
    add_account(account);
    if (const auto probe = gateway_.probe(account)) {
      try {
        const auto judged = gateway_.judge(http_.send(*probe));
        if (judged.meaning == Meaning::settings) return {false, judged.why, true};
        if (judged.meaning == Meaning::later) return {false, judged.why};
        return {true, "kannel takes the account"};
      } catch (const sdk::TransportError& error) {
        return {false, error.what()};
      }
    }
    if (!callback_secret_.empty()) (void)host.secret(callback_secret_);
    return {true, "the secrets can be read; whether the gateway takes them shows with the first message"};
  }

  sdk::HttpAnswer receive_http(const sdk::HttpRequest& request) override {
    const bool receipt = request.path == "/receipt";
    if (callback_secret_.empty() || (!receipt && !(incoming_ && request.path == "/incoming"))) return {404, "there is nothing here"};
    const auto secret = host.secret(callback_secret_);
    if (secret.size() < 16) {
      host.error("the callback's secret is shorter than 16 characters: nothing is taken in");
      return {503, "the callback is not set up"};
    }
    const auto records = records_of(request);
    if (!records) return {400, "the body is no form, no JSON object and no list of them"};
    const auto token = request.header(words_.header);
    const bool trusted = sdk::equal_in_constant_time(token.empty() ? request.parameter("token").value_or("") : std::string(token), secret);
    if (!receipt && !trusted) return refused(request);
    for (const auto& record : *records) {
      const auto answer = receipt ? take_receipt(record, trusted, secret) : take_text(record);
      if (answer == 401) return refused(request);
      if (answer != 200) return {answer, "try again"};
    }
    const bool as_json = words_.answer.starts_with('{');
    return {200, words_.answer, {{"content-type", as_json ? "application/json" : "text/plain"}}};
  }

 private:
  sdk::HttpAnswer refused(const sdk::HttpRequest& request) const {
    host.warning("a call from " + request.address + " to " + request.path + " has neither the secret nor a right signature");
    return {401, "the signature is wrong"};
  }

  // Out -------------------------------------------------------------------------------------------------------------

  [[nodiscard]] std::string text_for(const sdk::Delivery& delivery) const {
    const Values parts{{"body", cleaned(delivery.body)}, {"subject", cleaned(delivery.subject)}, {"number", delivery.ticket_number},
                       {"link", delivery.link},          {"name", delivery.recipient_name}};
    auto text = cleaned(filled(text_, parts, Escape::none));
    // The mark that operators in China require; in front, where all of them take it.
    if (!signature_.empty() && !text.empty() && text.find("【" + signature_ + "】") == std::string::npos) text = "【" + signature_ + "】" + text;
    return text;
  }

  void add_account(Values& values) const {
    values["user"] = user_;
    if (password_.empty()) return;
    const auto password = host.secret(password_);
    values["basic"] = sdk::base64(user_ + ":" + password);
    values["password"] = password;
  }

  [[nodiscard]] Values values_for(const sdk::Delivery& delivery, const std::string& number, const std::string& text, const Counted& size) const {
    Values out{{"to", written(number, style_, country_)},
               {"text", text},
               {"coding", size.alphabet == Alphabet::ucs2 ? "2" : "0"},
               {"parts", std::to_string(size.parts)},
               {"sender", sender_},
               {"key", delivery.key},
               {"number", delivery.ticket_number},
               {"subject", cleaned(delivery.subject)},
               {"link", delivery.link},
               {"now", std::to_string(host.now_s())}};
    add_account(out);
    if (gateway_.uses("text_hex")) out["text_hex"] = ucs2_hex(text);
    if (!callback_url_.empty() && !callback_secret_.empty()) {
      // %d is kannel's for the kind of receipt. Signed for this one message, so that no log at the gateway has a secret.
      out["receipt_url"] = callback_url_ + "/receipt?key=" + sdk::escape_url(delivery.key) +
                           "&sign=" + receipt_signature(host.secret(callback_secret_), delivery.key) + (words_.id == "key" ? "&status=%d" : "");
    }
    return out;
  }

  static Outcome outcome_of(const Judged& judged, const std::string& key) {
    switch (judged.meaning) {
      case Meaning::accepted: return Outcome::accepted(judged.id.empty() ? key : judged.id);
      case Meaning::delivered: return Outcome::delivered(judged.id.empty() ? key : judged.id);
      case Meaning::later: return Outcome::retry_later(judged.why, judged.wait_s);
      case Meaning::settings: return Outcome::failed(judged.why).halting();
      case Meaning::rejected: break;
    }
    return Outcome::rejected(judged.understood ? judged.why : judged.why + " (fits none of `answers`; not sent again, since it may have arrived)");
  }

  /// For receipts that come at once, and for answers of the person to this number.
  void remember(const sdk::Delivery& delivery, const std::string& number, const std::string& vendor_id) {
    recent_.emplace_back(vendor_id, host.now_s());
    if (recent_.size() > kRemembered) recent_.pop_front();
    if (!incoming_ || delivery.ticket_id == 0 || delivery.recipient_kind == "user") return;
    json::array list;
    for (auto& one : last_of(number)) {
      if (one.is_object() && sdk::text_of(one.get_object(), "to") != number) list.push_back(std::move(one));
    }
    while (list.size() >= kLastPerSlot) list.erase(list.begin());
    list.push_back(json::object{{"to", number}, {"ticket", delivery.ticket_id}, {"at", host.now_s()}});
    host.put_state(slot_of(number), json::serialize(list));
  }

  /// State is bounded: 4,096 slots of a few numbers each, the oldest goes.
  static std::string slot_of(const std::string& number) { return "last:" + sdk::sha256_hex(number).substr(0, 3); }
  [[nodiscard]] json::array last_of(const std::string& number) const {
    const auto kept = host.state(slot_of(number));
    if (!kept) return {};
    boost::system::error_code error;
    auto parsed = json::parse(*kept, error);
    return !error && parsed.is_array() ? std::move(parsed.get_array()) : json::array{};
  }

  // In --------------------------------------------------------------------------------------------------------------

  static std::string field(const CallbackRecord& record, const std::string& name) {
    const auto found = record.find(name);
    return found == record.end() ? std::string{} : found->second;
  }

  int take_receipt(const CallbackRecord& record, bool trusted, const std::string& secret) {
    const auto key = field(record, "key");
    const bool signed_for = !key.empty() && sdk::equal_in_constant_time(field(record, "sign"), receipt_signature(secret, key));
    if (!trusted && !signed_for) return 401;
    const auto status = field(record, words_.status);
    const auto came = arrived(words_, status);
    if (!came) return 200;
    json::object command{{"command", "receipt"}, {"outcome", *came ? "delivered" : "failed"}};
    const auto id = signed_for ? key : field(record, words_.id);
    if (id.empty()) return 200;
    command[signed_for ? "delivery" : "vendor_id"] = id;
    if (!*came) {
      const auto error = words_.error.empty() ? std::string{} : field(record, words_.error);
      command["error"] = sdk::shortened("the gateway reports " + status + (error.empty() ? "" : ": " + error), 200);
    }
    const auto answer = host.command(command);
    if (answer.ok) return 200;
    if (answer.code() != "not_found") {
      host.warning("a receipt was not taken: " + answer.detail());
      return 503;
    }
    return handed_out_lately(id) ? 503 : 200;  // of another system's message, or of one that is gone: no use repeating
  }

  bool handed_out_lately(const std::string& id) {
    while (!recent_.empty() && recent_.front().second + kReceiptRaces_s < host.now_s()) recent_.pop_front();
    return std::ranges::any_of(recent_, [&](const auto& one) { return one.first == id; });
  }

  int take_text(const CallbackRecord& record) {
    const auto from = field(record, words_.from);
    const auto text = sdk::shortened(cleaned(as_utf8(field(record, words_.text), field(record, "charset"))), kMostIncoming);
    auto id = field(record, words_.message_id);
    // Without an id, the same words of the same number within an hour are one text, tried again.
    if (id.empty() || id.size() > 120) id = sdk::sha256_hex(from + "\n" + text + "\n" + std::to_string(host.now_s() / 3600));
    const auto key = "sms:" + id;
    const auto number = e164(from, country_);
    if (!number || text.empty()) {
      const auto* reason = text.empty() ? "the text is empty" : "the sender is no telephone number";
      return host.command({{"command", "record_intake"}, {"key", key}, {"outcome", "ignored"}, {"reason", reason}}).ok ? 200 : 503;
    }
    if (const auto taken = answer_on_ticket(key, *number, text)) return *taken;
    json::object command{{"command", "create_ticket"}, {"key", key}, {"subject", sdk::shortened(text.substr(0, text.find('\n')), 90)},
                         {"body", text}, {"customer", {{"phone", *number}}}};
    if (!type_.empty()) command["type"] = type_;
    return told(host.command(command), "a text of " + masked(*number));
  }

  /// As a message on a ticket of this very number: one that it names, or the last that wrote to it. Nothing where there is
  /// none, or where it takes no more messages.
  std::optional<int> answer_on_ticket(const std::string& key, const std::string& number, const std::string& text) {
    json::object which;
    auto body = text;
    if (const auto named = sdk::addressed(text)) {
      which["number"] = named->number;
      body = named->text;
    } else {
      for (const auto& one : last_of(number)) {
        const auto& last = one.as_object();
        if (sdk::text_of(last, "to") == number && sdk::number_of(last, "at") + join_s_ > host.now_s()) which["ticket"] = sdk::number_of(last, "ticket");
      }
    }
    if (which.empty()) return {};
    auto ask = which;
    ask["command"] = "find_ticket";
    const auto ticket = host.command(ask);
    const auto customer = host.command({{"command", "find_customer"}, {"phone", number}});
    // A number in a text is no proof: the ticket has to be of the person whose number it is.
    if (!ticket.ok || !customer.ok || !ticket.body.is_object() || !customer.body.is_object() ||
        sdk::number_of(ticket.body.get_object(), "customer") == 0 ||
        sdk::number_of(ticket.body.get_object(), "customer") != sdk::number_of(customer.body.get_object(), "id"))
      return {};
    json::object command{{"command", "add_message"}, {"key", key}, {"ticket", sdk::number_of(ticket.body.get_object(), "ticket")},
                         {"kind", "customer"}, {"body", body}, {"customer", {{"phone", number}}}};
    const auto answer = host.command(command);
    if (answer.ok) return 200;
    if (answer.code() == "overloaded" || answer.code() == "internal") return 503;
    host.info("a text of " + masked(number) + " begins a ticket of its own: " + answer.detail());
    return {};
  }

  int told(const sdk::Host::Answer& answer, const std::string& what) const {
    if (answer.ok) return 200;
    host.warning(what + " was not taken: " + answer.detail());
    return 503;
  }

  Gateway gateway_;
  CallbackWords words_;
  std::string user_, password_, sender_, signature_, text_;
  int most_parts_;
  std::string country_;
  NumberStyle style_;
  bool abroad_;
  std::string callback_url_, callback_secret_;
  bool incoming_;
  std::string type_;
  std::int64_t join_s_;
  sdk::Http http_;
  std::deque<std::pair<std::string, std::int64_t>> recent_;
};

}  // namespace
}  // namespace docket::sms

DOCKET_PLUGIN(docket::sms::Sms)
