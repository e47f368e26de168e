// SPDX-License-Identifier: Apache-2.0
// Whatever a person reads in an export, or in a note that a rule wrote, is in words of its language.
#include <algorithm>

#include "desk/audit.hpp"
#include "desk/command_ticket.hpp"
#include "desk/export_rows.hpp"
#include "desk/spoken_names.hpp"
#include "support/catch.hpp"
#include "support/desk_fixture.hpp"
#include "support/memory_desk.hpp"

using namespace docket;
using namespace std::chrono_literals;

namespace {

domain::Definitions desk_with_titles() {
  auto definitions = test::return_desk();
  auto& form = definitions.forms.at("return");
  form.title = {"退货", "Return"};
  domain::Field colour;
  colour.name = "colour";
  colour.kind = domain::FieldKind::choice;
  colour.title = {"颜色", "Colour"};
  colour.choices = {{"red", {"红色", "Red"}}};
  domain::Field picked;
  picked.name = "picked";
  picked.kind = domain::FieldKind::instant;
  picked.title = {"取件", "Picked up"};
  domain::Field whole;
  whole.name = "whole";
  whole.kind = domain::FieldKind::boolean;
  whole.title = {"完整", "Whole"};
  form.fields.push_back(colour);
  form.fields.push_back(picked);
  form.fields.push_back(whole);
  for (auto& state : definitions.workflows.at("return").states) {
    if (state.name == "applied") state.title = {"已申请", "Applied"};
  }
  definitions.teams.at("support").title = {"客服组", "Support"};
  domain::Trigger noting;
  noting.name = "noting";
  noting.on = {"created"};
  domain::Action note;
  note.kind = domain::ActionKind::note;
  note.text = "{{id}} {{type}} {{state}} {{category}} {{priority}} {{team}} {{channel}} {{field.colour}} {{created_at}}";
  noting.actions = {note};
  definitions.triggers.push_back(noting);
  domain::PluginUse robot;
  robot.name = "robot";
  robot.title = {"群机器人", "Group robot"};
  definitions.plugins["robot"] = robot;
  return definitions;
}

struct Exported {
  test::MemoryDesk desk{desk_with_titles()};
  domain::Principal all = domain::system_principal("test");

  Exported() {
    desk.now = *from_rfc3339("2026-03-02T02:00:00Z");  // 10:00 in Shanghai
    auto wish = test::a_return(0);
    wish.customer = {};
    wish.channel = "portal";
    wish.fields["colour"] = std::string{"red"};
    wish.fields["picked"] = std::string{"2026-03-01T22:30:00Z"};
    wish.fields["whole"] = true;
    auto unit = desk.unit();
    const auto made = desk::create_ticket(unit, all, wish);
    INFO((made ? std::string{} : made.error().detail));
    REQUIRE(made);
  }

  std::vector<std::string> first_row(desk::ExportKind kind, bool english) {
    const auto rows = desk::make_export_rows(kind, {}, english, desk.now, desk.reading(), all);
    const auto slice = rows->next(desk.reading(), all, 100);
    REQUIRE(slice);
    REQUIRE_FALSE(slice->rows.empty());
    REQUIRE(slice->rows.front().size() == rows->columns().size());
    std::vector<std::string> out;
    for (const auto& cell : slice->rows.front()) {
      const auto* text = std::get_if<std::string>(&cell);
      if (text != nullptr) out.push_back(*text);
    }
    return out;
  }
};

bool holds(const std::vector<std::string>& row, std::string_view word) {
  return std::ranges::find(row, word) != row.end();
}

}  // namespace

TEST_CASE("an export of tickets is in the words of its language", "[export]") {
  Exported f;
  const auto chinese = f.first_row(desk::ExportKind::tickets, false);
  for (const auto* word : {"T1", "退货", "已申请", "待受理", "普通", "客服组", "自助门户", "红色", "2026-03-02 06:30", "是"}) {
    INFO(word);
    CHECK(holds(chinese, word));
  }
  for (const auto* raw : {"return", "applied", "new", "normal", "support", "portal", "red", "true"}) {
    INFO(raw);
    CHECK_FALSE(holds(chinese, raw));
  }
  const auto english = f.first_row(desk::ExportKind::tickets, true);
  for (const auto* word : {"Return", "Applied", "new", "normal", "Support", "portal", "Red", "yes"}) {
    INFO(word);
    CHECK(holds(english, word));
  }
}

TEST_CASE("so are those of customers, deliveries and the audit trail", "[export]") {
  Exported f;
  desk::Customer customer;
  customer.name = "王女士";
  customer.level = "gold";
  auto unit = f.desk.unit();
  (void)unit.directory.add_customer(customer);
  CHECK(holds(f.first_row(desk::ExportKind::customers, false), "金卡"));

  desk::Delivery delivery;
  delivery.id = DeliveryId{90};
  delivery.ticket = TicketId{1};
  delivery.destination = "robot";
  delivery.state = desk::DeliveryState::dead;
  f.desk.rows.deliveries[delivery.id] = delivery;
  const auto sent = f.first_row(desk::ExportKind::deliveries, false);
  CHECK(holds(sent, "T1"));
  CHECK(holds(sent, "群机器人"));
  CHECK(holds(sent, "失败"));

  desk::User user;
  user.login = user.name = "chen";
  const auto id = unit.directory.add_user(user);
  desk::audit(unit, {domain::ActorKind::user, id.value, ""}, "presence_changed", "user 7",
              {{"presence", std::string{"busy"}}, {"active", true}});
  const auto audit = f.first_row(desk::ExportKind::audit, false);
  for (const auto* word : {"chen", "状态变化", "用户 7", "在用：是；状态：忙碌"}) {
    INFO(word);
    CHECK(holds(audit, word));
  }
  CHECK(holds(f.first_row(desk::ExportKind::audit, true), "active: yes; presence: busy"));
}

TEST_CASE("a note that a rule writes names things as people do", "[export]") {
  Exported f;
  const auto said = f.desk.reading().tickets.messages(TicketId{1}, 0, 10, true);
  REQUIRE(said.back().kind == domain::MessageKind::note);
  CHECK(said.back().body == "T1 退货 已申请 待受理 普通 客服组 自助门户 红色 2026-03-02 10:00");
}

TEST_CASE("tickets come by the house's channels and by the plugins that give commands") {
  auto definitions = desk_with_titles();
  domain::PluginUse mail;
  mail.name = "mail_b2b";
  mail.title = {"大客户邮箱", "Key accounts' mail"};
  mail.user = "mailer";
  definitions.plugins["mail_b2b"] = mail;
  const auto names = desk::channel_names(definitions);
  CHECK(holds(names, "portal"));
  CHECK(holds(names, "email"));
  CHECK(holds(names, "mail_b2b"));
  CHECK_FALSE(holds(names, "robot"));
  CHECK(desk::spoken_channel(definitions, "mail_b2b", false) == "大客户邮箱");
}
