// SPDX-License-Identifier: Apache-2.0
// A desk built by hand for tests of the rules: the return workflow (退货申请 → 质检 → 退款 → 回访), four teams, two SLA
// policies, and a roster in memory.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "domain/definitions.hpp"
#include "domain/ticket/decide.hpp"

namespace docket::test {

/// Members of teams in memory; a person is the same candidate in each of their teams.
class FixedRoster final : public domain::Roster {
 public:
  [[nodiscard]] std::vector<domain::Candidate> members(const std::string& team) const override;
  [[nodiscard]] std::optional<UserId> find_user(const std::string& login) const override;

  domain::Candidate& add(std::int64_t id, const std::string& login, std::vector<std::string> teams, bool lead = false);
  [[nodiscard]] domain::Candidate& person(std::int64_t id);
  [[nodiscard]] const std::vector<std::string>& teams_of(std::int64_t id) const { return people_.at(id).teams; }
  [[nodiscard]] std::vector<std::int64_t> ids() const;

 private:
  struct Person {
    domain::Candidate candidate;
    std::vector<std::string> teams;
  };
  std::map<std::int64_t, Person> people_;
};

/// Bundles by digest in memory.
class FixedBundles final : public domain::DefinitionsSource {
 public:
  [[nodiscard]] std::shared_ptr<const domain::Definitions> get(const std::string& digest) const override;
  void add(std::shared_ptr<const domain::Definitions> definitions);

 private:
  std::map<std::string, std::shared_ptr<const domain::Definitions>> bundles_;
};

/// Conditions in few letters.
[[nodiscard]] domain::Condition when(std::string field, domain::Operator op, domain::Value value = {});
[[nodiscard]] domain::Condition all_of(std::vector<domain::Condition> children);
[[nodiscard]] domain::Condition any_of(std::vector<domain::Condition> children);

/// Actions in few letters.
[[nodiscard]] domain::Action notify(std::string text, std::vector<std::string> whom);
[[nodiscard]] domain::Action set_field(std::string field, domain::Value value);
[[nodiscard]] domain::Action move_by(std::string transition);
[[nodiscard]] domain::Action assign_team(std::string team);
[[nodiscard]] domain::Action add_tag(std::string tag);

/// The desk's definitions under that digest; a test may change its own copy before it is used.
[[nodiscard]] domain::Definitions return_desk(const std::string& digest = "bundle-1");
/// Two more types: `exchange` follows the workflow of returns, and `repair` one of its own (received → fixing → fixed → over)
/// that begins with the warehouse.
[[nodiscard]] domain::Definitions with_more_types(domain::Definitions desk = return_desk());
/// support: 1 wang (lead), 2 li, 3 zhao. quality: 4 chen (lead), 5 liu. finance: 6 yang (lead), 7 huang.
/// warehouse: 8 zhou (lead), 9 wu. Everybody is online.
[[nodiscard]] FixedRoster return_roster();

/// An agent with the rights of everyday work on tickets of the teams.
[[nodiscard]] domain::Principal agent(std::int64_t id, const std::string& login, const std::vector<std::string>& teams);
/// An agent who may also assign and merge, with the role "lead".
[[nodiscard]] domain::Principal lead(std::int64_t id, const std::string& login, const std::vector<std::string>& teams);
[[nodiscard]] domain::Principal customer(std::int64_t id);

/// A return with its required field, of customer 100.
[[nodiscard]] domain::CreateTicket a_return(std::int64_t ticket_id = 1);

}  // namespace docket::test
