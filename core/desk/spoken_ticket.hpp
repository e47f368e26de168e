// SPDX-License-Identifier: Apache-2.0
// A ticket as people tell of it: what fills the placeholders of notifications, canned answers and macros.
#pragma once

#include <string>
#include <string_view>

#include "base/time_zone.hpp"
#include "desk/ports/unit.hpp"
#include "domain/ticket/ticket_source.hpp"

namespace docket::desk {

/// Where names are looked up.
struct WordSources {
  const DirectoryReader& directory;
  const domain::Definitions& active;
  const domain::DefinitionsSource& bundles;
  Time now{};
};

/// How it is told.
struct Telling {
  bool english = false;
  const domain::Principal* by = nullptr;  ///< fields that are hidden from them stay empty; nobody: all are told
  bool gaps = false;                      ///< what is unknown stands as 【its label】, for somebody who reads before sending
};

/// Names instead of ids, labels instead of words, times of the desk's zone. Where nobody has the ticket, its team is
/// told instead of an agent. `sources`, `ticket` and `event` must outlive it.
class SpokenTicket final : public domain::FieldSource {
 public:
  SpokenTicket(const WordSources& sources, const domain::Ticket& ticket, const Telling& telling,
               const domain::RecordedEvent* event = nullptr)
      : sources_(sources), ticket_(ticket), telling_(telling), plain_(ticket, sources.now, event) {}

  [[nodiscard]] domain::Value get(std::string_view field) const override;
  [[nodiscard]] Time now() const override { return sources_.now; }

 private:
  [[nodiscard]] domain::Value told(std::string_view field) const;
  [[nodiscard]] domain::Value own_field(std::string_view name) const;
  [[nodiscard]] domain::Value of_event(std::string_view field) const;
  [[nodiscard]] domain::Value person(UserId id) const;
  [[nodiscard]] domain::Value people(const domain::Value& ids) const;
  [[nodiscard]] domain::Value state(const std::string& name) const;
  [[nodiscard]] domain::Value local_time(const domain::Value& value) const;
  [[nodiscard]] domain::Value said(domain::Value value) const;
  [[nodiscard]] domain::Value gap(const std::string& label) const;
  [[nodiscard]] std::string label(const domain::Title& title) const;

  const WordSources& sources_;
  const domain::Ticket& ticket_;
  const Telling telling_;
  domain::TicketSource plain_;
};

/// What rules write on a ticket, in the desk's language. `sources` must outlive it.
class SpokenWords final : public domain::TicketWords {
 public:
  explicit SpokenWords(const WordSources& sources) : sources_(sources) {}
  [[nodiscard]] std::string fill(std::string_view text, const domain::Ticket& ticket,
                                 const domain::RecordedEvent* event) const override;

 private:
  const WordSources& sources_;
};

}  // namespace docket::desk
