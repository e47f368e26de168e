// SPDX-License-Identifier: Apache-2.0
#include "api_door.hpp"

#include <algorithm>
#include <stdexcept>

#include "api_client.hpp"
#include "base/enum.hpp"
#include "desk/command_ticket.hpp"
#include "read_scenario.hpp"
#include "support/desk_server.hpp"

namespace docket::tests {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

/// What customers do comes in through a channel that acts for them.
constexpr auto channel_login = "channel";
/// Requests of one token are limited by the second; an onlooker with many tokens sees a hundred tickets at once.
constexpr std::size_t onlookers = 40;
constexpr Duration round = std::chrono::minutes{15};
constexpr int idle_rounds = 1000;

std::string text_of(const value& v) {
  return v.is_string() ? std::string(v.as_string()) : std::string();
}
std::string text_at(const value& v, std::string_view key) {
  const auto* found = v.as_object().if_contains(key);
  return found == nullptr ? std::string() : text_of(*found);
}
std::int64_t number_at(const value& v, std::string_view key) {
  return v.at(key).to_number<std::int64_t>();
}
std::optional<Time> time_at(const value& v, std::string_view key) {
  const auto text = text_at(v, key);
  return text.empty() ? std::nullopt : from_rfc3339(text);
}
bool yes_at(const value& v, std::string_view key) {
  const auto* found = v.as_object().if_contains(key);
  return found != nullptr && found->is_bool() && found->as_bool();
}

array texts(const std::vector<std::string>& all) {
  array out;
  for (const auto& one : all) out.emplace_back(one);
  return out;
}

value json_of(const domain::Value& v) {
  if (const auto* text = std::get_if<std::string>(&v)) return value(*text);
  if (const auto* whole = std::get_if<std::int64_t>(&v)) return *whole;
  if (const auto* real = std::get_if<double>(&v)) return *real;
  if (const auto* yes = std::get_if<bool>(&v)) return *yes;
  if (const auto* list = std::get_if<std::vector<std::string>>(&v)) return texts(*list);
  return nullptr;
}

domain::Value value_of(const value& v) {
  if (v.is_string()) return std::string(v.as_string());
  if (v.is_bool()) return v.as_bool();
  if (v.is_double()) return v.as_double();
  if (v.is_number()) return v.to_number<std::int64_t>();
  if (!v.is_array()) return {};
  std::vector<std::string> out;
  for (const auto& one : v.as_array()) out.push_back(text_of(one));
  return out;
}

object fields_of(const domain::Fields& fields) {
  object out;
  for (const auto& [name, v] : fields) out[name] = json_of(v);
  return out;
}

/// Only what was given, so that the API sees what a person would send.
class Body {
 public:
  Body& add(const char* key, const std::string& text) {
    if (!text.empty()) body_[key] = text;
    return *this;
  }
  Body& add(const char* key, const std::vector<std::string>& list) {
    if (!list.empty()) body_[key] = texts(list);
    return *this;
  }
  Body& add(const char* key, const domain::Fields& fields) {
    if (!fields.empty()) body_[key] = fields_of(fields);
    return *this;
  }
  Body& add(const char* key, const std::optional<Time>& at) {
    if (at) body_[key] = to_rfc3339(*at);
    return *this;
  }
  Body& with(const char* key, value v) {
    body_[key] = std::move(v);
    return *this;
  }
  [[nodiscard]] const object& done() const { return body_; }

 private:
  object body_;
};

class ApiDoor final : public ScenarioDoor {
 public:
  void open(const std::filesystem::path& directory, const Scenario& scenario) override {
    server_ = std::make_unique<test::DeskServer>(directory, scenario.starts);
    client_ = std::make_unique<ApiClient>(server_->port(), server_->ca_certificate());
    users_[channel_login] =
        server_->add({.login = channel_login, .grants = {{"admin", ""}}, .presence = domain::Presence::off}).value;
    for (std::size_t i = 0; i < onlookers; ++i) admin_tokens_.push_back(server_->token(channel_login));
    for (const auto& person : scenario.people) add_person(person);
    for (const auto& client : scenario.customers) {
      const auto body = Body{}.add("name", client.name).add("level", client.level).add("region", client.region).done();
      customers_[client.key] = number_at(client_->need("POST", "/api/v1/customers", admin(), body), "id");
    }
  }

  void pass(Time to) override {
    auto& database = server_->engine().database();
    struct Next {
      std::optional<Time> due;
      bool waiting = false;
    };
    for (int idle = 0;;) {
      const auto next = desk::write_and_wait(database, [](desk::Unit& unit) -> Result<Next> {
        return Next{unit.tickets.next_due(), !unit.tickets.teams_waiting().empty()};
      });
      if (!next) throw std::runtime_error(next.error().detail);
      const auto now = server_->clock().now();
      const Time next_round{(now.time_since_epoch() / round + 1) * round};
      const auto at = std::min({to, next->waiting ? next_round : to, std::max(next->due.value_or(to), now)});
      if (at == to && now == to && !(next->due && *next->due <= to)) return;
      idle = at > now ? 0 : idle + 1;
      if (idle > idle_rounds) throw std::runtime_error("what is due at " + local_text(at) + " is never done");
      server_->pass_to(at);
      give_out_waiting();
    }
  }

  Result<Done> act(const std::string& who, const Act& act, const std::vector<std::int64_t>& tickets) override {
    const auto customer = customers_.find(who);
    const bool is_customer = customer != customers_.end();
    const auto token = is_customer ? admin() : tokens_.at(who);
    auto outcome = perform(token, who, is_customer ? customer->second : 0, act, tickets);
    if (outcome) give_out_waiting();
    return outcome;
  }

  Seen look(std::int64_t id) override {
    const auto ticket = client_->need("GET", path(id), admin());
    Seen seen;
    seen.state = text_at(ticket, "state");
    seen.category = text_at(ticket, "category");
    seen.team = text_at(ticket, "team");
    if (const auto* assignee = ticket.as_object().if_contains("assignee");
        assignee != nullptr && assignee->is_object()) {
      seen.assignee = login_of(number_at(*assignee, "id"));
    }
    seen.priority = text_at(ticket, "priority");
    seen.awaiting = text_at(ticket, "awaiting");
    if (const auto* hold = ticket.as_object().if_contains("hold"); hold != nullptr && hold->is_object())
      seen.hold = text_at(*hold, "reason");
    seen.waiting = yes_at(ticket, "waiting");
    seen.escalation = static_cast<int>(number_at(ticket, "escalation"));
    seen.urges = static_cast<int>(number_at(ticket, "urges"));
    seen.reopens = static_cast<int>(number_at(ticket, "reopens"));
    seen.messages = static_cast<int>(number_at(ticket, "messages"));
    for (const auto& tag : ticket.at("tags").as_array()) seen.tags.push_back(text_of(tag));
    for (const auto& field : ticket.at("fields").as_object())
      seen.fields[std::string(field.key())] = value_of(field.value());
    see_clocks(id, ticket, seen);
    see_dispatch(id, seen);
    return seen;
  }

  std::vector<Notice> notices(std::int64_t id) override {
    std::vector<Notice> out;
    std::string cursor;
    do {
      const auto page =
          client_->need("GET", "/api/v1/deliveries?limit=200&ticket=" + std::to_string(id) + cursor, admin());
      for (const auto& row : page.at("items").as_array()) {
        const auto& recipient = row.at("recipient");
        const auto to = number_at(recipient, "id");
        out.push_back(
            {text_at(row, "text"), text_at(recipient, "kind") == "customer" ? customer_of(to) : login_of(to)});
      }
      const auto next = text_at(page, "next");
      cursor = next.empty() ? "" : "&cursor=" + next;
    } while (!cursor.empty());
    std::ranges::reverse(out);  // the API gives the newest first
    return out;
  }

 private:
  static std::string path(std::int64_t id, const char* below = "") {
    return "/api/v1/tickets/" + std::to_string(id) + below;
  }

  const std::string& admin() { return admin_tokens_[asked_++ % admin_tokens_.size()]; }

  void add_person(const Person& person) {
    array grants;
    for (const auto& role : person.roles) grants.push_back(object{{"role", role}, {"team", ""}});
    array memberships;
    for (const auto& team : person.teams) memberships.push_back(object{{"team", team}, {"lead", false}});
    for (const auto& team : person.leads) memberships.push_back(object{{"team", team}, {"lead", true}});
    Body body;
    body.add("login", person.login).add("name", person.name).add("skills", person.skills);
    body.add("regions", person.regions).add("product_lines", person.product_lines);
    body.with("grants", std::move(grants)).with("memberships", std::move(memberships));
    if (person.capacity) body.with("capacity", *person.capacity);
    const auto id = number_at(client_->need("POST", "/api/v1/users", admin(), body.done()), "id");
    users_[person.login] = id;
    (void)client_->need("PUT", "/api/v1/users/" + std::to_string(id) + "/presence", admin(),
                        object{{"presence", person.presence}});
    array scopes;
    for (const auto right : enum_names<domain::Right>()) scopes.emplace_back(right);
    const auto made = client_->need("POST", "/api/v1/tokens", admin(),
                                    object{{"name", "scenario"}, {"scopes", scopes}, {"user", id}});
    tokens_[person.login] = text_at(made, "secret");
  }

  void give_out_waiting() {
    const auto done = desk::write_and_wait(server_->engine().database(), [](desk::Unit& unit) -> Result<void> {
      for (const auto& team : unit.tickets.teams_waiting()) desk::redispatch_waiting(unit, team, 50);
      return {};
    });
    if (!done) throw std::runtime_error(done.error().detail);
  }

  Result<Done> perform(const std::string& token, const std::string& who, std::int64_t customer, const Act& act,
                       const std::vector<std::int64_t>& tickets) {
    if (act.does == "create") return create(token, customer, act);
    if (act.does == "bulk") return bulk(token, act, tickets);
    if (act.does == "goes" || act.does == "leave") {
      // People say so themselves in a session; a program needs the right to plan the roster.
      const auto user = "/api/v1/users/" + std::to_string(users_.at(who));
      const auto answer = act.does == "goes"
                              ? client_->ask("PUT", user + "/presence", admin(), object{{"presence", act.presence}})
                              : client_->ask("POST", user + "/shifts", admin(),
                                             Body{}
                                                 .add("kind", "leave")
                                                 .add("from", std::optional(server_->clock().now()))
                                                 .add("to", act.until)
                                                 .done());
      return answer ? Result<Done>(Done{}) : std::unexpected(answer.error());
    }
    for (const auto ticket : tickets) {
      const auto answer = on_ticket(token, customer != 0, ticket, act);
      if (!answer) return std::unexpected(answer.error());
    }
    return Done{};
  }

  Result<Done> create(const std::string& token, std::int64_t customer, const Act& act) {
    Body body;
    body.with("type", value(act.type))
        .with("subject", value(act.subject))
        .add("body", act.text)
        .add("priority", act.priority);
    body.add("channel", act.channel).add("region", act.region).add("product_line", act.product_line);
    body.add("fields", act.fields).add("tags", act.tags).add("team", act.team);
    if (!act.customer.empty()) customer = customers_.at(act.customer);
    if (customer != 0) body.with("customer", customer);
    if (!act.assignee.empty()) body.with("assignee", users_.at(act.assignee));
    const auto made = client_->ask("POST", "/api/v1/tickets", token, body.done());
    if (!made) return std::unexpected(made.error());
    Done done;
    done.created.push_back(number_at(*made, "id"));
    return done;
  }

  Result<Done> bulk(const std::string& token, const Act& act, const std::vector<std::int64_t>& tickets) {
    array ids;
    for (const auto ticket : tickets) ids.emplace_back(ticket);
    Body action;
    action.add("verb", act.bulk).add("transition", act.transition).add("message", act.text).add("fields", act.fields);
    action.add("team", act.team)
        .add("priority", act.priority)
        .add("tags_added", act.tags)
        .add("tags_removed", act.untags);
    action.add("reason", act.reason);
    if (!act.assignee.empty()) action.with("assignee", users_.at(act.assignee));
    const object body{{"selection", object{{"tickets", std::move(ids)}}}, {"action", action.done()}};
    auto job = client_->ask("POST", "/api/v1/tickets/bulk", token, body);
    if (!job) return std::unexpected(job.error());
    const auto target = "/api/v1/jobs/" + std::to_string(number_at(*job, "id"));
    while (text_at(*job, "state") == "running") {  // for as long as it takes: the run has a limit of its own
      wait_for_writer();
      job = client_->need("GET", target, admin());
    }
    Done done;
    done.failed = number_at(*job, "failed");
    done.done = number_at(*job, "done") - *done.failed;
    return done;
  }

  /// A job's slices go through the writer; waiting behind them is waiting without a clock.
  void wait_for_writer() {
    (void)desk::write_slice_and_wait(server_->engine().database(), [](desk::Unit&) -> Result<void> { return {}; });
  }

  Result<value> on_ticket(const std::string& token, bool by_customer, std::int64_t id, const Act& act) {
    const auto post = [&](const char* below, const object& body) {
      return client_->ask("POST", path(id, below), token, body);
    };
    if (act.does == "write")
      return post("/messages", {{"kind", by_customer ? "customer" : "reply"}, {"body", act.text}});
    if (act.does == "reply" || act.does == "note") return post("/messages", {{"kind", act.does}, {"body", act.text}});
    if (act.does == "move") {
      Body body;
      body.add("transition", act.transition).add("fields", act.fields).add("message", act.text);
      if (act.said_to_customer) body.with("reply", true);
      return post("/transitions", body.done());
    }
    if (act.does == "assign") {
      Body body;
      body.add("team", act.team);
      if (!act.assignee.empty()) body.with("assignee", users_.at(act.assignee));
      return post("/assign", body.done());
    }
    if (act.does == "take") return post("/take", {});
    if (act.does == "retype") return post("/type", Body{}.add("type", act.type).add("fields", act.fields).done());
    if (act.does == "resume") return post("/resume", {});
    if (act.does == "hold")
      return post("/hold", Body{}.add("reason", act.reason).add("note", act.text).add("until", act.until).done());
    if (act.does == "reopen") return post("/reopen", Body{}.add("message", act.text).done());
    if (act.does == "urge") return post("/urge", Body{}.add("message", act.text).done());
    if (act.does == "copy") return post("/copies", {{"users", users_of(act.people)}});
    if (act.does == "watch") return post("/watchers", {{"add", users_of(act.people)}});
    if (act.does == "link") return post("/links", {{"kind", act.kind}, {"ticket", std::stoll(act.other)}});
    if (act.does == "merge") return post("/merge", {{"into", std::stoll(act.other)}});
    if (act.does == "set") return set(token, id, act);
    throw std::runtime_error("nobody can " + act.does);
  }

  Result<value> set(const std::string& token, std::int64_t id, const Act& act) {
    const auto ticket = client_->ask("GET", path(id), token);
    if (!ticket) return ticket;
    Body body;
    body.add("subject", act.subject)
        .add("priority", act.priority)
        .add("region", act.region)
        .add("product_line", act.product_line);
    body.add("fields", act.fields).add("tags_added", act.tags).add("tags_removed", act.untags);
    return client_->ask("PATCH", path(id), token, body.done(), number_at(*ticket, "version"));
  }

  /// The ledger tells what was counted up to now; the ticket itself whether a clock pauses and when it is due.
  void see_clocks(std::int64_t id, const value& ticket, Seen& seen) {
    const auto ledger = client_->need("GET", path(id, "/sla"), admin());
    for (const auto& run : ticket.at("clocks").as_array()) {
      SeenClock clock;
      clock.clock = text_at(run, "clock");
      clock.policy = text_at(run, "policy");
      clock.run = static_cast<int>(number_at(run, "run"));
      clock.paused = yes_at(run, "paused");
      clock.ended = time_at(run, "ended_at").has_value();
      clock.goal = Duration{number_at(run, "goal")};
      clock.due_at = time_at(run, "due_at");
      clock.breached_at = time_at(run, "breached_at");
      for (const auto& entry : ledger.at("items").as_array()) {
        if (text_at(entry, "clock") != clock.clock || number_at(entry, "run") != clock.run) continue;
        clock.counted = Duration{number_at(entry, "counted")};
        if (time_at(entry, "breached_at") != clock.breached_at)
          throw std::runtime_error("ledger and ticket differ about the breach of " + clock.clock);
      }
      seen.clocks.push_back(std::move(clock));
    }
  }

  void see_dispatch(std::int64_t id, Seen& seen) {
    const auto history = client_->need("GET", path(id, "/dispatch"), admin());
    for (const auto& entry : history.at("items").as_array()) {
      const auto* choice = entry.as_object().if_contains("choice");
      if (choice == nullptr || !choice->is_object()) continue;
      seen.rule = text_at(*choice, "rule");
      seen.passed_over.clear();
      for (const auto& passed : choice->at("passed_over").as_array())
        seen.passed_over[login_of(number_at(passed, "user"))] = text_at(passed, "reason");
    }
  }

  [[nodiscard]] array users_of(const std::vector<std::string>& logins) const {
    array out;
    for (const auto& login : logins) out.emplace_back(users_.at(login));
    return out;
  }
  template <class Map>
  static std::string key_of(const Map& map, std::int64_t id) {
    const auto it = std::ranges::find(map, id, [](const auto& entry) { return entry.second; });
    return it == map.end() ? std::to_string(id) : it->first;
  }
  [[nodiscard]] std::string login_of(std::int64_t id) const { return key_of(users_, id); }
  [[nodiscard]] std::string customer_of(std::int64_t id) const { return key_of(customers_, id); }

  std::unique_ptr<test::DeskServer> server_;
  std::unique_ptr<ApiClient> client_;
  std::vector<std::string> admin_tokens_;
  std::size_t asked_ = 0;
  std::map<std::string, std::string> tokens_;
  std::map<std::string, std::int64_t> users_;
  std::map<std::string, std::int64_t> customers_;
};

}  // namespace

std::unique_ptr<ScenarioDoor> open_api_door() {
  return std::make_unique<ApiDoor>();
}

}  // namespace docket::tests
