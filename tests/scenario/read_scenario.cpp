// SPDX-License-Identifier: Apache-2.0
#include "read_scenario.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <set>
#include <stdexcept>

#include "base/duration.hpp"

namespace docket::tests {
namespace {

using YAML::Node;

constexpr std::chrono::hours shanghai{8};

/// Reads one mapping key by key and complains about those that nobody asked for.
class Map {
 public:
  Map(const std::string& file, const Node& node) : file_(file), node_(node) {
    if (!node.IsMap()) fail("a mapping is expected");
    for (const auto& entry : node) left_.insert(entry.first.as<std::string>());
  }

  [[noreturn]] void fail(const std::string& what) const { fail(node_, what); }
  [[noreturn]] void fail(const Node& at, const std::string& what) const {
    throw std::runtime_error(file_ + ":" + std::to_string(at.Mark().line + 1) + ": " + what);
  }

  [[nodiscard]] int line() const { return node_.Mark().line + 1; }
  [[nodiscard]] std::vector<std::string> keys() const {
    std::vector<std::string> out;
    for (const auto& entry : node_) out.push_back(entry.first.as<std::string>());
    return out;
  }
  /// Nothing when the key is not there.
  [[nodiscard]] std::optional<Node> take(const std::string& key) {
    if (left_.erase(key) == 0) return std::nullopt;
    return node_[key];
  }
  [[nodiscard]] Node need(const std::string& key) {
    auto node = take(key);
    if (!node) fail("'" + key + "' is missing");
    return *node;
  }
  void end() const {
    if (!left_.empty()) fail("'" + *left_.begin() + "' is not known here");
  }

  [[nodiscard]] std::string text(const Node& node) const {
    if (!node.IsScalar()) fail(node, "a text is expected");
    return node.as<std::string>();
  }
  [[nodiscard]] std::vector<std::string> texts(const Node& node) const {
    if (node.IsScalar()) return {node.as<std::string>()};
    if (!node.IsSequence()) fail(node, "a list is expected");
    std::vector<std::string> out;
    for (const auto& one : node) out.push_back(text(one));
    return out;
  }
  [[nodiscard]] Time time(const Node& node) const {
    const auto at = local_time(text(node));
    if (!at) fail(node, "a time such as 2026-02-13 17:30 is expected");
    return *at;
  }
  [[nodiscard]] bool yes(const Node& node) const {
    const auto word = text(node);
    if (word != "true" && word != "false") fail(node, "true or false is expected");
    return word == "true";
  }
  template <class Number>
  [[nodiscard]] Number number(const Node& node) const {
    const auto word = text(node);
    Number out{};
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), out);
    if (error != std::errc{} || end != word.data() + word.size()) fail(node, "a number is expected");
    return out;
  }
  [[nodiscard]] Duration span(const Node& node) const {
    const auto span = parse_duration(text(node));
    if (!span) fail(node, "a length of time such as 1h30m is expected");
    return span->value;
  }
  /// Quoted scalars are texts; plain ones may be numbers, yes/no or nothing.
  [[nodiscard]] domain::Value value(const Node& node) const {
    if (node.IsSequence()) return texts(node);
    if (node.IsNull()) return {};
    const auto word = text(node);
    if (node.Tag() == "!") return word;
    if (word == "true" || word == "false") return word == "true";
    std::int64_t whole = 0;
    const auto* end = word.data() + word.size();
    if (const auto read = std::from_chars(word.data(), end, whole); read.ec == std::errc{} && read.ptr == end)
      return whole;
    double real = 0;
    if (const auto read = std::from_chars(word.data(), end, real); read.ec == std::errc{} && read.ptr == end)
      return real;
    return word;
  }
  [[nodiscard]] domain::Fields fields(const Node& node) const {
    domain::Fields out;
    Map inner(file_, node);
    for (const auto& key : inner.keys()) out[key] = value(node[key]);
    return out;
  }
  [[nodiscard]] Map map(const Node& node) const { return {file_, node}; }

  void into(const std::string& key, std::string& out) {
    if (const auto node = take(key)) out = text(*node);
  }
  void into(const std::string& key, std::vector<std::string>& out) {
    if (const auto node = take(key)) out = texts(*node);
  }
  void into(const std::string& key, bool& out) {
    if (const auto node = take(key)) out = yes(*node);
  }
  void into(const std::string& key, std::optional<std::string>& out) {
    if (const auto node = take(key)) out = text(*node);
  }
  void into(const std::string& key, std::optional<bool>& out) {
    if (const auto node = take(key)) out = yes(*node);
  }
  void into(const std::string& key, std::optional<int>& out) {
    if (const auto node = take(key)) out = number<int>(*node);
  }
  void into(const std::string& key, std::optional<std::int64_t>& out) {
    if (const auto node = take(key)) out = number<std::int64_t>(*node);
  }
  void into(const std::string& key, std::optional<Time>& out) {
    if (const auto node = take(key)) out = time(*node);
  }
  void into(const std::string& key, std::optional<Duration>& out) {
    if (const auto node = take(key)) out = span(*node);
  }
  void into(const std::string& key, domain::Fields& out) {
    if (const auto node = take(key)) out = fields(*node);
  }

 private:
  const std::string& file_;
  Node node_;
  std::set<std::string> left_;
};

Person read_person(const std::string& login, Map map) {
  Person person;
  person.login = login;
  person.name = login;
  person.roles = {"agent"};
  map.into("name", person.name);
  map.into("roles", person.roles);
  map.into("teams", person.teams);
  map.into("leads", person.leads);
  map.into("skills", person.skills);
  map.into("regions", person.regions);
  map.into("product_lines", person.product_lines);
  map.into("capacity", person.capacity);
  map.into("presence", person.presence);
  map.end();
  return person;
}

Client read_client(const std::string& key, Map map) {
  Client client;
  client.key = key;
  client.name = key;
  map.into("name", client.name);
  map.into("level", client.level);
  map.into("region", client.region);
  map.end();
  return client;
}

/// What each verb takes; `text` is what is said.
const std::map<std::string, std::set<std::string>>& verbs() {
  static const std::map<std::string, std::set<std::string>> table{
      {"create",
       {"type", "subject", "text", "priority", "channel", "region", "product_line", "customer", "fields", "tags",
        "team", "assignee"}},
      {"write", {"text"}},
      {"reply", {"text"}},
      {"note", {"text"}},
      {"move", {"transition", "fields", "text", "said_to_customer"}},
      {"assign", {"team", "assignee"}},
      {"take", {}},
      {"retype", {"type", "fields"}},
      {"hold", {"reason", "text", "until"}},
      {"resume", {}},
      {"set", {"subject", "priority", "region", "product_line", "fields", "tags", "untags"}},
      {"urge", {"text"}},
      {"copy", {"people"}},
      {"watch", {"people"}},
      {"reopen", {"text"}},
      {"link", {"other", "kind"}},
      {"merge", {"other"}},
      {"bulk", {"bulk", "transition", "fields", "text", "team", "assignee", "priority", "tags", "untags", "reason"}},
      {"goes", {"presence"}},
      {"leave", {"until"}},
  };
  return table;
}

Act read_act(const std::string& does, std::optional<Map> with, const Map& step) {
  const auto verb = verbs().find(does);
  if (verb == verbs().end()) step.fail("'" + does + "' is nothing that can be done");
  Act act;
  act.does = does;
  if (!with) return act;
  for (const auto& key : with->keys()) {
    if (!verb->second.contains(key)) with->fail("'" + does + "' does not take '" + key + "'");
  }
  with->into("type", act.type);
  with->into("subject", act.subject);
  with->into("text", act.text);
  with->into("priority", act.priority);
  with->into("channel", act.channel);
  with->into("region", act.region);
  with->into("product_line", act.product_line);
  with->into("customer", act.customer);
  with->into("transition", act.transition);
  with->into("team", act.team);
  with->into("assignee", act.assignee);
  with->into("reason", act.reason);
  with->into("presence", act.presence);
  with->into("other", act.other);
  with->into("kind", act.kind);
  with->into("until", act.until);
  with->into("fields", act.fields);
  with->into("tags", act.tags);
  with->into("untags", act.untags);
  with->into("people", act.people);
  with->into("said_to_customer", act.said_to_customer);
  with->into("bulk", act.bulk);
  with->end();
  return act;
}

ExpectedClock read_clock(const Map& parent, const Node& node) {
  ExpectedClock clock;
  if (node.IsScalar()) {
    clock.none = true;
    if (parent.text(node) != "none") parent.fail(node, "'none' or a mapping is expected");
    return clock;
  }
  auto map = parent.map(node);
  map.into("paused", clock.paused);
  map.into("ended", clock.ended);
  map.into("kept", clock.kept);
  map.into("due", clock.due);
  map.into("counted", clock.counted);
  map.into("goal", clock.goal);
  map.into("run", clock.run);
  map.into("policy", clock.policy);
  if (const auto breached = map.take("breached")) {
    if (parent.text(*breached) == "false") {
      clock.breached = false;
    } else {
      clock.breached = true;
      clock.breached_at = map.time(*breached);
    }
  }
  map.end();
  return clock;
}

Expectation read_expectation(Map map) {
  Expectation out;
  out.line = map.line();
  map.into("state", out.state);
  map.into("category", out.category);
  map.into("team", out.team);
  map.into("assignee", out.assignee);
  map.into("priority", out.priority);
  map.into("awaiting", out.awaiting);
  map.into("hold", out.hold);
  map.into("rule", out.rule);
  map.into("waiting", out.waiting);
  map.into("escalation", out.escalation);
  map.into("urges", out.urges);
  map.into("reopens", out.reopens);
  map.into("messages", out.messages);
  map.into("tags", out.tags);
  map.into("fields", out.fields);
  map.into("notified", out.notified);
  map.into("refused", out.refused);
  map.into("allowed", out.allowed);
  map.into("pointers", out.pointers);
  map.into("done", out.done);
  map.into("failed", out.failed);
  if (const auto clocks = map.take("clocks")) {
    const auto inner = map.map(*clocks);
    for (const auto& name : inner.keys()) out.clocks[name] = read_clock(inner, (*clocks)[name]);
  }
  if (const auto counts = map.take("notifications")) {
    out.counts.emplace();
    const auto inner = map.map(*counts);
    for (const auto& name : inner.keys()) (*out.counts)[name] = inner.number<int>((*counts)[name]);
  }
  if (const auto passed = map.take("passed_over")) {
    const auto inner = map.map(*passed);
    for (const auto& login : inner.keys()) out.passed_over[login] = inner.text((*passed)[login]);
  }
  map.end();
  if (!out.refused && (!out.allowed.empty() || !out.pointers.empty()))
    map.fail("'allowed' and 'pointers' belong to 'refused'");
  return out;
}

Step read_step(Map map) {
  Step step;
  step.line = map.line();
  step.at = map.time(map.need("at"));
  map.into("who", step.who);
  std::string does;
  map.into("does", does);
  const auto with = map.take("with");
  if (does.empty() != step.who.empty()) map.fail("'who' and 'does' belong together");
  if (with && does.empty()) map.fail("'with' belongs to 'does'");
  if (!does.empty()) step.act = read_act(does, with ? std::optional<Map>(map.map(*with)) : std::nullopt, map);
  step.tickets = {"ticket"};
  map.into("ticket", step.tickets);
  std::optional<int> times;
  map.into("times", times);
  if (times && does != "create") map.fail("'times' belongs to 'create'");
  step.times = times.value_or(1);
  if (const auto expect = map.take("expect")) step.expect = read_expectation(map.map(*expect));
  (void)map.take("why");  // for the reader of the file
  map.end();
  return step;
}

}  // namespace

std::optional<Time> local_time(std::string text) {
  if (text.size() == 16) text += ":00";
  if (text.size() != 19 || text[10] != ' ') return std::nullopt;
  text[10] = 'T';
  return from_rfc3339(text + "+08:00");
}

std::string local_text(Time at) {
  auto text = to_rfc3339(at + shanghai);
  text[10] = ' ';
  const bool whole_minute = text.substr(16) == ":00.000000Z";
  return text.substr(0, whole_minute ? 16 : 26);
}

Scenario read_scenario(const std::filesystem::path& file) {
  Scenario scenario;
  scenario.file = file.filename().string();
  Node root;
  try {
    root = YAML::LoadFile(file.string());
  } catch (const YAML::Exception& error) {
    throw std::runtime_error(scenario.file + ":" + std::to_string(error.mark.line + 1) + ": " + error.msg);
  }
  Map map(scenario.file, root);
  scenario.title = map.text(map.need("scenario"));
  scenario.desk = map.text(map.need("desk"));
  scenario.starts = map.time(map.need("starts"));
  const auto people = map.need("people");
  for (const auto& login : map.map(people).keys())
    scenario.people.push_back(read_person(login, map.map(people[login])));
  if (const auto customers = map.take("customers")) {
    for (const auto& key : map.map(*customers).keys())
      scenario.customers.push_back(read_client(key, map.map((*customers)[key])));
  }
  const auto steps = map.need("steps");
  if (!steps.IsSequence()) map.fail(steps, "a list of steps is expected");
  auto last = scenario.starts;
  for (const auto& node : steps) {
    scenario.steps.push_back(read_step(map.map(node)));
    if (scenario.steps.back().at < last) map.fail(node, "time does not run backwards");
    last = scenario.steps.back().at;
  }
  (void)map.take("story");
  map.end();
  return scenario;
}

}  // namespace docket::tests
