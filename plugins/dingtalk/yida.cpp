// SPDX-License-Identifier: Apache-2.0
// Yida (宜搭) forms as a CRM: customers, companies, orders and products by the time of their last change, live look-up by
// phone or e-mail, and the progress of tickets written into a form. Field values travel as JSON inside JSON strings.
#include "dingtalk_api.hpp"
#include "yida_window.hpp"

#include <algorithm>
#include <map>

namespace docket::dingtalk {
namespace {

using sdk::Outcome;

struct Form {
  std::string form, phone_field, email_field;
};

json::array only(const std::string& field, const std::string& value) {
  return {json::object{{"key", field}, {"value", value}, {"type", "TEXT"}, {"operator", "eq"}, {"componentName", "TextField"}}};
}

std::string id_of(const json::object& row) {
  // Lists say formInstanceId, a single row formInstId.
  const auto id = sdk::text_of(row, "formInstanceId");
  return id.empty() ? sdk::text_of(row, "formInstId") : id;
}

class Yida : public sdk::Plugin {
 public:
  Yida(sdk::Host h, const json::object& settings)
      : Plugin(h),
        app_type_(sdk::text_of(settings, "app_type")),
        system_token_(sdk::text_of(settings, "system_token")),
        user_id_(sdk::text_of(settings, "user_id")),
        offset_(sdk::number_of(settings, "zone_offset_minutes", 480)),
        api_(h, {sdk::text_of(settings, "base_url", "https://api.dingtalk.com"), {}, sdk::text_of(settings, "app_key"),
                 sdk::text_of(settings, "app_secret")}) {
    for (const auto& entry : settings.at("forms").as_array()) {
      const auto& form = entry.as_object();
      const auto resource = sdk::text_of(form, "resource");
      if (!forms_.emplace(resource, Form{sdk::text_of(form, "form"), sdk::text_of(form, "phone_field"), sdk::text_of(form, "email_field")}).second)
        throw std::runtime_error("forms names " + resource + " twice; each kind of record comes from one form");
    }
    if (const auto* tickets = settings.if_contains("tickets"); tickets != nullptr && tickets->is_object()) tickets_ = tickets->as_object();
  }

  sdk::Page pull(const sdk::PullRequest& request) override {
    const auto form = forms_.find(request.resource);
    if (form == forms_.end()) return {};
    const auto at = YidaCursor::parse(request.cursor);
    json::object body{{"pageNumber", at.page},
                      {"pageSize", yida_page_size},
                      {"modifiedFromTimeGMT", yida_time(at.since_s, offset_)},
                      {"orderConfigJson", R"({"modifiedTime":"+"})"}};
    const auto rows = query(form->second, std::move(body));
    sdk::Page page;
    std::int64_t last = at.since_s;
    for (const auto& row : rows) {
      const auto changed = yida_seconds(sdk::text_of(row, "modifiedTimeGMT"), offset_);
      if (!changed) throw sdk::TransportError("Yida gave a row without a readable modifiedTimeGMT", false);
      if (*changed < last && &row != &rows.front())
        throw sdk::TransportError("Yida's rows do not come in the order of their change; nothing was taken, so nothing is missed", false);
      last = std::max(last, *changed);
      add(page, row, *changed);
    }
    const auto step = after_page(at, static_cast<std::int64_t>(rows.size()), last);
    if (!step)
      throw sdk::TransportError("more than 5,000 rows of " + request.resource + " were changed in the same second, " + rfc3339(at.since_s) +
                                    "; Yida does not give more", false);
    page.cursor = step->next.text();
    page.more = step->more;
    return page;
  }

  std::vector<std::pair<std::string, std::vector<sdk::Record>>> look_up(const sdk::LookUp& request) override {
    std::vector<std::pair<std::string, std::vector<sdk::Record>>> out;
    for (const auto& resource : request.resources) {
      const auto form = forms_.find(resource);
      if (form == forms_.end()) continue;
      const auto& [code, phone_field, email_field] = form->second;
      sdk::Page page;
      const auto search = [&](const std::string& field, const std::string& value) {
        if (field.empty() || value.empty()) return;
        json::object body{{"pageNumber", 1}, {"pageSize", 20}, {"searchCondition", json::serialize(only(field, value))}};
        for (const auto& row : query(form->second, std::move(body))) {
          const auto changed = yida_seconds(sdk::text_of(row, "modifiedTimeGMT"), offset_).value_or(0);
          const auto known = std::ranges::any_of(page.records, [&](const sdk::Record& one) { return one.id == id_of(row); });
          if (!known) add(page, row, changed);
        }
      };
      search(phone_field, request.phone);
      search(email_field, request.email);
      out.emplace_back(resource, std::move(page.records));
    }
    return out;
  }

  Outcome push(const sdk::Delivery& delivery, const json::object&) override {
    if (tickets_.empty()) return Outcome::rejected("no form for tickets is configured (tickets: form)");
    const auto data = json::serialize(ticket_row(delivery));
    const auto known = external(delivery);
    try {
      if (!known.empty()) {
        auto body = named(sdk::text_of(tickets_, "form"));
        body["formInstanceId"] = known;
        body["useLatestVersion"] = false;
        body["updateFormDataJson"] = data;
        (void)api_.call("PUT", "/v2.0/yida/forms/instances", body);
        auto done = Outcome::delivered();
        done.external_id = known;
        return done;
      }
      auto body = named(sdk::text_of(tickets_, "form"));
      body["searchCondition"] = json::serialize(only(sdk::text_of(tickets_, "number_field"), delivery.ticket_number));
      body["formDataJson"] = data;
      body["noExecuteExpression"] = true;
      const auto answer = api_.call("POST", "/v2.0/yida/forms/instances/insertOrUpdate", body);
      auto done = Outcome::delivered();
      if (const auto* made = answer.if_contains("result"); made != nullptr && made->is_array() && made->as_array().size() == 1)
        done.external_id = std::string(made->as_array().front().as_string());
      return done;
    } catch (const ApiError& error) {
      return outcome_of(error);
    } catch (const sdk::TransportError& error) {
      return error.refused() ? Outcome::failed(error.what()).halting() : Outcome::failed(error.what());
    }
  }

  sdk::Health health() override {
    try {
      (void)query(forms_.begin()->second, {{"pageNumber", 1}, {"pageSize", 1}});
      return {true};
    } catch (const ApiError& error) {
      return {false, error.what(), error.verdict() == Verdict::settings};
    } catch (const sdk::TransportError& error) {
      return {false, error.what()};
    }
  }

 private:
  /// What every call carries.
  json::object named(const std::string& form) {
    return {{"appType", app_type_}, {"systemToken", host.secret(system_token_)}, {"userId", user_id_}, {"language", "zh_CN"},
            {"formUuid", form},     {"useAlias", false}};
  }

  std::vector<json::object> query(const Form& form, json::object more) {
    auto body = named(form.form);
    for (auto& [name, value] : more) body[name] = std::move(value);
    const auto answer = api_.call("POST", "/v2.0/yida/forms/instances/advances/queryAll", body);
    std::vector<json::object> rows;
    const auto* data = answer.if_contains("data");
    if (data == nullptr || !data->is_array()) throw sdk::TransportError("Yida's answer has no data", false);
    for (const auto& row : data->as_array()) {
      if (!row.is_object()) throw sdk::TransportError("Yida gave a row that is no object", false);
      rows.push_back(row.as_object());
    }
    return rows;
  }

  static void add(sdk::Page& page, const json::object& row, std::int64_t changed_s) {
    const auto id = id_of(row);
    const auto* data = row.if_contains("formData");
    if (id.empty() || data == nullptr || !data->is_object()) {
      page.refused.emplace_back(id, "a row without formInstanceId or formData");
      return;
    }
    auto fields = data->as_object();
    if (const auto title = sdk::text_of(row, "title"); !title.empty()) fields["title"] = title;
    if (const auto number = sdk::text_of(row, "serialNo"); !number.empty()) fields["serialNo"] = number;
    page.records.push_back({.id = id, .data = std::move(fields), .updated_at = rfc3339(changed_s)});
  }

  static std::string external(const sdk::Delivery& delivery) {
    const auto* known = delivery.raw.if_contains("external");
    return known != nullptr && known->is_object() ? sdk::text_of(known->as_object(), "tickets") : std::string{};
  }

  json::object ticket_row(const sdk::Delivery& delivery) const {
    const auto* ticket = delivery.raw.if_contains("ticket");
    const auto fact = [&](const char* name) {
      return ticket != nullptr && ticket->is_object() ? sdk::text_of(ticket->as_object(), name) : std::string{};
    };
    json::object row{{sdk::text_of(tickets_, "number_field"), delivery.ticket_number}};
    const auto set = [&](const char* setting, const std::string& value) {
      if (const auto field = sdk::text_of(tickets_, setting); !field.empty()) row[field] = value;
    };
    set("subject_field", fact("subject"));
    set("state_field", fact("state"));
    set("priority_field", fact("priority"));
    set("progress_field", delivery.body.empty() ? delivery.subject : delivery.body);
    set("link_field", delivery.link);
    return row;
  }

  std::string app_type_, system_token_, user_id_;
  std::int64_t offset_;
  std::map<std::string, Form> forms_;
  json::object tickets_{};
  Api api_;
};

}  // namespace
}  // namespace docket::dingtalk

DOCKET_PLUGIN(docket::dingtalk::Yida)
