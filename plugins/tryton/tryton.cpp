// SPDX-License-Identifier: Apache-2.0
// Tryton (an ERP): parties as customers, sales as orders, products; live look-up by phone or e-mail; the progress of a ticket
// as one note on the party.
#include "docket/text.hpp"
#include "tryton_records.hpp"
#include "tryton_rpc.hpp"

#include <algorithm>
#include <set>

namespace docket::tryton {
namespace {

using sdk::Outcome;

constexpr std::int64_t kNewestOrders = 20;

class Tryton : public sdk::Plugin {
 public:
  Tryton(sdk::Host h, const json::object& settings)
      : Plugin(h),
        company_(sdk::number_of(settings, "company", 1)),
        country_(sdk::text_of(settings, "country_code", "+86")),
        writes_(sdk::yes_of(settings, "write_progress", true)),
        rpc_(h, {sdk::text_of(settings, "url"), sdk::text_of(settings, "database"), sdk::text_of(settings, "user"),
                 sdk::text_of(settings, "password")}) {}

  sdk::Page pull(const sdk::PullRequest& request) override {
    const auto* resource = resource_of(request.resource);
    if (resource == nullptr) return {};
    auto at = Cursor::parse(request.cursor);
    if (at.begun_s == 0) at.begun_s = host.now_s();
    const auto limit = static_cast<std::size_t>(std::clamp(request.limit, 1, 1000));

    std::vector<std::int64_t> ids;  // of records
    std::int64_t last = at.after;
    std::size_t found = 0;
    if (at.step == 0) {
      for (const auto& row : search(resource->model, domain_of(at, resource->has_active), limit, {"id"})) {
        last = sdk::number_of(row, "id");
        ids.push_back(last);
        ++found;
      }
    } else {
      const auto& child = resource->children.at(static_cast<std::size_t>(at.step - 1));
      std::set<std::int64_t> parents;
      for (const auto& row : search(child.model, domain_of(at, false), limit, {"id", child.parent})) {
        last = sdk::number_of(row, "id");
        ++found;
        if (const auto parent = sdk::number_of(row, child.parent); parent > 0) parents.insert(parent);
      }
      ids.assign(parents.begin(), parents.end());
    }

    sdk::Page page;
    for (const auto& row : read(*resource, ids)) add(page, *resource, row);
    at.after = last;
    if (found < limit) {
      at.after = 0;
      // A run over everything has seen the children with their parents.
      at.step = at.since_s == 0 ? static_cast<std::int64_t>(resource->children.size()) + 1 : at.step + 1;
    }
    page.more = at.step <= static_cast<std::int64_t>(resource->children.size());
    if (!page.more) at = {.begun_s = 0, .since_s = std::max<std::int64_t>(1, at.begun_s - overlap_s), .step = 0, .after = 0};
    page.cursor = at.text();
    return page;
  }

  std::vector<std::pair<std::string, std::vector<sdk::Record>>> look_up(const sdk::LookUp& request) override {
    const auto parties = parties_of(request);
    std::vector<std::pair<std::string, std::vector<sdk::Record>>> out;
    for (const auto& name : request.resources) {
      const auto* resource = resource_of(name);
      if (resource == nullptr || name == "products") continue;
      sdk::Page page;
      if (!parties.empty()) {
        auto ids = parties;
        if (name == "orders") {
          ids.clear();
          json::array wanted(parties.begin(), parties.end());
          const auto rows = rpc_.call("model.sale.sale.search_read",
                                      {json::array{json::array{"party", "in", std::move(wanted)}}, 0, kNewestOrders,
                                       json::array{json::array{"id", "DESC"}}, json::array{"id"}, context()});
          for (const auto& row : rows.as_array()) ids.push_back(sdk::number_of(row.as_object(), "id"));
        }
        for (const auto& row : read(*resource, ids)) add(page, *resource, row);
      }
      out.emplace_back(name, std::move(page.records));
    }
    return out;
  }

  /// One note a ticket on its party, found again by the ticket's number in its first line, so that a repeated try and the
  /// next step change it instead of adding another.
  Outcome push(const sdk::Delivery& delivery, const json::object&) override {
    if (!writes_) return Outcome::rejected("write_progress is off");
    const auto party = external(delivery, "customers");
    if (party.empty()) return Outcome::rejected("the ticket's customer is not known in Tryton");
    try {
      const auto mark = "[" + delivery.ticket_number + "]";
      const auto text = mark + " " + delivery.subject + (delivery.body.empty() ? "" : "\n" + delivery.body) +
                        (delivery.link.empty() ? "" : "\n" + delivery.link);
      const auto resource = "party.party," + party;
      const auto found = rpc_.call("model.ir.note.search_read",
                                   {json::array{json::array{"resource", "=", resource}, json::array{"message", "like", mark + "%"}}, 0, 1,
                                    nullptr, json::array{"id"}, context()});
      std::int64_t note = 0;
      if (!found.as_array().empty()) {
        note = sdk::number_of(found.as_array().front().as_object(), "id");
        (void)rpc_.call("model.ir.note.write", {json::array{note}, json::object{{"message", text}}, context()});
      } else {
        const auto made = rpc_.call("model.ir.note.create",
                                    {json::array{json::object{{"resource", resource}, {"message", text}}}, context()});
        note = made.as_array().at(0).as_int64();
      }
      auto done = Outcome::delivered();
      done.external_id = std::to_string(note);
      return done;
    } catch (const LoginRefused& error) {
      return Outcome::failed(error.what()).halting();
    } catch (const RpcError& error) {
      if (error.kind() == "ConcurrencyException") return Outcome::retry_later(error.what(), 1);
      return Outcome::rejected(error.what());
    } catch (const sdk::TransportError& error) {
      return error.refused() ? Outcome::failed(error.what()).halting() : Outcome::failed(error.what());
    }
  }

  sdk::Health health() override {
    try {
      (void)rpc_.call("model.party.party.search_count", {json::array{}, context()});
      return {true};
    } catch (const LoginRefused& error) {
      return {false, error.what(), true};
    } catch (const std::exception& error) {
      return {false, error.what()};
    }
  }

 private:
  [[nodiscard]] json::object context() const { return {{"company", company_}}; }

  std::vector<json::object> search(std::string_view model, json::array domain, std::size_t limit,
                                   const std::vector<std::string_view>& fields) {
    json::array names;
    for (const auto field : fields) names.emplace_back(field);
    const auto rows = rpc_.call("model." + std::string(model) + ".search_read",
                                {std::move(domain), 0, limit, json::array{json::array{"id", "ASC"}}, std::move(names), context()});
    return objects(rows);
  }

  std::vector<json::object> read(const Resource& resource, const std::vector<std::int64_t>& ids) {
    if (ids.empty()) return {};
    json::array names;
    for (const auto field : resource.fields) names.emplace_back(field);
    return objects(rpc_.call("model." + std::string(resource.model) + ".read",
                             {json::array(ids.begin(), ids.end()), std::move(names), context()}));
  }

  static std::vector<json::object> objects(const json::value& rows) {
    std::vector<json::object> out;
    if (!rows.is_array()) throw sdk::TransportError("Tryton's answer is no list", false);
    for (const auto& row : rows.as_array()) {
      if (!row.is_object()) throw sdk::TransportError("Tryton gave a row that is no object", false);
      out.push_back(row.as_object());
    }
    return out;
  }

  static void add(sdk::Page& page, const Resource& resource, const json::object& row) {
    auto data = record_data(resource.name, row);
    sdk::Record record{.id = std::to_string(sdk::number_of(row, "id")), .data = {}};
    record.deleted = resource.has_active && !sdk::yes_of(data, "active", true);
    const auto written = data.if_contains("write_date") != nullptr && data.at("write_date").is_string();
    record.updated_at = sdk::text_of(data, written ? "write_date" : "create_date");
    record.data = std::move(data);
    page.records.push_back(std::move(record));
  }

  std::vector<std::int64_t> parties_of(const sdk::LookUp& request) {
    if (const auto known = sdk::text_of(request.external, "customers"); !known.empty()) return {std::stoll(known)};
    std::set<std::int64_t> parties;
    const auto search_mechanism = [&](json::array kinds, json::array values) {
      for (const auto& row : search("party.contact_mechanism",
                                    {json::array{"type", "in", std::move(kinds)}, json::array{"value_compact", "in", std::move(values)}},
                                    20, {"id", "party"}))
        if (const auto party = sdk::number_of(row, "party"); party > 0) parties.insert(party);
    };
    if (!request.phone.empty()) {
      json::array values{json::value(request.phone)};
      if (!request.phone.starts_with('+')) values.emplace_back(country_ + request.phone);
      search_mechanism({"mobile", "phone"}, std::move(values));
    }
    if (!request.email.empty()) search_mechanism({"email"}, {json::value(request.email)});
    return {parties.begin(), parties.end()};
  }

  static std::string external(const sdk::Delivery& delivery, const char* resource) {
    const auto* known = delivery.raw.if_contains("external");
    return known != nullptr && known->is_object() ? sdk::text_of(known->as_object(), resource) : std::string{};
  }

  std::int64_t company_;
  std::string country_;
  bool writes_;
  Rpc rpc_;
};

}  // namespace
}  // namespace docket::tryton

DOCKET_PLUGIN(docket::tryton::Tryton)
