// SPDX-License-Identifier: Apache-2.0
// What a plugin hands in as a formatted text is believed as little as what a stranger types.
#include "desk/plugin_command.hpp"

#include "desk/command_ticket.hpp"
#include "desk/verify_desk.hpp"
#include "support/catch.hpp"
#include "support/desk_fixture.hpp"
#include "support/memory_desk.hpp"
#include "support/said.hpp"

using namespace docket;
using namespace std::chrono_literals;

namespace {

domain::Definitions desk_with_channel() {
  auto definitions = test::return_desk();
  domain::Role role;
  role.name = "channel";
  using enum domain::Right;
  role.rights = {ticket_read, ticket_create, ticket_reply, ticket_note, customer_read, customer_edit};
  role.tickets = domain::TicketScope::all;
  definitions.roles["channel"] = role;
  return definitions;
}

struct Channel {
  test::MemoryDesk desk{desk_with_channel()};
  domain::PluginUse use;
  desk::PluginManifest manifest;
  std::int64_t ticket = 0;

  Channel() {
    desk.now = Time{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}} + 2h;
    use.name = "mail";
    use.plugin = "mail";
    use.user = "channel";
    manifest.address = "email";
    manifest.commands = {"create_ticket", "add_message"};
    desk::User user;
    user.login = "channel";
    user.grants = {{"channel", {}}};
    (void)desk.unit().directory.add_user(user);
    domain::CreateTicket wish = test::a_return(0);
    wish.customer = {};
    auto unit = desk.unit();
    const auto made = desk::create_ticket(unit, domain::system_principal("test"), wish);
    REQUIRE(made);
    ticket = made->ticket.id.value;
  }
  std::int64_t file(const std::string& media_type, const std::string& by = "mail") {
    desk::Attachment one;
    one.name = "p";
    one.media_type = media_type;
    one.size = 1;
    one.by = {domain::ActorKind::plugin, 1, by};
    return desk.unit().attachments.add_attachment(one).value;
  }
  Result<std::string> command(const std::string& request) {
    auto unit = desk.unit();
    return desk::run_plugin_command(unit, use, manifest, request);
  }
  Result<std::string> say(const std::string& formatted, const std::string& attachments = "[]") {
    return command(R"({"command": "add_message", "ticket": )" + std::to_string(ticket) +
                   R"(, "kind": "customer", "body": "words", "attachments": )" + attachments + R"(, "formatted": )" + formatted + "}");
  }
  std::string fault(const std::string& formatted, const std::string& attachments = "[]") {
    const auto done = say(formatted, attachments);
    REQUIRE_FALSE(done);
    return done.error().fields.empty() ? std::string(done.error().detail) : done.error().fields.front().pointer;
  }
  std::vector<desk::StoredMessage> messages() { return desk.reading().tickets.messages(TicketId{ticket}, 0, 100, true); }
};

}  // namespace

TEST_CASE("a formatted text comes in with a plugin's message and is kept as it was checked", "[plugin]") {
  Channel channel;
  const auto picture = std::to_string(channel.file("image/png"));
  const auto done = channel.say(R"([{"kind": "paragraph", "children": [{"kind": "text", "text": "看 <b>这个</b> "},)"
                                R"({"kind": "link", "target": "https://a.example", "children": [{"kind": "text", "text": "页"}]},)"
                                R"({"kind": "image", "attachment": )" + picture + R"(, "text": "裂缝"}]}])",
                                "[\"" + picture + "\"]");
  INFO((done ? std::string{} : done.error().detail));
  REQUIRE(done);
  const auto said = channel.messages().back();
  CHECK(said.body == "words");
  REQUIRE(said.formatted.size() == 1);
  CHECK(said.formatted[0].children.at(0).text == "看 <b>这个</b> ");
  CHECK(said.formatted[0].children.at(2).attachment == std::stoll(picture));
  desk::VerifyReport report;
  desk::verify_ticket(channel.desk.reading(), TicketId{channel.ticket}, report);
  CHECK(test::in_english(report.problems) == std::vector<std::string>{});

  // Whatever changes the tree afterwards shows.
  channel.desk.rows.tickets.at(TicketId{channel.ticket}).messages.back().formatted[0].children.at(1).target = "https://b.example";
  desk::verify_ticket(channel.desk.reading(), TicketId{channel.ticket}, report);
  CHECK(test::in_english(report.problems) == std::vector<std::string>{"ticket " + std::to_string(channel.ticket) + ": the formatted text of message " +
                                                                        std::to_string(said.number) + " was changed"});
}

TEST_CASE("a hostile tree is refused, and its message with it", "[plugin]") {
  Channel channel;
  const auto before = channel.messages().size();
  for (const auto* kind : {"script", "html", "svg", "style", "iframe", "form", "Text", "", "document", "math", "object"})
    CHECK(channel.fault(R"([{"kind": ")" + std::string(kind) + R"("}])") == "/formatted/0/kind");
  CHECK(channel.fault(R"([{"text": "x"}])") == "/formatted/0/kind");
  CHECK(channel.fault(R"(["<script>__ran(1)</script>"])") == "/formatted/0");
  CHECK(channel.fault(R"("<script>__ran(1)</script>")") == "/formatted");
  for (const auto* name : {"style", "class", "onclick", "href", "src", "srcset", "html", "innerHTML", "__proto__"})
    CHECK(channel.fault(R"([{"kind": "text", "text": "x", ")" + std::string(name) + R"(": "y"}])") == "/formatted/0/" + std::string(name));
  for (const auto* target : {"javascript:__ran(1)", "JAVASCRIPT:x", "data:text/html,x", "vbscript:x", "//evil.example", "/api/v1/sessions", "https://",
                             "\\tjavascript:x", "java\\nscript:x", "https://a.example\\\" onx=\\\"", "\\u0001javascript:x"}) {
    CHECK(channel.fault(R"([{"kind": "link", "target": ")" + std::string(target) + R"("}])") == "/formatted/0/target");
  }
  CHECK(channel.fault(R"([{"kind": "text", "text": "\u0007"}])") == "/formatted/0/text");
  CHECK(channel.fault(R"([{"kind": "image", "attachment": "1"}])") == "/formatted/0/attachment");
  CHECK(channel.fault(R"([{"kind": "text", "text": 1}])") == "/formatted/0/text");
  CHECK(channel.fault(R"([{"kind": "text", "text": "x", "children": [{"kind": "text", "text": "y"}]}])") == "/formatted/0/children");
  CHECK(channel.fault(R"([{"kind": "heading", "level": 1e9, "children": []}])") == "/formatted/0/level");
  // Deeper than anything reads.
  std::string deep, end;
  for (int i = 0; i < 200; ++i) {
    deep += R"([{"kind": "quote", "children": )";
    end += "}]";
  }
  CHECK_FALSE(channel.say(deep + "[]" + end));
  std::string wide = "[";
  for (int i = 0; i < 6'000; ++i) wide += R"({"kind": "rule"},)";
  wide.back() = ']';
  CHECK(channel.fault(wide) == "/formatted/5000");
  CHECK(channel.messages().size() == before);
}

TEST_CASE("a picture is one of the message's own, of a type that no browser runs", "[plugin]") {
  Channel channel;
  const auto picture = [](const std::string& id) { return R"([{"kind": "image", "attachment": )" + id + "}]"; };
  const auto svg = std::to_string(channel.file("image/svg+xml"));
  CHECK(channel.fault(picture(svg), "[\"" + svg + "\"]") == "/formatted");
  const auto own = std::to_string(channel.file("image/png"));
  CHECK(channel.fault(picture(own)) == "/formatted/0/attachment");
  CHECK(channel.fault(picture("9999"), "[\"" + own + "\"]") == "/formatted/0/attachment");
  // Somebody else's upload is not taken by naming it.
  const auto other = std::to_string(channel.file("image/png", "sms"));
  CHECK_FALSE(channel.say(picture(other), "[\"" + other + "\"]"));
  CHECK(channel.say(picture(own), "[\"" + own + "\"]"));
}

TEST_CASE("the writer looks for no picture's file before the tree is known to be small, and for each but once", "[plugin]") {
  Channel channel;
  const auto own = std::to_string(channel.file("image/png"));
  const auto pictures = [&](int count) {
    std::string tree = "[";
    for (int i = 0; i < count; ++i) tree += R"({"kind": "image", "attachment": )" + own + "},";
    tree.back() = ']';
    return tree;
  };
  channel.desk.rows.files_asked = 0;
  CHECK(channel.fault(pictures(5'001), "[\"" + own + "\"]") == "/formatted/5000");
  CHECK(channel.desk.rows.files_asked == 0);
  std::string many = "[";
  for (int i = 0; i < 51; ++i) many += "\"" + own + "\",";
  many.back() = ']';
  CHECK(channel.fault(pictures(1), many) == "/attachments");
  CHECK(channel.desk.rows.files_asked == 0);
  CHECK(channel.say(pictures(5'000), "[\"" + own + "\"]"));
  CHECK(channel.desk.rows.files_asked < 10);
}

TEST_CASE("whoever works here and writes in as a customer keeps their address; a customer's is remembered", "[plugin]") {
  Channel channel;
  channel.manifest.address = "wecom";
  const desk::Address of_an_agent{"wecom", "ChenWei", domain::ActorKind::user, 1};
  channel.desk.unit().plugins.set_address(of_an_agent);
  const auto create = [&](const std::string& address) {
    return channel.command(R"({"command": "create_ticket", "type": "return", "subject": "x", "fields": {"order": "1"},)"
                           R"( "customer": {"name": "陈伟", "address": ")" + address + R"("}})");
  };
  const auto by_agent = create("ChenWei");
  INFO((by_agent ? std::string{} : by_agent.error().detail));
  REQUIRE(by_agent);
  CHECK(channel.desk.rows.addresses == std::vector{of_an_agent});
  REQUIRE(create("guest-7"));
  REQUIRE(create("guest-7"));
  REQUIRE(channel.desk.rows.addresses.size() == 2);
  CHECK(channel.desk.rows.addresses[1].owner_kind == domain::ActorKind::customer);
  CHECK(channel.desk.rows.customers.size() == 2);
}

TEST_CASE("what a plugin took in for a person goes with what that person says, and nobody else's file does", "[plugin]") {
  Channel channel;
  channel.use.acts_for_people = true;
  desk::User user;
  user.login = "wang";
  user.name = "王工";
  user.grants = {{"channel", {}}};
  UserId wang;
  {
    auto unit = channel.desk.unit();
    wang = unit.directory.add_user(user);
    unit.plugins.set_address({"email", "wang@example.com", domain::ActorKind::user, wang.value});
  }
  const auto say = [&](std::int64_t file) {
    return channel.command(R"({"command": "add_message", "act_for": "wang@example.com", "kind": "note", "body": "照片", "ticket": )" +
                           std::to_string(channel.ticket) + R"(, "attachments": [")" + std::to_string(file) + "\"]}");
  };
  CHECK_FALSE(say(channel.file("image/png", "another")));
  CHECK(channel.messages().size() == 1);
  const auto own = channel.file("image/png");
  const auto done = say(own);
  INFO((done ? std::string{} : done.error().detail));
  REQUIRE(done);
  const auto said = channel.messages().back();
  CHECK(said.author_name == "王工");
  CHECK(said.attachments == std::vector{own});
  const auto file = channel.desk.reading().attachments.find_attachment(AttachmentId{own});
  REQUIRE(file);
  CHECK(file->ticket.value == channel.ticket);
  CHECK(file->by.kind == domain::ActorKind::user);
  CHECK(file->by.id == wang.value);
}

TEST_CASE("a person is found by who may read people, without more than the name, and never one of two", "[plugin]") {
  Channel channel;
  channel.manifest.commands = {"find_user"};
  const auto person = [&](const std::string& login, const std::string& phone, const std::string& email, bool active = true) {
    desk::User user;
    user.login = login;
    user.name = login;
    user.phone = phone;
    user.email = email;
    user.active = active;
    return channel.desk.unit().directory.add_user(user);
  };
  const auto li = person("li", "138", "li@example.com");
  person("wang", "139", "wang@example.com");
  person("zhao", "139", "zhao@example.com");
  person("gone", "138", "gone@example.com", false);
  const auto find = [&](const std::string& by) { return channel.command(R"({"command": "find_user", )" + by + "}"); };
  CHECK(find(R"("phone": "138")").error().code == ErrorCode::forbidden);
  auto more = desk_with_channel();
  more.digest = "more";
  more.roles["channel"].rights.push_back(domain::Right::user_read);
  channel.desk.activate(std::move(more));
  CHECK(find(R"("phone": "138")") == R"({"id":)" + std::to_string(li.value) + R"(,"name":"li"})");
  CHECK(find(R"("email": "WANG@example.com")"));
  CHECK(find(R"("phone": "139")").error().code == ErrorCode::conflict);
  CHECK(find(R"("phone": "138", "email": "wang@example.com")").error().code == ErrorCode::conflict);
  CHECK(find(R"("phone": "1")").error().code == ErrorCode::not_found);
}

TEST_CASE("an address is given to a person by whoever may and sees no less, and to a customer by who keeps customers", "[plugin]") {
  Channel channel;
  channel.manifest.address = "wecom";
  channel.manifest.commands = {"set_address"};
  auto definitions = desk_with_channel();
  definitions.digest = "more";
  definitions.roles["admin"] = definitions.roles["channel"];
  definitions.roles["admin"].rights.push_back(domain::Right::system_manage);
  channel.desk.activate(definitions);
  const auto person = [&](const std::string& login, const std::string& role) {
    desk::User user;
    user.login = login;
    user.grants = {{role, {}}};
    return std::to_string(channel.desk.unit().directory.add_user(user).value);
  };
  const auto boss = person("boss", "admin"), li = person("li", "channel");
  const auto give = [&](const std::string& whom) { return channel.command(R"({"command": "set_address", "address": "x", )" + whom + "}"); };
  CHECK(give(R"("user": )" + li).error().code == ErrorCode::forbidden);
  definitions.digest = "most";
  definitions.roles["channel"].rights.push_back(domain::Right::user_manage);
  definitions.roles["admin"].rights.push_back(domain::Right::user_manage);
  channel.desk.activate(definitions);
  CHECK(give(R"("user": )" + boss).error().code == ErrorCode::forbidden);
  CHECK(give(R"("user": )" + li));
  std::erase(definitions.roles["channel"].rights, domain::Right::customer_edit);
  definitions.digest = "less";
  channel.desk.activate(definitions);
  CHECK(give(R"("customer_id": 1)").error().code == ErrorCode::forbidden);
}
