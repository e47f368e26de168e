// SPDX-License-Identifier: Apache-2.0
// People and companies in SQL.
#pragma once

#include <unordered_map>

#include "desk/ports/directory_store.hpp"
#include "store/roster_memory.hpp"
#include "store/session.hpp"

namespace docket::store {

/// On one session, so one thread at a time. The writing half needs a session with Access::write inside a transaction.
class DirectoryRows final : public desk::DirectoryStore {
 public:
  /// `roster` is the writer's, null for readers; must outlive this.
  explicit DirectoryRows(Session& session, RosterMemory* roster = nullptr) : session_(session), roster_(roster) {}

  [[nodiscard]] std::optional<desk::User> find_user(UserId id) const override;
  [[nodiscard]] std::optional<desk::User> find_user_by_login(const std::string& login) const override;
  [[nodiscard]] std::vector<desk::User> users(UserId after, int limit, const std::string& team) const override;
  [[nodiscard]] std::vector<desk::Shift> shifts(UserId user, Time from, Time to) const override;
  [[nodiscard]] std::vector<desk::Shift> roster(Time from, Time to, const std::string& team, int limit) const override;
  [[nodiscard]] std::optional<desk::Customer> find_customer(CustomerId id) const override;
  [[nodiscard]] std::vector<desk::Customer> customers_by_contact(const std::string& phone,
                                                                 const std::string& email) const override;
  [[nodiscard]] std::vector<desk::Customer> customers(const std::string& text, CustomerId before,
                                                      int limit) const override;
  [[nodiscard]] std::optional<desk::Organization> find_organization(OrganizationId id) const override;
  [[nodiscard]] std::vector<desk::Organization> organizations(const std::string& text, OrganizationId before,
                                                              int limit) const override;

  UserId add_user(const desk::User& user) override;
  void save_user(const desk::User& user) override;
  void set_presence(UserId user, domain::Presence presence) override;
  std::int64_t add_shift(const desk::Shift& shift) override;
  bool remove_shift(UserId user, std::int64_t shift) override;
  CustomerId add_customer(const desk::Customer& customer) override;
  void save_customer(const desk::Customer& customer) override;
  OrganizationId add_organization(const desk::Organization& organization) override;
  void save_organization(const desk::Organization& organization) override;

  [[nodiscard]] std::vector<domain::Candidate> candidates(const domain::Team& team, bool team_at_work,
                                                          Time now) const override;

 private:
  void write_memberships(const desk::User& user);
  void index_person(std::int64_t row, const std::string& text);
  const desk::User& cached(UserId id, std::int64_t version) const;
  [[nodiscard]] RosterMemory::Team read_team(const std::string& team, Time from,
                                             std::unordered_map<UserId, RosterMemory::Standing>& standing) const;
  void people_changed();

  Session& session_;
  RosterMemory* roster_;
  /// Users as last read, to spare decoding them for every dispatch; an entry counts only at the version of its row.
  mutable std::unordered_map<UserId, desk::User> cache_;
};

}  // namespace docket::store
