// SPDX-License-Identifier: Apache-2.0
// Bodies and queries that a route's schema accepts, made up from the OpenAPI description: required members only.
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "things.hpp"

namespace docket::rights {

/// What members of certain names must be, whatever the route: their schema does not say what the desk knows.
struct Hints {
  std::string transition{};   ///< a step that the ticket offers
  TicketId other_ticket{};    ///< to merge into, to link to
  std::string unique{};       ///< for logins and names that must not be there yet
};

class Wishes {
 public:
  explicit Wishes(const House& house);

  /// JSON text, empty when the route takes no body.
  [[nodiscard]] std::string body(const api::Route& route, const Hints& hints) const;
  /// With '?', empty when nothing is required.
  [[nodiscard]] std::string query(const api::Route& route) const;
  /// Whether a member of the body names another ticket, and which.
  [[nodiscard]] std::string member_with_ticket(const api::Route& route) const;

 private:
  [[nodiscard]] const boost::json::object& operation(const api::Route& route) const;
  [[nodiscard]] const boost::json::object& resolved(const boost::json::value& schema) const;
  [[nodiscard]] boost::json::value value(const std::string& name, const boost::json::value& schema,
                                         const Hints& hints) const;

  const House& house_;
  boost::json::value document_;
};

}  // namespace docket::rights
