// SPDX-License-Identifier: Apache-2.0
// A desk, its lanes and real plugin processes: what leaves, what comes in, what an admin changes meanwhile.
#include "plugin_house.hpp"

using namespace docket;
using namespace docket::test;

TEST_CASE("An event leaves through the plugin, the egress and a signature, and its story is kept", "[plugins]") {
  House house;
  house.publish(house.hooks(loopback));
  REQUIRE(eventually([&] { return house.status("hooks").state == "running"; }));
  const auto ticket = house.create("屏幕碎了");
  REQUIRE(eventually([&] { return house.in_state(desk::DeliveryState::delivered) == 1; }));
  const auto requests = house.receiver.requests();
  REQUIRE(requests.size() == 1);
  const auto said = boost::json::parse(requests[0].body).as_object();
  CHECK(said.at("type") == "ticket.created");
  CHECK(said.at("data").at("ticket").at("id") == ticket.value);
  CHECK(said.at("data").at("ticket").at("subject") == "屏幕碎了");
  CHECK_FALSE(requests[0].header("webhook-signature").empty());
  const auto delivery = house.outbox().front();
  CHECK(requests[0].header("webhook-id") == delivery.key);
  const std::scoped_lock lock(house.desk.mutex);
  const auto story = house.desk.memory.unit().outbox.tries(delivery.id);
  REQUIRE(story.size() == 1);
  CHECK(story[0].outcome == "delivered");
}

TEST_CASE("Without its network named, loopback is refused with words, and nothing leaves", "[plugins]") {
  House house;
  house.publish(house.hooks("    events: [created]\n"));
  (void)house.create("eins");
  REQUIRE(eventually([&] { return house.status("hooks").lane == "halted"; }));
  CHECK_THAT(house.status("hooks").last_error, Catch::Contains("private or local address"));
  CHECK(house.receiver.requests().empty());
  // Named, the lane goes on with what waits.
  house.publish(house.hooks(loopback));
  house.clock.advance(1h);
  {
    const std::scoped_lock lock(house.desk.mutex);
    house.desk.memory.now += 1h;
  }
  REQUIRE(eventually([&] { return house.in_state(desk::DeliveryState::delivered) == 1; }));
}

TEST_CASE("What is rejected goes by the fallback, once", "[plugins]") {
  House house;
  house.next.status = 410;
  const auto yaml = house.hooks(std::string(loopback) + "    fallback: log\n");
  house.publish(yaml);
  (void)house.create("eins");
  REQUIRE(eventually([&] { return house.outbox().size() == 2; }));
  CHECK(house.in_state(desk::DeliveryState::dead) == 1);
  CHECK(house.outbox().back().destination == "log");
  CHECK(house.status("hooks").lane == "halted");  // gone is gone
}

TEST_CASE("A request with the right secret becomes a ticket, once; a wrong one nothing", "[plugins]") {
  House house;
  house.publish(house.hooks(loopback));
  REQUIRE(eventually([&] { return house.status("hooks").state == "running"; }));
  const std::string secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const std::string body = R"({"subject":"来自商城","body":"破损","customer":{"name":"王女士","phone":"13800000000"}})";
  const auto first = house.hook("/shop", body, {{"x-token", secret}, {"idempotency-key", "order-1"}});
  CHECK(first.status == 202);
  const auto again = house.hook("/shop", body, {{"x-token", secret}, {"idempotency-key", "order-1"}});
  CHECK(again.status == 202);
  CHECK(again.body == first.body);
  CHECK(house.hook("/shop", body, {{"x-token", "wrong"}}).status == 401);
  const std::scoped_lock lock(house.desk.mutex);
  CHECK(house.desk.memory.rows.tickets.size() == 1);
  CHECK(house.desk.memory.rows.customers.size() == 1);
  CHECK(house.desk.memory.rows.intake.size() == 1);
  const auto& message = house.desk.memory.rows.tickets.begin()->second.messages.at(0);
  CHECK(message.author.kind == domain::ActorKind::plugin);
  CHECK(message.author.name == "王女士");
}

TEST_CASE("Calls for a plugin that hangs keep nobody from calling another", "[plugins]") {
  House house;
  house.next.fault = EmulatorAnswer::Fault::hang;
  auto both = house.hooks(loopback);
  auto other = both.substr(both.find("  hooks:"));
  other.replace(2, 5, "other");
  other.replace(other.find("    events"), std::string::npos, "");
  house.publish(both + other);
  REQUIRE(eventually([&] { return house.status("hooks").state == "running" && house.status("other").state == "running"; }));
  (void)house.create("eins");
  REQUIRE(eventually([&] { return !house.receiver.requests().empty(); }));  // from now on it answers nobody
  const std::vector<std::pair<std::string, std::string>> headers{{"x-token", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}};
  std::vector<std::future<Result<desk::HookAnswer>>> waiting;
  for (int i = 0; i < 40; ++i) waiting.push_back(house.call_hook("hooks", "/shop", R"({"subject":"x"})", headers));
  REQUIRE(waiting.back().wait_for(0s) == std::future_status::ready);  // of one plugin some wait, the others come again
  CHECK(waiting.back().get().error().code == ErrorCode::overloaded);
  waiting.pop_back();
  auto served = house.call_hook("other", "/shop", R"({"subject":"y"})", headers);
  CHECK(served.get()->status == 202);
  // It went before those that wait, unless the machine is so slow that the call which hangs had its time meanwhile.
  const auto delivery = house.outbox().front().id;
  const bool ended = [&] {
    const std::scoped_lock lock(house.desk.mutex);
    return !house.desk.memory.unit().outbox.tries(delivery).empty();
  }();
  CHECK((ended || waiting[20].wait_for(0s) != std::future_status::ready));
  house.plugins.cut_off();
}

TEST_CASE("A plugin that is taken away while it hangs keeps no other waiting, nor a stop", "[plugins]") {
  House house;
  house.install_webhooks({{"version", "1.0.1"}, {"seconds", {{"deliver", 600}}}});
  house.next.fault = EmulatorAnswer::Fault::hang;
  const auto hooks = house.hooks(loopback);
  house.publish(hooks);
  REQUIRE(eventually([&] { return house.status("hooks").state == "running"; }));
  (void)house.create("eins");
  REQUIRE(eventually([&] { return !house.receiver.requests().empty(); }));
  auto other = hooks;
  other.replace(other.find("  hooks:"), 8, "  other:");
  house.publish(other);
  REQUIRE(eventually([&] { return house.status("other").state == "running"; }));
  house.deliveries.stop();
  CHECK(house.in_state(desk::DeliveryState::waiting) == 1);
}

TEST_CASE("A plugin without account gives no commands", "[plugins]") {
  House house;
  auto yaml = house.hooks(loopback);
  yaml.replace(yaml.find("    user: bot\n"), 14, "");
  house.publish(yaml);
  REQUIRE(eventually([&] { return house.status("hooks").state == "running"; }));
  CHECK(house.hook("/shop", "{}", {{"x-token", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}).status == 503);
  const std::scoped_lock lock(house.desk.mutex);
  CHECK(house.desk.memory.rows.tickets.empty());
}

TEST_CASE("A plugin that is not installed, or wrongly set, is said so and stops nobody", "[plugins]") {
  House house;
  house.publish(house.hooks(loopback) + "  gone:\n    plugin: no_such_plugin\n  wrong:\n    plugin: webhooks\n    settings: {url: \"ftp://x\"}\n");
  REQUIRE(eventually([&] { return house.status("hooks").state == "running"; }));
  CHECK(house.status("gone").state == "not_installed");
  CHECK(house.status("wrong").state == "wrong_settings");
}

TEST_CASE("A newer version that is installed takes over, and no delivery is lost or sent by nobody", "[plugins]") {
  House house;
  const auto install = [&](const std::string& version) { house.install_webhooks({{"version", version}}); };
  install("1.0.1");
  house.publish(house.hooks(loopback));
  REQUIRE(eventually([&] { return house.status("hooks").state == "running"; }));
  CHECK(house.status("hooks").version == "1.0.1");
  constexpr int before = 20, meanwhile = 40, after = 20;
  for (int i = 0; i < before; ++i) (void)house.create("vorher " + std::to_string(i));
  install("1.0.2");
  house.plugins.follow();
  for (int i = 0; i < meanwhile; ++i) (void)house.create("dabei " + std::to_string(i));
  REQUIRE(eventually([&] { return house.status("hooks").version == "1.0.2" && house.status("hooks").state == "running"; }));
  for (int i = 0; i < after; ++i) (void)house.create("nachher " + std::to_string(i));
  // A try that the old process could not end is tried again, which needs the clock.
  REQUIRE(eventually([&] {
    {
      const std::scoped_lock lock(house.desk.mutex);
      house.desk.memory.now += 1s;
    }
    house.clock.advance(1s);
    house.deliveries.wake({"hooks"});
    return house.in_state(desk::DeliveryState::delivered) == before + meanwhile + after;
  }));
  std::set<std::string> keys;
  for (const auto& request : house.receiver.requests()) keys.insert(request.header("webhook-id"));
  CHECK(keys.size() == before + meanwhile + after);
}

TEST_CASE("Deliveries for a name that no plugin has are shown, until there is one", "[plugins]") {
  House house;
  house.publish("triggers:\n  - name: told\n    on: [created]\n    actions: [{call: hooks}]\n");
  (void)house.create("eins");
  house.plugins.follow();
  REQUIRE(eventually([&] { return house.status("hooks").state == "no_plugin"; }));
  CHECK_THAT(house.status("hooks").last_error, Catch::Contains("deliveries wait"));
  CHECK_FALSE(house.status("hooks").healthy);
  house.publish(house.hooks("    networks: [127.0.0.0/8]\n"));
  REQUIRE(eventually([&] { return house.in_state(desk::DeliveryState::delivered) == 1; }));
  CHECK(house.status("hooks").state == "running");
}

TEST_CASE("Messages that are gathered all reach the plugin's text", "[plugins]") {
  House house;
  house.publish(house.hooks("    networks: [127.0.0.0/8]\n    gather: 1m\n"));
  REQUIRE(eventually([&] { return house.status("hooks").state == "running"; }));
  const auto first = house.create("erste");
  const auto second = house.create("zweite");
  {
    const std::scoped_lock lock(house.desk.mutex);
    int number = 0;
    for (const auto ticket : {first, second, second}) {
      desk::Delivery row;
      row.id = DeliveryId{++house.desk.memory.rows.last_id};
      row.ticket = ticket;
      row.sequence = 1;
      row.key = std::to_string(ticket.value) + "-1-" + std::to_string(++number);
      row.destination = "hooks";
      row.recipient = {domain::ActorKind::user, house.agent.value};
      row.text = "assigned";
      row.subject = "Betreff " + std::to_string(number);
      row.body = "Text " + std::to_string(number);
      row.created_at = row.next_try_at.emplace(house.desk.memory.now);
      house.desk.memory.rows.deliveries[row.id] = row;
    }
  }
  house.deliveries.wake({"hooks"});
  REQUIRE(eventually([&] { return house.in_state(desk::DeliveryState::delivered) == 3; }));
  const auto requests = house.receiver.requests();
  REQUIRE(requests.size() == 1);
  for (const auto* text : {"Text 1", "Text 2", "Text 3", "Betreff 2", "另有 2 条"}) {
    CHECK_THAT(requests[0].body, Catch::Contains(text));
  }
}

TEST_CASE("A key of the desk is no plugin's secret, by whatever way its file is named", "[plugins]") {
  House house;
  std::filesystem::create_directory(house.directory.path() / "keys");
  std::filesystem::rename(house.directory.path() / "secret", house.directory.path() / "keys" / "link.key");
  std::filesystem::create_symlink("keys/link.key", house.directory.path() / "secret");
  house.publish(house.hooks(loopback));
  REQUIRE(eventually([&] { return house.status("hooks").state == "running"; }));
  CHECK(house.hook("/shop", "{}", {{"x-token", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}).status == 599);
  const std::scoped_lock lock(house.desk.mutex);
  CHECK(house.desk.memory.rows.tickets.empty());
}

TEST_CASE("A file outside of where secrets are kept is no plugin's secret, by whatever way it is named", "[plugins]") {
  House house;
  const TemporaryDirectory elsewhere;
  std::filesystem::rename(house.directory.path() / "secret", elsewhere.path() / "secret");
  std::filesystem::create_symlink(elsewhere.path() / "secret", house.directory.path() / "secret");
  house.publish(house.hooks(loopback));
  REQUIRE(eventually([&] { return house.status("hooks").state == "running"; }));
  CHECK(house.hook("/shop", "{}", {{"x-token", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}).status == 599);
  const std::scoped_lock lock(house.desk.mutex);
  CHECK(house.desk.memory.rows.tickets.empty());
}

TEST_CASE("Whoever stops cuts off a call that hangs, and the delivery waits for the next start", "[plugins]") {
  House house;
  house.next.fault = EmulatorAnswer::Fault::hang;
  house.publish(house.hooks(loopback));
  REQUIRE(eventually([&] { return house.status("hooks").state == "running"; }));
  (void)house.create("eins");
  (void)house.create("zwei");
  REQUIRE(eventually([&] { return !house.receiver.requests().empty(); }));
  std::thread stopping([&] { house.deliveries.stop(); });
  house.plugins.cut_off();
  stopping.join();
  // Not when its time was over. Where the stop comes to the lane after the cut, the next delivery is told so.
  CHECK_THAT(house.status("hooks").last_error, Catch::Contains("ended in a call") || Catch::Contains("is stopped"));
  CHECK(house.receiver.requests().size() == 1);  // and nothing was begun after it
  CHECK(house.in_state(desk::DeliveryState::waiting) == 2);
}
