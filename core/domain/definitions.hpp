// SPDX-License-Identifier: Apache-2.0
// A desk's whole configuration as one immutable value, named by the digest of its bytes.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/calendar/calendar.hpp"
#include "domain/channel/plugin_use.hpp"
#include "domain/dispatch/dispatch.hpp"
#include "domain/identity/principal.hpp"
#include "domain/sla/policy.hpp"
#include "domain/ticket/form.hpp"
#include "domain/workflow/workflow.hpp"

namespace docket::domain {

/// What makes a trigger look: the kind of an event, as in TicketEvent.
struct Trigger {
  std::string name{};
  std::vector<std::string> on{};  ///< event kinds, e.g. "created", "message_added"; never empty
  Condition when{};
  std::vector<Action> actions{};
  bool operator==(const Trigger&) const = default;
};

enum class Sorting { updated, created, due, priority };
BOOST_DESCRIBE_ENUM(Sorting, updated, created, due, priority)

enum class Order { ascending, descending };
BOOST_DESCRIBE_ENUM(Order, ascending, descending)

/// The direction in which a list is sorted where nobody tells one: what is due first, else the newest or most urgent.
[[nodiscard]] constexpr Order natural_order(Sorting sort) {
  return sort == Sorting::due ? Order::ascending : Order::descending;
}

/// A saved list.
struct View {
  std::string name{};
  Title title{};
  Condition when{};                  ///< may use the values "@me" and "@my_teams"
  Sorting sort = Sorting::updated;
  std::optional<Order> order{};      ///< none: the natural one of `sort`
  std::vector<std::string> columns{};
  std::vector<std::string> roles{};  ///< who sees the view; empty: everybody
  bool operator==(const View&) const = default;
};

/// A text with {{placeholders}} from the field catalogue; logic-free.
struct NotificationText {
  std::string name{};
  std::string subject_zh{};
  std::string body_zh{};
  std::string subject_en{};
  std::string body_en{};
  std::vector<std::string> channels{};  ///< destinations, in order; empty: the desk's
  bool urgent = false;                  ///< goes out in quiet hours as well, and is not gathered
  bool operator==(const NotificationText&) const = default;
};

/// Several acts in one, done by a person with the person's rights.
struct Macro {
  std::string name{};
  Title title{};
  Condition when{};                  ///< where it is offered
  std::vector<std::string> roles{};  ///< who may use it; empty: everybody
  std::vector<Action> actions{};
  std::string message{};             ///< what is said; a template, may be edited before it is sent
  bool reply = true;                 ///< to the customer; else an internal note
  bool operator==(const Macro&) const = default;
};

/// A text that is ready to be said, with {{placeholders}}.
struct CannedAnswer {
  std::string name{};
  Title title{};
  std::string text{};
  std::vector<std::string> types{};  ///< ticket types that it is offered for; empty: all
  std::vector<std::string> roles{};  ///< who may use it; empty: everybody
  bool operator==(const CannedAnswer&) const = default;
};

/// A ticket that is filled in already.
struct TicketTemplate {
  std::string name{};
  Title title{};
  std::string type{}, subject{}, body{};
  std::optional<Priority> priority{};
  std::string region{}, product_line{}, team{};
  std::vector<std::string> tags{};
  Fields fields{};
  std::vector<std::string> roles{};  ///< who may use it; empty: everybody
  bool operator==(const TicketTemplate&) const = default;
};

struct DeskSettings {
  Title name{"服务台", "Service desk"};
  std::string ticket_prefix = "T";
  std::string default_team{};      ///< when no dispatch rule matches
  std::string default_calendar{};
  std::string zone = "Asia/Shanghai";
  std::string language = "zh";
  std::vector<std::string> regions{};
  std::vector<std::string> product_lines{};
  std::vector<std::string> hold_reasons{};
  std::vector<std::string> destinations{"log"};  ///< where notifications go by default
  Duration reopen_within = std::chrono::hours{24 * 30};  ///< a customer's message reopens a closed ticket at most this long after closing
  bool operator==(const DeskSettings&) const = default;
};

/// Immutable once built; shared by every thread that works under it.
struct Definitions {
  std::string digest{};  ///< hex SHA-256 over the bundle's files
  DeskSettings desk{};
  std::map<std::string, Calendar> calendars{};
  std::map<std::string, Form> forms{};
  std::vector<std::string> form_order{};  ///< names as they are declared
  std::map<std::string, Workflow> workflows{};
  std::vector<SlaPolicy> sla{};
  std::vector<DispatchRule> dispatch{};
  std::map<std::string, Team> teams{};
  std::map<std::string, Role> roles{};
  std::vector<Trigger> triggers{};
  std::map<std::string, View> views{};
  std::map<std::string, NotificationText> texts{};
  std::map<std::string, PluginUse> plugins{};
  std::map<std::string, Macro> macros{};
  std::map<std::string, CannedAnswer> answers{};
  std::map<std::string, TicketTemplate> templates{};

  /// The named calendar, the desk's for an empty name. The compiler has checked that both exist.
  [[nodiscard]] const Calendar& calendar(const std::string& name) const;
  /// As people are offered them: in the order in which they are declared.
  [[nodiscard]] std::vector<const Form*> forms_in_order() const;
};

/// Bundles by digest, old ones too. Implementations may load lazily; thread-safe; throws std::runtime_error for a digest
/// that was never published (a broken store).
class DefinitionsSource {
 public:
  virtual ~DefinitionsSource() = default;
  [[nodiscard]] virtual std::shared_ptr<const Definitions> get(const std::string& digest) const = 0;
};

/// The one bundle of a world that is made up or lived again, by whatever digest it is asked for.
class OneBundle final : public DefinitionsSource {
 public:
  explicit OneBundle(std::shared_ptr<const Definitions> definitions) : definitions_(std::move(definitions)) {}
  [[nodiscard]] std::shared_ptr<const Definitions> get(const std::string&) const override { return definitions_; }

 private:
  std::shared_ptr<const Definitions> definitions_;
};

}  // namespace docket::domain
