// SPDX-License-Identifier: Apache-2.0
// Facts as they are counted: names as small numbers, a ticket at a time.
#pragma once

#include <bitset>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/report/fact.hpp"

namespace docket::domain {

using NameCode = std::uint32_t;

/// Numbers for the names that one scan meets, from 0 in the order of their coming. Of one thread.
class NameBook {
 public:
  NameCode code(std::string_view name) {
    const auto found = codes_.find(name);
    if (found != codes_.end()) return found->second;
    const auto fresh = static_cast<NameCode>(names_.size());
    names_.emplace_back(name);
    codes_.emplace(std::string(name), fresh);
    return fresh;
  }
  [[nodiscard]] const std::string& name(NameCode code) const { return names_.at(code); }

 private:
  std::map<std::string, NameCode, std::less<>> codes_;
  std::vector<std::string> names_;
};

using CountedHead = BasicFactHead<NameCode>;
struct CountedFact : BasicFact<NameCode> {
  bool in_sight = true;  ///< the caller's to count
};

/// The same with names as numbers of a book, and back.
[[nodiscard]] CountedFact counted(const Fact& fact, NameBook& names);
[[nodiscard]] CountedHead counted(const FactHead& head, NameBook& names);
[[nodiscard]] Fact named(const CountedFact& fact, const NameBook& names);
[[nodiscard]] FactHead named(const CountedHead& head, const NameBook& names);

/// One ticket of a scan. A ticket that moved on to another team is not `in_sight` of the first one, which still counts
/// what it did with it. What is not in sight makes no number of its own, but may be part of one that is: the working
/// time of a ticket is the same for everybody who counts it.
struct CountedTicket {
  const CountedHead& head;
  bool in_sight;
  std::span<const CountedFact> facts;  ///< of the kinds that were asked for; by kind, then as they happened
};

/// What a report needs of the facts. Tickets that can have nothing in the range may be left out, those that may are
/// given whole.
struct FactQuery {
  std::bitset<fact_kind_count> kinds{};
  std::optional<Time> from{}, to{};  ///< none: without end; `to` is excluded
  bool open = false;                 ///< tickets that are neither resolved nor closed, whatever the range
};

using VisitTicket = std::function<void(const CountedTicket&)>;

}  // namespace docket::domain
