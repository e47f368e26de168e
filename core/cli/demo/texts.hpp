// SPDX-License-Identifier: Apache-2.0
// What the demo desk is made of, as it lies in config/demo: people, products, and what customers write about them.
#pragma once

#include <boost/describe.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "desk/people.hpp"

namespace docket::cli {

struct DemoAgent {
  std::string login, name, email;
  std::vector<desk::Membership> memberships;
  std::vector<std::string> roles, skills, regions, product_lines;
};
BOOST_DESCRIBE_STRUCT(DemoAgent, (), (login, name, email, memberships, roles, skills, regions, product_lines))

struct DemoOrganization {
  std::string name, level, region;
};
BOOST_DESCRIBE_STRUCT(DemoOrganization, (), (name, level, region))

struct DemoCustomer {
  std::string name, phone, email, level, region;
  std::optional<std::string> organization{};  ///< by name
};
BOOST_DESCRIBE_STRUCT(DemoCustomer, (), (name, phone, email, level, region, organization))

struct DemoPeople {
  std::string about;
  std::vector<DemoAgent> agents;
  std::vector<DemoOrganization> organizations;
  std::vector<DemoCustomer> customers;
};
BOOST_DESCRIBE_STRUCT(DemoPeople, (), (about, agents, organizations, customers))

struct DemoProduct {
  std::string name, line;
};
BOOST_DESCRIBE_STRUCT(DemoProduct, (), (name, line))

struct DemoCity {
  std::string name, region;
};
BOOST_DESCRIBE_STRUCT(DemoCity, (), (name, region))

struct DemoTicket {
  std::string type, channel, subject, body;
  std::vector<std::vector<std::string>> then;  ///< [who, text] each; who is "customer", "agent" or "note"
};
BOOST_DESCRIBE_STRUCT(DemoTicket, (), (type, channel, subject, body, then))

struct DemoTexts {
  std::string about;
  std::vector<DemoProduct> products;
  std::vector<DemoCity> cities;
  std::vector<DemoTicket> tickets;
  std::vector<std::string> urges;
};
BOOST_DESCRIBE_STRUCT(DemoTexts, (), (about, products, cities, tickets, urges))

struct DemoData {
  DemoPeople people;
  DemoTexts texts;
};

/// Reads people.json and tickets.json. Throws std::runtime_error with the file and what is wrong in it.
[[nodiscard]] DemoData read_demo_data(const std::filesystem::path& directory);

}  // namespace docket::cli
