// SPDX-License-Identifier: Apache-2.0
// One customer's mail on its whole way: mailbox → ticket → order data of the ERP → dispatch → card in WeCom → answer typed
// there → mail to the customer. Everything is real but WeCom, which is the SDK's emulator. Prints how long it took.
//   docket_mail_to_card --within-ms N [--erp-config F --erp-port N --erp-password-file F --erp-log F --now S]
// Without an ERP the desk is configured for one that is down, which may delay nothing.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>

#include "base/clock.hpp"
#include "docket/callback_crypto.hpp"
#include "integration/channels/channel_desk.hpp"
#include "mail/incoming.hpp"
#include "plugins/tryton/test_erp.hpp"
#include "wecom_emulator.hpp"

namespace docket::tests {
namespace {

namespace json = boost::json;
using sdk::text_of;

constexpr int kPage = 200;  // as the desk pulls
constexpr const char* kCustomer = "c0@example.com";
constexpr const char* kAnswer = "已为您安排换货，新路由器明天寄出。";
constexpr const char* kToken = "call-token";
constexpr const char* kAesKey = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";

class Journey {
 public:
  Journey(std::unique_ptr<TestErp> erp, int customers)
      : erp_(std::move(erp)), customers_(customers), place_(DOCKET_PROGRAM, DOCKET_PLUGIN_DIRECTORY, "mail_to_card", changes()) {}

  int run(std::chrono::milliseconds within) {
    prepare();
    const auto began = std::chrono::steady_clock::now();
    place_.mail().put("support", mail_with_picture(kCustomer, "first@example.com"));
    const auto card = card_saying("派给您：屏幕碎了");
    const auto told = since(began);
    look_at_ticket();
    look_at_orders();
    answer_from(card);
    const auto answered = mail_with_answer();
    const auto took = since(began);
    expect(answered.in_reply_to == std::vector<std::string>{"first@example.com"}, "the answer is one to the customer's mail");
    expect(took <= within, "within " + std::to_string(within.count()) + " ms");
    go_on(card, answered);
    std::printf("from the customer's mail to the answer in the mailbox: %lld ms, the agent told after %lld ms%s; %d faults\n",
                static_cast<long long>(took.count()), static_cast<long long>(told.count()), erp_ ? "" : " (the ERP is down)", faults_);
    return faults_ == 0 ? 0 : 1;
  }

 private:
  static std::chrono::milliseconds since(std::chrono::steady_clock::time_point began) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  }
  void expect(bool holds, const std::string& what) {
    std::fprintf(stderr, "%s  %s\n", holds ? "ok   " : "FAULT", what.c_str());
    if (!holds) ++faults_;
  }

  ChannelDesk::Changes changes() {
    const auto here = [](std::uint16_t port) {
      return "hosts: [\"127.0.0.1:" + std::to_string(port) + "\"]\n    networks: [127.0.0.0/8]";
    };
    const auto url = erp_ ? erp_->url() : "http://127.0.0.1:1";
    const auto port = erp_ ? static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))) : std::uint16_t{1};
    return {{"poll_every: 10s", "poll_every: 1s"},
            {"every: 5m", "every: 10s"},
            {"hosts: [\"qyapi.weixin.qq.com:443\"]", here(wecom_.port())},
            {"corp_id: ww0123456789abcdef", "corp_id: ww0123456789abcdef\n      base_url: " + wecom_.server().url()},
            {"hosts: [\"erp.example.com:8000\"]", here(port)},
            {"url: https://erp.example.com:8000", "url: " + url},
            {"user: docket\n", "user: admin\n"}};
  }

  /// Everybody is there, and the ERP's customers are.
  void prepare() {
    place_.keep_secret("wecom", wecom::WecomWorld{}.secret);
    place_.keep_secret("wecom-token", kToken);
    place_.keep_secret("wecom-aes", kAesKey);
    place_.keep_secret("tryton", erp_ ? erp_->password() : "none");
    place_.serve();
    (void)place_.add_person("mail_channel", "mail_channel");
    (void)place_.add_person("chat_channel", "chat_channel");
    (void)place_.add_person("erp", "erp");
    (void)place_.add_person("wangfang", "agent", "service");
    for (const auto& user : place_.items("/api/v1/users")) {
      if (user.at("login").as_string() != "wangfang") continue;
      (void)place_.desk().json("PUT", "/api/v1/users/" + json::serialize(user.at("id")) + "/addresses", place_.desk().token(),
                               json::object{{"kind", "wecom"}, {"value", "wangfang"}});
    }
    place_.wait_for_first_poll();
    if (!erp_) return;
    place_.wait_for("the ERP's customers and orders", [this] {
      int done = 0;
      const auto status = place_.status_of("erp");
      for (const auto& rule : status.at("sync").as_array()) {
        done += rule.as_object().if_contains("done_at") != nullptr && rule.at("done_at").is_string() ? 1 : 0;
        if (!sync_began_ && rule.at("seen").to_number<std::int64_t>() > 0) sync_began_ = std::chrono::steady_clock::now();
      }
      return done == 2;
    });
    // The first page is left out of both sides of the division.
    const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - sync_began_.value_or(std::chrono::steady_clock::now())).count();
    if (customers_ > kPage) {
      std::printf("%d customers synced onto the desk at %.0f/s; trytond's own rate is %.0f/s\n", customers_, (customers_ - kPage) / std::max(0.001, took),
                  erp_->own_rate());
    }
  }

  json::object card_saying(const std::string& title) {
    json::object found;
    place_.wait_for("a card that says " + title, [&] {
      for (const auto& message : wecom_.seen().shown) {
        const auto* card = message.if_contains("template_card");
        if (card == nullptr || text_of(card->at("main_title").as_object(), "title") != title) continue;
        found = message;
        return true;
      }
      return false;
    });
    return found;
  }

  void look_at_ticket() {
    const auto tickets = place_.items("/api/v1/tickets");
    expect(tickets.size() == 1, "one ticket");
    const auto& ticket = tickets.at(0);
    path_ = "/api/v1/tickets/" + json::serialize(ticket.at("id"));
    const auto first = place_.items(path_ + "/messages").at(0);
    expect(first.at("body").as_string() == "路由器收到时屏幕已经碎了。", "with what the customer wrote");
    expect(place_.file(first.at("attachments").as_array().at(0).to_number<std::int64_t>()) == small_picture(), "and the picture");
  }

  void look_at_orders() {
    const auto records = place_.items(path_ + "/customer-data");
    if (!erp_) return expect(records.empty(), "an ERP that is down says nothing of the customer, at once");
    bool ordered = false;
    for (const auto& record : records) {
      ordered = ordered || (record.at("source").as_string() == "erp" && record.at("resource").as_string() == "orders" &&
                            json::serialize(record.at("data")).find("路由器 X1") != std::string::npos);
    }
    expect(ordered, "with the customer's order, and its lines, from the ERP");
  }

  /// As WeCom's server would call.
  void call(const wecom::WecomEmulator::Call& made) {
    const auto reply = place_.desk().call("POST", "/api/v1/hooks/wecom" + made.target, {}, made.body);
    expect(reply.status == 200, "the callback is taken: " + std::to_string(reply.status));
  }

  static std::string key_of_button(const json::object& card, const std::string& label) {
    const auto* buttons = card.at("template_card").as_object().if_contains("button_list");
    if (buttons == nullptr) throw std::runtime_error("the card has no buttons");
    for (const auto& button : buttons->as_array()) {
      if (button.at("text").as_string() == label) return std::string(button.at("key").as_string());
    }
    throw std::runtime_error("the card has no button " + label);
  }

  static std::string labels_of(const json::object& card) {
    std::string out;
    const auto* buttons = card.at("template_card").as_object().if_contains("button_list");
    if (buttons == nullptr) return out;
    for (const auto& button : buttons->as_array()) out.append(button.at("text").as_string()).append(" ");
    return out;
  }

  void answer_from(const json::object& card) {
    expect(labels_of(card) == "回复 开始处理 ", "the card's buttons are what she may do with a ticket of hers: " + labels_of(card));
    call(wecom_.press(crypto_, "wangfang", card, key_of_button(card, "回复")));
    call(wecom_.text_from(crypto_, "wangfang", kAnswer, "message-1"));
  }

  mail::Incoming mail_with_answer() {
    mail::Incoming found;
    place_.wait_for("the mail with the answer", [&] {
      for (const auto& raw : place_.mail().mails("c0")) {
        auto file = mail::Scratch().make();
        mail::write_all(file.get(), raw);
        found = mail::read_incoming(file.get(), [] { return mail::Scratch().make(); });
        if (found.text.find(kAnswer) != std::string::npos) return true;
      }
      return false;
    });
    return found;
  }

  /// What follows, outside of the measured time.
  void go_on(const json::object& card, const mail::Incoming& answered) {
    const auto reply = place_.items(path_ + "/messages").at(1);
    expect(reply.at("author").at("kind").as_string() == "user" && reply.at("author_name").as_string() == "wangfang",
           "the answer is the agent's own");
    call(wecom_.press(crypto_, "wangfang", card, key_of_button(card, "开始处理")));
    expect(place_.desk().json("GET", path_, place_.desk().token()).at("state").as_string() == "working", "a step pressed on the card is done");
    expect(wecom_.seen().updates.size() == 1, "and the card shows it");
    place_.mail().put("support", std::string("From: ") + kCustomer + "\r\nTo: support@example.com\r\nSubject: Re\r\nMessage-ID: <2@example.com>\r\n"
                                 "In-Reply-To: <" + answered.message_id + ">\r\n\r\nthank you\r\n");
    const auto later = card_saying("客户来信：屏幕碎了");
    expect(labels_of(later) == "回复 ", "and later only what asks for nothing then: " + labels_of(later));
    expect(place_.items("/api/v1/tickets").size() == 1 && place_.items(path_ + "/messages").size() == 3, "the customer's answer joins the ticket");
    for (const auto* plugin : {"mail", "wecom"}) expect(place_.complaints_of(plugin).empty(), std::string(plugin) + " complains of nothing: " + place_.complaints_of(plugin));
    if (!erp_) return;
    place_.wait_for("the step as a note in the ERP", [&] {
      const auto notes = erp_->rpc("model.ir.note.search_read", {json::array{}, 0, 10, nullptr, json::array{"message"}, json::object{}});
      return json::serialize(notes).find("[T") != std::string::npos;
    });
  }

  std::unique_ptr<TestErp> erp_;
  const int customers_;
  std::optional<std::chrono::steady_clock::time_point> sync_began_{};
  // The served desk's clock, since a call is signed for its time.
  wecom::WecomEmulator wecom_{[] { return std::chrono::duration_cast<std::chrono::seconds>(SystemClock{}.now().time_since_epoch()).count(); }};
  const sdk::CallbackCrypto crypto_ = *sdk::CallbackCrypto::make(kToken, kAesKey, wecom::WecomWorld{}.corp_id);
  ChannelDesk place_;
  std::string path_{};
  int faults_ = 0;
};

}  // namespace
}  // namespace docket::tests

int main(int count, char** arguments) {
  docket::tests::TestErp::Place erp;
  std::int64_t now_s = 0, within_ms = 5000;
  int customers = 20;
  CLI::App app{"A customer's mail on its whole way to an answer"};
  app.add_option("--within-ms", within_ms, "How long it may take");
  app.add_option("--erp-config", erp.config, "trytond's configuration file");
  app.add_option("--erp-port", erp.port, "Port in it");
  app.add_option("--erp-password-file", erp.password_file, "Password of its admin");
  app.add_option("--erp-log", erp.log, "Where its output goes");
  app.add_option("--customers", customers, "How many customers the ERP has")->check(CLI::Range(20, 1'000'000));
  app.add_option("--now", now_s, "The time, in seconds since 1970");
  CLI11_PARSE(app, count, arguments);
  try {
    std::unique_ptr<docket::tests::TestErp> server;
    if (!erp.config.empty()) {
      server = std::make_unique<docket::tests::TestErp>(erp, now_s);
      server->start();
      (void)server->make_books(customers);
    }
    return docket::tests::Journey(std::move(server), customers).run(std::chrono::milliseconds{within_ms});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "FAULT %s\n", error.what());
    return 1;
  }
}
