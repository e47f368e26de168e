// SPDX-License-Identifier: Apache-2.0
// What plugins keep, in SQL.
#pragma once

#include "desk/ports/plugin_store.hpp"
#include "store/session.hpp"

namespace docket::store {

/// On one session, so one thread at a time.
class PluginRows final : public desk::PluginStore {
 public:
  explicit PluginRows(Session& session) : session_(session) {}

  [[nodiscard]] std::optional<std::string> state(const std::string& plugin, const std::string& key) const override;
  [[nodiscard]] std::optional<desk::Intake> find_intake(const std::string& plugin,
                                                        const std::string& key) const override;
  [[nodiscard]] std::vector<desk::Intake> intake(const std::string& plugin, std::optional<desk::IntakeOutcome> outcome,
                                                 std::int64_t before, int limit) const override;
  [[nodiscard]] std::optional<desk::Address> find_address(const std::string& kind,
                                                          const std::string& value) const override;
  [[nodiscard]] std::vector<desk::Address> addresses(domain::ActorKind owner_kind, std::int64_t owner) const override;
  [[nodiscard]] std::optional<desk::SourceRecord> find_record(const std::string& plugin, const std::string& resource,
                                                              const std::string& id) const override;
  [[nodiscard]] std::vector<desk::SourceRecord> records_of(const std::string& resource,
                                                           std::int64_t local) const override;
  [[nodiscard]] std::vector<desk::SourceRecord> records_owned(const std::string& plugin, const std::string& resource,
                                                              const std::string& owner, int limit) const override;
  [[nodiscard]] std::vector<desk::RefusedRecord> refused_records(const std::string& plugin, int limit) const override;

  bool put_state(const std::string& plugin, const std::string& key, const std::string& value) override;
  void add_intake(const desk::Intake& row) override;
  void set_address(const desk::Address& address) override;
  void save_record(const desk::SourceRecord& record) override;
  [[nodiscard]] std::vector<desk::SourceRecord> records_unseen(const std::string& plugin, const std::string& resource,
                                                               Time since, int limit) const override;
  void set_refused(const std::string& plugin, const desk::RefusedRecord& refused) override;
  void clear_refused(const std::string& plugin, const std::string& resource, const std::string& id) override;

 private:
  Session& session_;
};

}  // namespace docket::store
