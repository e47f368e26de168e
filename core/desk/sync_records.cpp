// SPDX-License-Identifier: Apache-2.0
#include "desk/sync_records.hpp"

#include <algorithm>
#include <array>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "desk/manage_people.hpp"

namespace docket::desk {
namespace {

namespace bj = boost::json;

constexpr std::size_t most_records = 1000;
constexpr std::size_t most_data_bytes = 64 * 1024;

/// The value below a dotted path as text; numbers and yes/no as JSON writes them.
std::string text_at(const bj::object& data, std::string_view path) {
  const bj::object* at = &data;
  while (true) {
    const auto dot = std::min(path.find('.'), path.size());
    const auto* value = at->if_contains(bj::string_view(path.data(), dot));
    if (value == nullptr || value->is_null()) return {};
    if (dot < path.size()) {
      if (!value->is_object()) return {};
      at = &value->get_object();
      path.remove_prefix(dot + 1);
      continue;
    }
    if (value->is_string()) return std::string(value->get_string());
    if (value->is_object() || value->is_array()) return {};
    std::string out;
    json::append_value(out, *value);
    return out;
  }
}

class Taker {
 public:
  Taker(Unit& unit, const domain::PluginUse& use, const domain::SyncRule& rule, const domain::Principal& principal, Time seen_at, SyncedPage& page)
      : unit_(unit), use_(use), rule_(rule), principal_(principal), seen_at_(seen_at), page_(page) {}

  Result<void> take(const bj::object& record) {
    SourceRecord row;
    row.plugin = use_.name;
    row.resource = rule_.resource;
    if (const auto* id = record.if_contains("id"); id != nullptr && id->is_string()) row.id = std::string(id->get_string());
    if (row.id.empty() || row.id.size() > 200) return fail_field("/id", {"a record needs an id of 1 to 200 bytes", "记录需要 1 到 200 字节的 id"});
    const auto known = unit_.plugins.find_record(row.plugin, row.resource, row.id);
    if (known) row = *known;
    row.fetched_at = seen_at_;
    if (const auto* deleted = record.if_contains("deleted"); deleted != nullptr && deleted->is_bool() && deleted->get_bool()) {
      if (known && !known->deleted) ++page_.deleted;
      row.deleted = true;
      unit_.plugins.save_record(row);
      return {};
    }
    static const bj::object none;
    const auto* data = record.if_contains("data");
    const auto& values = data != nullptr && data->is_object() ? data->get_object() : none;
    row.deleted = false;
    row.data.clear();
    json::append_value(row.data, bj::value(values));
    if (row.data.size() > most_data_bytes) return fail_field("/data", {"the record is larger than 64 KiB", "记录超过 64 KiB"});
    Result<void> taken;
    if (rule_.resource == "customers") {
      taken = take_customer(values, known, row);
    } else if (rule_.resource == "organizations") {
      taken = take_organization(values, known, row);
    } else {
      row.owner = field(values, "customer");
      const auto digest = to_hex(sha256(row.data));
      if (known && known->digest != digest) ++page_.changed;
      if (!known) ++page_.made;
      row.digest = digest;
    }
    if (!taken) return taken;
    unit_.plugins.save_record(row);
    unit_.plugins.clear_refused(row.plugin, row.resource, row.id);
    return {};
  }

 private:
  [[nodiscard]] std::string field(const bj::object& data, const std::string& name) const {
    const auto mapped = rule_.fields.find(name);
    return text_at(data, mapped != rule_.fields.end() ? mapped->second : name);
  }

  static std::string digest_of(const std::vector<std::string>& values) {
    std::string all;
    for (const auto& value : values) all += value + '\n';
    return to_hex(sha256(all));
  }

  /// Whether to write over what stands here: not when the source says the same as last time, nor when it was changed here
  /// and the rule is that the desk wins.
  [[nodiscard]] bool overwrites(const std::string& fresh, const std::string& here, const std::optional<SourceRecord>& known) const {
    if (!known || known->local == 0) return fresh != here;
    if (known->digest == fresh || fresh == here) return false;
    return here == known->digest || rule_.conflict == domain::SyncConflict::source;
  }

  Result<void> take_customer(const bj::object& data, const std::optional<SourceRecord>& known, SourceRecord& row) {
    CustomerChange wish;
    wish.name = std::string(first_characters(field(data, "name"), 100));
    wish.phone = field(data, "phone");
    wish.email = field(data, "email");
    wish.level = field(data, "level");
    wish.region = field(data, "region");
    if (wish.name->empty()) return fail_field("/data", {"a customer needs a name", "客户没有名称"});
    OrganizationId organization;
    if (const auto company = field(data, "organization"); !company.empty()) {
      if (const auto record = unit_.plugins.find_record(use_.name, "organizations", company)) organization = OrganizationId{record->local};
    }
    const auto digest = digest_of({*wish.name, *wish.phone, *wish.email, *wish.level, *wish.region});
    std::optional<Customer> customer;
    if (row.local != 0) customer = unit_.directory.find_customer(CustomerId{row.local});
    if (!customer) customer = same_person(*wish.phone, *wish.email);
    if (!customer) {
      if (organization) wish.organization = organization;
      const auto made = create_customer(unit_, principal_, wish);
      if (!made) return std::unexpected(made.error());
      row.local = made->id.value;
      ++page_.made;
    } else {
      row.local = customer->id.value;
      const auto here = digest_of({customer->name, customer->phone, customer->email, customer->level, customer->region});
      // What the source leaves empty is not known there, and no reason to forget it here.
      for (auto* part : {&wish.phone, &wish.email, &wish.level, &wish.region}) {
        if ((*part)->empty()) part->reset();
      }
      if (organization && organization != customer->organization) wish.organization = organization;
      if (overwrites(digest, here, known) || wish.organization) {
        const auto changed = change_customer(unit_, principal_, customer->id, {}, wish);
        if (!changed) return std::unexpected(changed.error());
        if (changed->version != customer->version) ++page_.changed;
      }
    }
    row.digest = digest;
    return {};
  }

  /// By the whole phone number or address, and only when exactly one customer has it who is not another record's.
  std::optional<Customer> same_person(const std::string& phone, const std::string& email) const {
    if (phone.empty() && email.empty()) return std::nullopt;
    auto found = unit_.directory.customers_by_contact(phone, email);
    std::erase_if(found, [&](const Customer& one) {
      return std::ranges::any_of(unit_.plugins.records_of("customers", one.id.value), [&](const SourceRecord& record) { return record.plugin == use_.name; });
    });
    if (found.size() != 1) return std::nullopt;
    return std::move(found.front());
  }

  Result<void> take_organization(const bj::object& data, const std::optional<SourceRecord>& known, SourceRecord& row) {
    OrganizationChange wish;
    wish.name = std::string(first_characters(field(data, "name"), 100));
    wish.level = field(data, "level");
    wish.region = field(data, "region");
    if (wish.name->empty()) return fail_field("/data", {"an organization needs a name", "企业客户没有名称"});
    const auto digest = digest_of({*wish.name, *wish.level, *wish.region});
    const auto here = row.local != 0 ? unit_.directory.find_organization(OrganizationId{row.local}) : std::nullopt;
    if (!here) {
      const auto made = create_organization(unit_, principal_, wish);
      if (!made) return std::unexpected(made.error());
      row.local = made->id.value;
      ++page_.made;
    } else if (overwrites(digest, digest_of({here->name, here->level, here->region}), known)) {
      for (auto* part : {&wish.level, &wish.region}) {
        if ((*part)->empty()) part->reset();
      }
      const auto changed = change_organization(unit_, principal_, here->id, {}, wish);
      if (!changed) return std::unexpected(changed.error());
      if (changed->version != here->version) ++page_.changed;
    }
    row.digest = digest;
    return {};
  }

  Unit& unit_;
  const domain::PluginUse& use_;
  const domain::SyncRule& rule_;
  const domain::Principal& principal_;
  const Time seen_at_;
  SyncedPage& page_;
};

std::string in_words_of_desk(const Unit& unit, const Said& words) {
  return words.in(unit.active->desk.language == "en" ? Language::en : Language::zh);
}

void refuse(Unit& unit, const domain::PluginUse& use, const domain::SyncRule& rule, std::string id, std::string reason, Time seen_at, SyncedPage& page) {
  RefusedRecord row;
  row.resource = rule.resource;
  row.id = std::move(id);
  row.reason = std::string(first_characters(reason, 300));
  row.at = unit.now;
  unit.plugins.set_refused(use.name, row);
  // It is there, if not as we want it: a full pass must not take it for deleted.
  if (auto known = unit.plugins.find_record(use.name, rule.resource, row.id)) {
    known->fetched_at = seen_at;
    unit.plugins.save_record(*known);
  }
  ++page.refused;
}

std::string id_of(const bj::value& item) {
  if (!item.is_object()) return "?";
  const auto* id = item.get_object().if_contains("id");
  return id != nullptr && id->is_string() ? std::string(id->get_string()).substr(0, 200) : "?";
}

}  // namespace

Result<SyncedPage> take_page(Unit& unit, const domain::PluginUse& use, const domain::SyncRule& rule,
                             const domain::Principal& principal, std::string_view answer, std::optional<Time> full_since) {
  json::Document document;
  if (const auto parsed = document.parse(answer, {.bytes = std::size_t{4} << 20, .depth = 32}); !parsed || !document.root().is_object())
    return fail_field("", {"The answer to pull is no JSON object.", "插件对 pull 的回答不是 JSON 对象。"});
  const auto& root = document.root().get_object();
  const auto* records = root.if_contains("records");
  if (records == nullptr || !records->is_array() || records->get_array().size() > most_records)
    return fail_field("/records", {"The answer to pull has no list of at most 1,000 records.", "插件对 pull 的回答没有至多 1,000 条的 records 列表。"});
  SyncedPage page;
  if (const auto* cursor = root.if_contains("cursor"); cursor != nullptr && cursor->is_string()) page.cursor = std::string(cursor->get_string());
  if (const auto* more = root.if_contains("more"); more != nullptr && more->is_bool()) page.more = more->get_bool();
  if (const auto* total = root.if_contains("total"); total != nullptr && total->is_int64()) page.total = total->get_int64();
  const auto seen_at = std::max(unit.now, full_since.value_or(unit.now));
  Taker taker(unit, use, rule, principal, seen_at, page);
  for (const auto& item : records->get_array()) {
    ++page.seen;
    const auto taken = item.is_object() ? taker.take(item.get_object()) : Result<void>(fail_field("", {"it is no object", "不是 JSON 对象"}));
    if (!taken) refuse(unit, use, rule, id_of(item), in_words_of_desk(unit, taken.error().said()), seen_at, page);
  }
  if (const auto* refused = root.if_contains("refused"); refused != nullptr && refused->is_array()) {
    for (const auto& item : refused->get_array()) {
      if (!item.is_object()) continue;
      const auto* reason = item.get_object().if_contains("reason");
      refuse(unit, use, rule, id_of(item), reason != nullptr && reason->is_string() ? std::string(reason->get_string())
                                                                                   : in_words_of_desk(unit, {"refused by the plugin", "插件未接受"}),
             seen_at, page);
    }
  }
  return page;
}

std::int64_t mark_unseen(Unit& unit, const domain::PluginUse& use, const domain::SyncRule& rule, Time since) {
  constexpr int a_slice = 500;
  const auto unseen = unit.plugins.records_unseen(use.name, rule.resource, since, a_slice);
  for (auto row : unseen) {
    row.deleted = true;
    unit.plugins.save_record(row);
  }
  return static_cast<std::int64_t>(unseen.size());
}

void keep_found(Unit& unit, CustomerId customer, const std::string& owner, std::vector<SourceRecord> found) {
  const auto people = std::ranges::count(found, "customers", &SourceRecord::resource);
  for (auto& row : found) {
    if (const auto before = unit.plugins.find_record(row.plugin, row.resource, row.id)) {
      row.digest = before->digest;
      row.local = before->local;
      row.fetched_at = std::max(row.fetched_at, before->fetched_at);  // a full pass that is under way has seen it
    }
    const bool person = row.resource == "customers";
    if (person && row.local == 0 && people == 1) row.local = customer.value;
    if (!person) row.owner = owner;
    unit.plugins.save_record(row);
  }
}

}  // namespace docket::desk
