// SPDX-License-Identifier: Apache-2.0
#include "api/filters.hpp"

#include "base/both.hpp"
#include "base/json_encode.hpp"
#include "domain/condition/desk_fields.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace docket::json {
namespace {

using Raw = domain::RawCondition;
namespace bj = boost::json;

void decode_children(const value& from, Raw& to, Decoder& decoder, std::string_view name) {
  const Decoder::Step step{decoder, name};
  const auto* list = decoder.read_array(from);
  if (list == nullptr) return;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Decoder::Step element{decoder, i};
    if (!element) return;
    Custom<Raw>::decode((*list)[i], to.children.emplace_back(), decoder);
  }
}

}  // namespace

void Custom<Raw>::encode(std::string& out, const Raw& condition) {
  if (condition.kind == Raw::Kind::test) {
    out += "{\"field\":";
    append_string(out, condition.field);
    out += ",\"operator\":";
    append_string(out, condition.op);
    if (condition.value) {
      out += ",\"value\":";
      append(out, *condition.value);
    }
    out.push_back('}');
    return;
  }
  const bool list = condition.kind != Raw::Kind::not_;
  out += condition.kind == Raw::Kind::all ? "{\"all\":" : condition.kind == Raw::Kind::any ? "{\"any\":" : "{\"not\":";
  if (list)
    detail::append_array(out, condition.children, [&](const Raw& child) { encode(out, child); });
  else
    encode(out, condition.children.at(0));
  out.push_back('}');
}

void Custom<Raw>::decode(const value& from, Raw& to, Decoder& decoder) {
  const auto* object = decoder.read_object(from);
  if (object == nullptr) return;
  const auto group = [&](std::string_view name) { return object->size() == 1 ? object->if_contains(name) : nullptr; };
  if (const auto* all = group("all")) {
    to.kind = Raw::Kind::all;
    decode_children(*all, to, decoder, "all");
  } else if (const auto* any = group("any")) {
    to.kind = Raw::Kind::any;
    decode_children(*any, to, decoder, "any");
  } else if (const auto* child = group("not")) {
    to.kind = Raw::Kind::not_;
    const Decoder::Step step{decoder, std::string_view{"not"}};
    if (step) decode(*child, to.children.emplace_back(), decoder);
  } else {
    to.kind = Raw::Kind::test;
    for (const auto& [key, member] : *object) {
      const Decoder::Step step{decoder, std::string_view{key}};
      if (!step) return;
      if (key == "field")
        decoder.read(member, to.field);
      else if (key == "operator")
        decoder.read(member, to.op);
      else if (key == "value")
        decode_into(member, to.value.emplace(), decoder);
      else
        decoder.fail({"is not known here; a condition is {all}, {any}, {not} or {field, operator, value}",
                      "没有这一项；条件写作 {all}、{any}、{not} 或 {field, operator, value}"});
    }
    if (!object->contains("field")) {
      const Decoder::Step step{decoder, std::string_view{"field"}};
      decoder.fail({"is required", "必填"});
    }
  }
}

value Custom<Raw>::schema() {
  const bj::object self{{"type", "object"}};
  return bj::object{
      {"type", "object"},
      {"description",
       "A condition: {\"all\": [conditions]}, {\"any\": [conditions]}, {\"not\": condition}, or a test of a field."},
      {"properties", bj::object{{"all", bj::object{{"type", "array"}, {"items", self}}},
                                {"any", bj::object{{"type", "array"}, {"items", self}}},
                                {"not", self},
                                {"field", bj::object{{"type", "string"}}},
                                {"operator", bj::object{{"type", "string"}}},
                                {"value", bj::object{}}}},
      {"examples", bj::array{bj::object{{"field", "state"}, {"operator", "is"}, {"value", "inspection"}}}},
      {"additionalProperties", false}};
}

}  // namespace docket::json

namespace docket::api {
namespace {

constexpr std::string_view custom_prefix = "field.";

void hidden_fields(const domain::RawCondition& raw, const domain::Definitions& definitions,
                   const domain::Principal& principal, const std::string& pointer, std::vector<FieldError>& faults) {
  using Kind = domain::RawCondition::Kind;
  if (raw.kind == Kind::test) {
    if (!raw.field.starts_with(custom_prefix)) return;
    if (may_see_somewhere(principal, definitions, std::string_view{raw.field}.substr(custom_prefix.size()))) return;
    faults.push_back(field_error(pointer + "/field", both("there is no field `{0}`", "没有字段 `{0}`", raw.field)));
    return;
  }
  const std::string name = raw.kind == Kind::all ? "/all/" : raw.kind == Kind::any ? "/any/" : "/not";
  for (std::size_t i = 0; i < raw.children.size(); ++i) {
    hidden_fields(raw.children[i], definitions, principal,
                  pointer + name + (raw.kind == Kind::not_ ? "" : std::to_string(i)), faults);
  }
}

/// The teams on whose tickets the field is seen by a role that is held there.
std::vector<std::string> teams_that_show(const domain::Principal& principal, const domain::Definitions& definitions,
                                         std::string_view field) {
  std::vector<std::string> teams;
  for (const auto& [team, groups] : principal.team_field_groups) {
    if (may_see_field(principal, definitions, field, team)) teams.push_back(team);
  }
  return teams;
}

/// A test of a field that is seen in some teams only holds on their tickets only, so that neither it nor its opposite
/// tells anything of others.
void look_where_shown(domain::Condition& condition, const domain::Definitions& definitions,
                      const domain::Principal& principal) {
  using Kind = domain::Condition::Kind;
  for (auto& child : condition.children) look_where_shown(child, definitions, principal);
  if (condition.kind != Kind::test || !condition.field.starts_with(custom_prefix)) return;
  const auto name = std::string_view{condition.field}.substr(custom_prefix.size());
  if (may_see_field(principal, definitions, name, {})) return;
  domain::Condition there;
  there.kind = Kind::test;
  there.field = "team";
  there.op = domain::Operator::in;
  there.value = teams_that_show(principal, definitions, name);
  condition = both_hold(std::move(there), std::move(condition));
}

// Evaluates the persons of a condition only if it names any.
class Persons {
 public:
  Persons(const domain::Principal& principal, const desk::DirectoryReader& directory)
      : principal_(principal), directory_(directory) {}

  void replace(domain::Condition& condition) {
    for (auto& child : condition.children) replace(child);
    if (auto* text = std::get_if<std::string>(&condition.value)) {
      if (*text == "@me")
        condition.value = me(condition.field);
      else if (*text == "@my_teams") {
        // One value that stands for several: `is` becomes `in`.
        condition.value = teams();
        if (condition.op == domain::Operator::is) condition.op = domain::Operator::in;
        if (condition.op == domain::Operator::is_not) condition.op = domain::Operator::not_in;
      }
    } else if (auto* list = std::get_if<std::vector<std::string>>(&condition.value)) {
      std::vector<std::string> replaced;
      for (auto& element : *list) {
        if (element == "@me")
          replaced.push_back(std::to_string(principal_.user.value));
        else if (element == "@my_teams")
          replaced.insert(replaced.end(), teams().begin(), teams().end());
        else
          replaced.push_back(std::move(element));
      }
      *list = std::move(replaced);
    }
  }

 private:
  [[nodiscard]] domain::Value me(const std::string& field) const {
    const auto* known = domain::find_catalogue_field(field);
    if (known != nullptr && known->type == domain::FieldType::id) return principal_.user.value;
    return std::to_string(principal_.user.value);
  }
  const std::vector<std::string>& teams() {
    if (!teams_) {
      teams_.emplace();
      if (const auto user = directory_.find_user(principal_.user)) {
        for (const auto& membership : user->memberships) teams_->push_back(membership.team);
      }
    }
    return *teams_;
  }

  const domain::Principal& principal_;
  const desk::DirectoryReader& directory_;
  std::optional<std::vector<std::string>> teams_;
};

}  // namespace

bool may_see_field(const domain::Principal& principal, const domain::Definitions& definitions, std::string_view field,
                   const std::string& team) {
  if (!principal.restricted_on(team)) return true;
  bool known = false;
  for (const auto& [name, form] : definitions.forms) {
    if (const auto* found = form.find_field(field)) {
      if (principal.access(found->group, team) == domain::FieldAccess::hidden) return false;
      known = true;
    }
  }
  return known;
}

bool may_see_somewhere(const domain::Principal& principal, const domain::Definitions& definitions, std::string_view field) {
  return may_see_field(principal, definitions, field, {}) || !teams_that_show(principal, definitions, field).empty();
}

domain::Fields visible_fields(const domain::Principal& principal, const domain::Definitions& definitions,
                              const domain::Fields& fields, const std::string& team) {
  if (!principal.restricted_on(team)) return fields;
  domain::Fields visible;
  for (const auto& [name, value] : fields) {
    if (may_see_field(principal, definitions, name, team)) visible.emplace(name, value);
  }
  return visible;
}

domain::Condition condition_of(const domain::View& view, const domain::Definitions& definitions,
                               const domain::Principal& principal, const desk::DirectoryReader& directory) {
  auto condition = view.when;
  Persons{principal, directory}.replace(condition);
  if (principal.restricted_fields) look_where_shown(condition, definitions, principal);
  return condition;
}

Result<domain::Condition> list_filter(const domain::RawCondition& raw, const domain::Definitions& definitions,
                                      const domain::Principal& principal, const desk::DirectoryReader& directory,
                                      const std::string& pointer) {
  if (principal.restricted_fields) {
    Error error;
    error.code = ErrorCode::invalid_field;
    hidden_fields(raw, definitions, principal, pointer, error.fields);
    if (!error.fields.empty()) {
      error.say({"The condition names a field that there is not.", "条件里有不存在的字段。"});
      return std::unexpected{std::move(error)};
    }
  }
  auto built = domain::build_condition(raw, domain::DeskFields{definitions},
                                       {.lists = true, .event = false, .persons = true}, pointer);
  if (!built) return built;
  Persons{principal, directory}.replace(*built);
  if (principal.restricted_fields) look_where_shown(*built, definitions, principal);
  return built;
}

Result<domain::Condition> list_filter_text(std::string_view text, const domain::Definitions& definitions,
                                           const domain::Principal& principal, const desk::DirectoryReader& directory,
                                           const std::string& name) {
  const auto as_parameter = [&](Error error) {
    error.code = ErrorCode::unknown_parameter;
    for (auto& field : error.fields) field.pointer = name + field.pointer;
    if (error.fields.empty()) error.fields.push_back(field_error(name, error.said()));
    return std::unexpected{std::move(error)};
  };
  auto raw = json::decode_text<domain::RawCondition>(text, {.bytes = 8192, .depth = 32});
  if (!raw) return as_parameter(std::move(raw).error());
  auto built = list_filter(*raw, definitions, principal, directory, "");
  if (!built) return as_parameter(std::move(built).error());
  return built;
}

bool may_use_view(const domain::View& view, const domain::Principal& principal) {
  return view.roles.empty() || std::ranges::any_of(view.roles, [&](const std::string& role) {
           return principal.has_role(role, "") || std::ranges::any_of(principal.team_roles, [&](const auto& team) {
                    return principal.has_role(role, team.first);
                  });
         });
}

domain::Condition both_hold(domain::Condition a, domain::Condition b) {
  using Kind = domain::Condition::Kind;
  if (a.kind == Kind::always) return b;
  if (b.kind == Kind::always) return a;
  domain::Condition all;
  all.kind = Kind::all;
  all.children.push_back(std::move(a));
  all.children.push_back(std::move(b));
  return all;
}

}  // namespace docket::api
