// SPDX-License-Identifier: Apache-2.0
// What plugins leave in the database: their small state, the ledger of what came in, people's addresses by vendor, and
// which record of a source is which of ours.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "domain/identity/principal.hpp"

namespace docket::desk {

enum class IntakeOutcome { done, ticket, message, ignored, failed };
BOOST_DESCRIBE_ENUM(IntakeOutcome, done, ticket, message, ignored, failed)

/// One item of the outside, by the plugin's own key, with what became of it. The memory of its commands as well.
struct Intake {
  std::int64_t id = 0;
  std::string plugin{};
  std::string key{};
  IntakeOutcome outcome = IntakeOutcome::done;
  TicketId ticket{};
  std::int64_t message = 0;
  std::string reason{};
  std::string answer{};  ///< JSON that the command was answered with
  Time at{};
};
BOOST_DESCRIBE_STRUCT(Intake, (), (id, plugin, key, outcome, ticket, message, reason, at))

/// A person's address at one vendor.
struct Address {
  std::string kind{};
  std::string value{};
  domain::ActorKind owner_kind = domain::ActorKind::user;  ///< user or customer
  std::int64_t owner = 0;
  bool operator==(const Address&) const = default;
};
BOOST_DESCRIBE_STRUCT(Address, (), (kind, value))

/// A record of a source as it was last seen.
struct SourceRecord {
  std::string plugin{};
  std::string resource{};
  std::string id{};
  std::int64_t local = 0;      ///< CustomerId or OrganizationId; 0 for resources that are only shown
  std::string owner{};         ///< id of the customer's record at the source, for orders
  std::string data{};          ///< JSON as the source gave it
  std::string digest{};        ///< hex over what was taken from it, so that own writes are no news
  bool deleted = false;
  Time fetched_at{};
};
BOOST_DESCRIBE_STRUCT(SourceRecord, (), (plugin, resource, id, local, owner, data, deleted, fetched_at))

/// A record that could not be taken, and why.
struct RefusedRecord {
  std::string resource{};
  std::string id{};
  std::string reason{};
  Time at{};
};
BOOST_DESCRIBE_STRUCT(RefusedRecord, (), (resource, id, reason, at))

class PluginReader {
 public:
  virtual ~PluginReader() = default;
  [[nodiscard]] virtual std::optional<std::string> state(const std::string& plugin, const std::string& key) const = 0;
  [[nodiscard]] virtual std::optional<Intake> find_intake(const std::string& plugin, const std::string& key) const = 0;
  /// Newest first before `before` (0: from the newest).
  [[nodiscard]] virtual std::vector<Intake> intake(const std::string& plugin, std::optional<IntakeOutcome> outcome,
                                                   std::int64_t before, int limit) const = 0;
  [[nodiscard]] virtual std::optional<Address> find_address(const std::string& kind,
                                                            const std::string& value) const = 0;
  [[nodiscard]] virtual std::vector<Address> addresses(domain::ActorKind owner_kind, std::int64_t owner) const = 0;
  [[nodiscard]] virtual std::optional<SourceRecord> find_record(const std::string& plugin, const std::string& resource,
                                                                const std::string& id) const = 0;
  /// Records that stand for one of ours.
  [[nodiscard]] virtual std::vector<SourceRecord> records_of(const std::string& resource, std::int64_t local) const = 0;
  /// Records that belong to a customer's record at the source: their orders. Newest first, at most `limit`.
  [[nodiscard]] virtual std::vector<SourceRecord> records_owned(const std::string& plugin, const std::string& resource,
                                                                const std::string& owner, int limit) const = 0;
  [[nodiscard]] virtual std::vector<RefusedRecord> refused_records(const std::string& plugin, int limit) const = 0;
};

class PluginStore : public PluginReader {
 public:
  /// False when the plugin has as many keys as it may have. An empty value removes.
  virtual bool put_state(const std::string& plugin, const std::string& key, const std::string& value) = 0;
  virtual void add_intake(const Intake& row) = 0;
  /// Replaces the owner's address of that kind, and takes it from whoever had the value; empty removes.
  virtual void set_address(const Address& address) = 0;
  virtual void save_record(const SourceRecord& record) = 0;
  /// Records of the resource that a full pass did not see since `since`, at most `limit`.
  [[nodiscard]] virtual std::vector<SourceRecord> records_unseen(const std::string& plugin, const std::string& resource,
                                                                 Time since, int limit) const = 0;
  virtual void set_refused(const std::string& plugin, const RefusedRecord& refused) = 0;
  virtual void clear_refused(const std::string& plugin, const std::string& resource, const std::string& id) = 0;
};

}  // namespace docket::desk
