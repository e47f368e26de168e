// SPDX-License-Identifier: Apache-2.0
// The resources of the API, one function a file; routes.cpp calls them in the order of the reference.
#pragma once

#include "api/route.hpp"

#include <vector>

namespace docket::api {

void add_set_up_routes(std::vector<Route>& routes);
void add_session_routes(std::vector<Route>& routes);
void add_ticket_routes(std::vector<Route>& routes);
void add_ticket_step_routes(std::vector<Route>& routes);
void add_ticket_people_routes(std::vector<Route>& routes);
void add_message_routes(std::vector<Route>& routes);
void add_history_routes(std::vector<Route>& routes);
void add_attachment_routes(std::vector<Route>& routes);
void add_customer_routes(std::vector<Route>& routes);
void add_organization_routes(std::vector<Route>& routes);
void add_user_routes(std::vector<Route>& routes);
void add_password_routes(std::vector<Route>& routes);
void add_roster_routes(std::vector<Route>& routes);
void add_desk_routes(std::vector<Route>& routes);
void add_definition_routes(std::vector<Route>& routes);
void add_backtest_routes(std::vector<Route>& routes);
void add_job_routes(std::vector<Route>& routes);
void add_delivery_routes(std::vector<Route>& routes);
void add_plugin_routes(std::vector<Route>& routes);
void add_token_routes(std::vector<Route>& routes);
void add_audit_routes(std::vector<Route>& routes);
void add_report_routes(std::vector<Route>& routes);
void add_export_routes(std::vector<Route>& routes);
void add_board_routes(std::vector<Route>& routes);
void add_portal_routes(std::vector<Route>& routes);
void add_guest_routes(std::vector<Route>& routes);
void add_together_routes(std::vector<Route>& routes);
void add_presence_routes(std::vector<Route>& routes);
void add_own_view_routes(std::vector<Route>& routes);
void add_ticket_workflow_routes(std::vector<Route>& routes);
void add_toolbox_routes(std::vector<Route>& routes);
void add_user_session_routes(std::vector<Route>& routes);
void add_calendar_routes(std::vector<Route>& routes);
void add_rule_routes(std::vector<Route>& routes);
void add_preview_routes(std::vector<Route>& routes);
void add_system_routes(std::vector<Route>& routes);

}  // namespace docket::api
