// SPDX-License-Identifier: Apache-2.0
// People and companies: users, shifts, customers, organizations, and the roster that dispatch asks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "desk/people.hpp"
#include "domain/definitions.hpp"

namespace docket::desk {

class DirectoryReader {
 public:
  virtual ~DirectoryReader() = default;
  [[nodiscard]] virtual std::optional<User> find_user(UserId id) const = 0;
  [[nodiscard]] virtual std::optional<User> find_user_by_login(const std::string& login) const = 0;
  /// Ascending by id after `after`; of one team when named.
  [[nodiscard]] virtual std::vector<User> users(UserId after, int limit, const std::string& team) const = 0;
  [[nodiscard]] virtual std::vector<Shift> shifts(UserId user, Time from, Time to) const = 0;
  /// Shifts and leave of everybody, or of one team when named; by person, then by time; at most `limit`.
  [[nodiscard]] virtual std::vector<Shift> roster(Time from, Time to, const std::string& team, int limit) const = 0;
  /// Members of a team as dispatch needs them, with their open load; `calendar working` is decided by the caller's
  /// definitions: who had no shift in the last month, and is in none, is on shift when the team's calendar works at `now`.
  [[nodiscard]] virtual std::vector<domain::Candidate> candidates(const domain::Team& team, bool team_at_work,
                                                                  Time now) const = 0;

  [[nodiscard]] virtual std::optional<Customer> find_customer(CustomerId id) const = 0;
  /// By exact phone or email (folded), oldest first, at most 20.
  [[nodiscard]] virtual std::vector<Customer> customers_by_contact(const std::string& phone,
                                                                   const std::string& email) const = 0;
  /// Newest first before `before` (0: from the newest); `text` matches the beginning of words in name, phone, email.
  [[nodiscard]] virtual std::vector<Customer> customers(const std::string& text, CustomerId before,
                                                        int limit) const = 0;
  [[nodiscard]] virtual std::optional<Organization> find_organization(OrganizationId id) const = 0;
  [[nodiscard]] virtual std::vector<Organization> organizations(const std::string& text, OrganizationId before,
                                                                int limit) const = 0;
};

/// The writer's side; valid only inside one job.
class DirectoryStore : public DirectoryReader {
 public:
  /// Gives the id; throws ConstraintViolation never: the use case has checked the login.
  virtual UserId add_user(const User& user) = 0;
  virtual void save_user(const User& user) = 0;
  virtual void set_presence(UserId user, domain::Presence presence) = 0;
  virtual std::int64_t add_shift(const Shift& shift) = 0;
  virtual bool remove_shift(UserId user, std::int64_t shift) = 0;
  virtual CustomerId add_customer(const Customer& customer) = 0;
  virtual void save_customer(const Customer& customer) = 0;
  virtual OrganizationId add_organization(const Organization& organization) = 0;
  virtual void save_organization(const Organization& organization) = 0;
};

}  // namespace docket::desk
