// SPDX-License-Identifier: Apache-2.0
#include "store/fact_code.hpp"

#include <algorithm>
#include <map>

#include "base/enum.hpp"
#include "store/errors.hpp"

namespace docket::store {
namespace {

using domain::Fact;
using domain::FactHead;

class Packed {
 public:
  void number(std::uint64_t value) {
    while (value >= 0x80) {
      out_.push_back(static_cast<char>(value | 0x80U));
      value >>= 7U;
    }
    out_.push_back(static_cast<char>(value));
  }
  void signed_number(std::int64_t value) {
    number((static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void text(std::string_view text) {
    number(text.size());
    out_.append(text);
  }
  void append(const Packed& more) { out_.append(more.out_); }
  [[nodiscard]] std::string take() && { return std::move(out_); }

 private:
  std::string out_;
};

std::int64_t micros(Time t) {
  return t.time_since_epoch().count();
}
Time instant(std::int64_t micros) {
  return Time{Duration{micros}};
}

template <class E>
E enumerator(std::uint64_t value) {
  const auto e = static_cast<E>(value);
  if (enum_name(e).empty()) FactBytes::refuse();
  return e;
}

/// Names in the order of their coming, written ahead of what refers to them.
class Names {
 public:
  std::uint64_t index(const std::string& name) {
    const auto [at, added] = indexes_.try_emplace(name, indexes_.size());
    if (added) order_.push_back(&at->first);
    return at->second;
  }
  [[nodiscard]] std::string before(const Packed& body) const {
    Packed out;
    out.number(order_.size());
    for (const auto* name : order_) out.text(*name);
    out.append(body);
    return std::move(out).take();
  }

 private:
  std::map<std::string, std::uint64_t> indexes_;
  std::vector<const std::string*> order_;
};

constexpr std::uint64_t merged = 1, on_hold = 2, replied = 4, resolved = 8, closed = 16;

/// The members of a head that have a fixed form, one after another; Names and times go by the caller's functions.
template <class Head, class Name, class At>
void put_head(Packed& out, const Head& head, Name name, At at) {
  for (const auto* one : {&head.type, &head.channel, &head.region, &head.product_line, &head.team, &head.state,
                          &head.workflow}) {
    name(*one);
  }
  out.number(static_cast<std::uint64_t>(head.priority));
  out.number(static_cast<std::uint64_t>(head.category));
  out.signed_number(head.assignee.value);
  const auto flag = [](bool set, std::uint64_t bit) { return set ? bit : 0; };
  out.number(flag(head.merged, merged) | flag(head.on_hold, on_hold) | flag(head.first_replied_at.has_value(), replied) |
             flag(head.resolved_at.has_value(), resolved) | flag(head.closed_at.has_value(), closed));
  at(head.created_at);
  const auto since = [&](Time t) { out.signed_number(micros(t) - micros(head.created_at)); };
  since(head.entered_at);
  for (const auto* one : {&head.first_replied_at, &head.resolved_at, &head.closed_at}) {
    if (*one) since(**one);
  }
}

template <class Head, class Name, class At>
void get_head(FactBytes& bytes, Head& head, Name name, At at) {
  for (auto* one : {&head.type, &head.channel, &head.region, &head.product_line, &head.team, &head.state,
                    &head.workflow}) {
    *one = name();
  }
  head.priority = enumerator<domain::Priority>(bytes.number());
  head.category = enumerator<domain::StateCategory>(bytes.number());
  head.assignee = UserId{bytes.signed_number()};
  const auto flags = bytes.number();
  head.merged = (flags & merged) != 0;
  head.on_hold = (flags & on_hold) != 0;
  head.created_at = at();
  const auto since = [&] { return instant(micros(head.created_at) + bytes.signed_number()); };
  head.entered_at = since();
  head.first_replied_at.reset();
  head.resolved_at.reset();
  head.closed_at.reset();
  if ((flags & replied) != 0) head.first_replied_at = since();
  if ((flags & resolved) != 0) head.resolved_at = since();
  if ((flags & closed) != 0) head.closed_at = since();
}

bool is_open(const FactHead& head) {
  return head.category != domain::StateCategory::resolved && head.category != domain::StateCategory::closed;
}

constexpr std::uint64_t line_format = 1;

}  // namespace

void FactBytes::refuse() {
  throw StoreCorrupt(0, "the facts of reports are not as they were written");
}

std::string encode_fact_line(const FactHead& head, const std::vector<Fact>& facts) {
  Packed out;
  out.number(line_format);
  out.signed_number(head.id.value);
  put_head(out, head, [&](const std::string& name) { out.text(name); }, [&](Time t) { out.signed_number(micros(t)); });
  out.number(facts.size());
  for (const auto& fact : facts) {
    out.number(static_cast<std::uint64_t>(fact.kind));
    out.signed_number(micros(fact.at) - micros(head.created_at));
    out.text(fact.name);
    out.text(fact.of);
    out.text(fact.team);
    out.signed_number(fact.who.value);
    out.signed_number(fact.flag);
    out.signed_number(fact.value.count());
  }
  return std::move(out).take();
}

void decode_fact_line(std::string_view line, FactHead& head, std::vector<Fact>& facts) {
  FactBytes bytes(line);
  if (bytes.number() != line_format) FactBytes::refuse();
  head.id = TicketId{bytes.signed_number()};
  get_head(
      bytes, head, [&] { return std::string(bytes.text()); }, [&] { return instant(bytes.signed_number()); });
  facts.clear();
  for (auto left = bytes.number(); left > 0; --left) {
    auto& fact = facts.emplace_back();
    fact.kind = enumerator<domain::FactKind>(bytes.number());
    fact.at = instant(micros(head.created_at) + bytes.signed_number());
    fact.name = bytes.text();
    fact.of = bytes.text();
    fact.team = bytes.text();
    fact.who = UserId{bytes.signed_number()};
    fact.flag = bytes.signed_number();
    fact.value = Duration{bytes.signed_number()};
  }
  if (!bytes.at_end()) FactBytes::refuse();
}

FactRow encode_heads(const std::vector<FactHead>& heads) {
  FactRow row;
  Names names;
  Packed body;
  std::int64_t last_ticket = 0;
  std::int64_t last_created = 0;
  for (const auto& head : heads) {
    body.number(static_cast<std::uint64_t>(head.id.value - last_ticket));
    last_ticket = head.id.value;
    put_head(body, head, [&](const std::string& name) { body.number(names.index(name)); },
             [&](Time t) {
               body.signed_number(micros(t) - last_created);
               last_created = micros(t);
             });
    Time latest = head.created_at;
    for (const auto& at : {head.first_replied_at, head.resolved_at, head.closed_at}) latest = std::max(latest, at.value_or(latest));
    if (!row.span) row.span = std::pair(head.created_at, latest);
    row.span->first = std::min(row.span->first, head.created_at);
    row.span->second = std::max(row.span->second, latest);
    if (is_open(head)) ++row.open;
  }
  row.data = names.before(body);
  return row;
}

FactRow encode_facts(const std::vector<std::pair<TicketId, Fact>>& facts) {
  FactRow row;
  Names names;
  Packed body;
  std::int64_t last_ticket = 0;
  std::int64_t last_at = 0;
  for (const auto& [ticket, fact] : facts) {
    body.number(static_cast<std::uint64_t>(ticket.value - last_ticket));
    last_ticket = ticket.value;
    body.signed_number(micros(fact.at) - last_at);
    last_at = micros(fact.at);
    body.number(names.index(fact.name));
    body.number(names.index(fact.of));
    body.number(names.index(fact.team));
    body.signed_number(fact.who.value);
    body.signed_number(fact.flag);
    body.signed_number(fact.value.count());
    if (!row.span) row.span = std::pair(fact.at, fact.at);
    row.span->first = std::min(row.span->first, fact.at);
    row.span->second = std::max(row.span->second, fact.at);
  }
  row.data = names.before(body);
  return row;
}

FactNames::FactNames(FactBytes& bytes, domain::NameBook& book) {
  for (auto left = bytes.number(); left > 0; --left) codes_.push_back(book.code(bytes.text()));
}

bool HeadReader::next(domain::CountedHead& head) {
  if (bytes_.at_end()) return false;
  last_ticket_ += static_cast<std::int64_t>(bytes_.number());
  head.id = TicketId{last_ticket_};
  get_head(bytes_, head, [&] { return names_.at(bytes_.number()); },
           [&] {
             last_created_ += bytes_.signed_number();
             return instant(last_created_);
           });
  return true;
}

void FactReader::take(domain::CountedFact& fact) {
  last_at_ += bytes_.signed_number();
  fact.kind = kind_;
  fact.at = instant(last_at_);
  fact.name = names_.at(bytes_.number());
  fact.of = names_.at(bytes_.number());
  fact.team = names_.at(bytes_.number());
  fact.who = UserId{bytes_.signed_number()};
  fact.flag = bytes_.signed_number();
  fact.value = Duration{bytes_.signed_number()};
  step();
}

}  // namespace docket::store
