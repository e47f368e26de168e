// SPDX-License-Identifier: Apache-2.0
#include "desk/ready_words.hpp"

#include <chrono>

#include "base/time_zone.hpp"
#include "domain/ticket/ticket_source.hpp"

namespace docket::desk {
namespace {

constexpr std::string_view custom = "field.";

/// A ticket as its agent would tell of it.
class SpokenSource final : public domain::FieldSource {
 public:
  SpokenSource(const WordSources& sources, const domain::Principal& principal, const domain::Ticket& ticket)
      : sources_(sources), principal_(principal), ticket_(ticket), plain_(ticket, sources.now) {}

  [[nodiscard]] domain::Value get(std::string_view field) const override {
    if (field.starts_with(custom)) return own_field(field.substr(custom.size()));
    if (field == "id") return sources_.active.desk.ticket_prefix + std::to_string(ticket_.id.value);
    if (field == "assignee") return name_of(ticket_.assignee);
    if (field == "last_handler") return name_of(ticket_.last_handler);
    if (field == "customer") {
      const auto customer = ticket_.customer ? sources_.directory.find_customer(ticket_.customer) : std::nullopt;
      return customer ? domain::Value{customer->name} : domain::Value{};
    }
    if (field == "organization") {
      const auto known = ticket_.organization ? sources_.directory.find_organization(ticket_.organization) : std::nullopt;
      return known ? domain::Value{known->name} : domain::Value{};
    }
    if (field == "type") return labelled(sources_.active.forms, ticket_.type);
    if (field == "team") return labelled(sources_.active.teams, ticket_.team);
    if (field == "state") return state();
    const auto* known = domain::find_catalogue_field(field);
    if (known != nullptr && known->type == domain::FieldType::instant) return local_time(plain_.get(field));
    return plain_.get(field);
  }
  [[nodiscard]] Time now() const override { return sources_.now; }

 private:
  [[nodiscard]] std::string label(const domain::Title& title) const {
    return sources_.active.desk.language == "en" && !title.en.empty() ? title.en : title.zh;
  }

  [[nodiscard]] domain::Value own_field(std::string_view name) const {
    const auto form = sources_.active.forms.find(ticket_.type);
    const auto* field = form == sources_.active.forms.end() ? nullptr : form->second.find_field(name);
    if (field == nullptr || principal_.access(field->group) == domain::FieldAccess::hidden) return {};
    auto value = plain_.get(std::string(custom) + std::string(name));
    const auto* word = std::get_if<std::string>(&value);
    if (word != nullptr) {
      for (const auto& choice : field->choices) {
        if (choice.name == *word) return label(choice.title);
      }
    }
    return value;
  }

  template <class T>
  [[nodiscard]] domain::Value labelled(const std::map<std::string, T>& known, const std::string& name) const {
    const auto found = known.find(name);
    return found == known.end() ? domain::Value{name} : domain::Value{label(found->second.title)};
  }

  [[nodiscard]] domain::Value state() const {
    const auto pinned = sources_.bundles.get(ticket_.workflow_bundle);
    const auto workflow = pinned->workflows.find(ticket_.workflow);
    const auto* state = workflow == pinned->workflows.end() ? nullptr : workflow->second.find_state(ticket_.state);
    return state == nullptr ? domain::Value{ticket_.state} : domain::Value{label(state->title)};
  }

  [[nodiscard]] domain::Value name_of(UserId id) const {
    const auto user = id ? sources_.directory.find_user(id) : std::nullopt;
    return user ? domain::Value{user->name} : domain::Value{};
  }

  [[nodiscard]] domain::Value local_time(const domain::Value& value) const {
    const auto* micros = std::get_if<std::int64_t>(&value);
    if (micros == nullptr) return {};
    const Time at{Duration{*micros}};
    const auto zone = TimeZone::load(sources_.active.desk.zone);
    const auto local = at + (zone ? zone->offset_at(at) : std::chrono::seconds{0});
    auto text = to_rfc3339(Time{std::chrono::floor<std::chrono::minutes>(local).time_since_epoch()});
    text.resize(16);  // 2026-03-02T10:00
    text[10] = ' ';
    return text;
  }

  const WordSources& sources_;
  const domain::Principal& principal_;
  const domain::Ticket& ticket_;
  domain::TicketSource plain_;
};

}  // namespace

std::string fill_words(const WordSources& sources, const domain::Principal& principal, const domain::Ticket& ticket,
                       std::string_view text) {
  return domain::fill_text(text, SpokenSource(sources, principal, ticket));
}

Result<TicketOutcome> run_macro(Unit& unit, const domain::Principal& principal, TicketId id,
                                std::optional<std::int64_t> expected_version, domain::RunMacro command) {
  const auto macro = unit.active->macros.find(command.name);
  if (!command.message && macro != unit.active->macros.end() && !macro->second.message.empty()) {
    if (const auto ticket = unit.tickets.find(id, principal)) {
      const WordSources sources{unit.directory, *unit.active, unit.source, unit.now};
      command.message = fill_words(sources, principal, *ticket, macro->second.message);
    }
  }
  return command_ticket(unit, principal, id, expected_version, command);
}

}  // namespace docket::desk
