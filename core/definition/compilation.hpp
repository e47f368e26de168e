// SPDX-License-Identifier: Apache-2.0
// What the readers of all subjects share while one bundle is compiled.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "definition/compile.hpp"
#include "definition/section.hpp"
#include "definition/validate.hpp"
#include "domain/condition/contradiction.hpp"
#include "domain/condition/desk_fields.hpp"
#include "domain/definitions.hpp"

namespace docket::desk {
class PluginCatalogue;
}

namespace docket::definition {

/// One compilation; one thread.
struct Compilation {
  Report& report;
  Time now{};
  const desk::PluginCatalogue* catalogue = nullptr;  ///< none: settings of plugins are taken as they are
  Judged judged = Judged::candidate;
  DeclaredNames names{};
  /// The sections of each key of the top level, in the order of the files.
  std::map<std::string, std::vector<Section>, std::less<>> sections{};
  std::vector<Section> holiday_files{};
  domain::Definitions out{};
  domain::DeskFields fields{};
  std::map<Refers, std::set<std::string>> used{};  ///< what something else refers to
  std::vector<std::pair<std::string, Place>> destinations{};  ///< that something sends to, and where it says so
  struct Move {
    std::string transition{};
    std::string workflow{};  ///< empty: of any
    Place place{};
  };
  std::vector<Move> moves{};  ///< that rules make without a message
  domain::ProofEffort proofs{domain::all_proofs};

  [[nodiscard]] const std::vector<Section>& all(std::string_view key) const;
  /// For what runs, and could only ever fail where it does: an error of a candidate, a warning of what was published. A
  /// rule that is new in a release belongs here wherever tickets can go on under what it is against.
  void judge(Place place, std::string code, Said message, Said expected);
  void use(Refers what, const std::string& name) { used[what].insert(name); }
  /// The names of destinations below the key, held against the plugins once those are read.
  std::vector<std::string> destinations_in(const Section& section, std::string_view key);
  /// The name below the key, marked as used; empty when it is missing.
  std::string reference(const Section& section, std::string_view key, Refers what);
};

/// The condition below the key; always holds when there is none.
domain::Condition read_condition(Compilation& work, const Section& section, std::string_view key,
                                 const domain::ConditionUse& use);

/// Where actions stand, and so what they may name.
struct ActionScope {
  std::vector<std::string> transitions{};  ///< that `move` may name
  const domain::Workflow* workflow = nullptr;
  bool event = true;  ///< a rule acts because of an event, which texts may speak of
  bool said = false;  ///< a message goes with the actions, for steps that ask for one
};
std::vector<domain::Action> read_actions(Compilation& work, const Section& section, std::string_view key,
                                         const ActionScope& scope);
/// The words below `whom`, checked.
void read_recipients(Compilation& work, const Section& section, domain::Action& action);
std::vector<domain::Warning> read_warnings(Compilation& work, const Section& section, const ActionScope& scope,
                                           std::optional<Duration> shortest_goal);

/// A value for a field, by the field's kind; reports what does not fit.
domain::Value read_value(Compilation& work, const Section& section, std::string_view key, const domain::Field& field);
/// The custom field of that name in any form; null when there is none.
const domain::Field* find_field(const Compilation& work, std::string_view name);
/// The same, of the first form in which it takes the value, where it takes it in any.
const domain::Field* find_field(const Compilation& work, std::string_view name, const YamlNode* value);
/// The same for a value that stands anywhere.
domain::Value read_value(Compilation& work, Place place, const YamlNode& node, const domain::Field& field);
/// What a text may name besides fields of the ticket.
struct PlaceholderUse {
  bool event = false;  ///< fields of the event that set it off
  bool links = false;  ///< links, which are put in when the text leaves for its reader
};
/// Reports {{placeholders}} that are no fields.
void check_placeholders(Compilation& work, Place place, const YamlNode& node, const PlaceholderUse& use);
/// All transitions of all workflows.
std::vector<std::string> all_transitions(const Compilation& work);

/// One a subject. They run in this order; each fills its part of `out`.
void read_desk(Compilation& work);
void read_calendars(Compilation& work);
void read_teams(Compilation& work);
void read_forms(Compilation& work);
void read_field_values(Compilation& work);  ///< what conditions may compare with, once forms and names are known
void read_workflows(Compilation& work);
void read_roles(Compilation& work);
void read_sla(Compilation& work);
void read_dispatch(Compilation& work);
void read_triggers(Compilation& work);
void read_views(Compilation& work);
void read_texts(Compilation& work);
void read_tools(Compilation& work);          ///< macros, answers, templates
void read_plugins(Compilation& work);        ///< after triggers, which it adds to
void read_notifications(Compilation& work);

/// Proofs over what was read.
void check_workflow(Compilation& work, const Section& section, const domain::Workflow& workflow);
void check_moves(Compilation& work);
void check_triggers(Compilation& work);
void check_destinations(Compilation& work);
void check_unused(Compilation& work);

/// Reports conditions that can never hold, alone or because of those before them in the same list. `conditions` and
/// `sections` go together.
void check_rule_order(Compilation& work, const std::vector<domain::Condition>& conditions,
                      const std::vector<Section>& sections, const Said& what);

}  // namespace docket::definition
