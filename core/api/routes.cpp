// SPDX-License-Identifier: Apache-2.0
#include "api/routes.hpp"

#include "api/resources.hpp"

namespace docket::api {
namespace {

Result<Answer<TextBody>> read_openapi(const Call<None, None, None>&, const PlainContext& context) {
  return TextBody{context.openapi, "application/json"};
}

}  // namespace

std::vector<Route> routes() {
  std::vector<Route> all;
  all.push_back(make_route({.name = "read_openapi",
                            .verb = http::Method::get,
                            .path = "/api/v1/openapi.json",
                            .access = Access::anyone(),
                            .rate = RateClass::read,
                            .summary = "This description of the API."},
                           read_openapi));
  add_set_up_routes(all);
  add_session_routes(all);
  add_ticket_routes(all);
  add_ticket_step_routes(all);
  add_ticket_people_routes(all);
  add_message_routes(all);
  add_history_routes(all);
  add_attachment_routes(all);
  add_customer_routes(all);
  add_organization_routes(all);
  add_user_routes(all);
  add_password_routes(all);
  add_user_session_routes(all);
  add_roster_routes(all);
  add_desk_routes(all);
  add_definition_routes(all);
  add_backtest_routes(all);
  add_calendar_routes(all);
  add_rule_routes(all);
  add_preview_routes(all);
  add_job_routes(all);
  add_delivery_routes(all);
  add_plugin_routes(all);
  add_token_routes(all);
  add_audit_routes(all);
  add_report_routes(all);
  add_export_routes(all);
  add_board_routes(all);
  add_portal_routes(all);
  add_guest_routes(all);
  add_together_routes(all);
  add_presence_routes(all);
  add_own_view_routes(all);
  add_ticket_workflow_routes(all);
  add_toolbox_routes(all);
  add_system_routes(all);
  return all;
}

}  // namespace docket::api
