// SPDX-License-Identifier: Apache-2.0
// What the clients of the kill test did and were told, and whether the database that is left says the same.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace docket::tests {

enum class DeedKind { create, message, step, hold };

/// One request that changes something. The same key is sent again until there is an answer.
struct Deed {
  DeedKind kind = DeedKind::create;
  std::string key{};        ///< Idempotency-Key; also stands in the ticket's subject or the message's body
  std::int64_t ticket = 0;  ///< what it changes; for create what came of it
  std::int64_t number = 0;  ///< of a message
};

/// Everything that was acknowledged.
class KillBook {
 public:
  void acknowledge(const Deed& deed);
  [[nodiscard]] const std::vector<Deed>& deeds() const { return deeds_; }
  [[nodiscard]] std::size_t count(DeedKind kind) const;

  /// Compares with the database of a stopped server: each acknowledged deed is there exactly once, nothing is there
  /// that was not acknowledged, every hold ended by itself exactly once, and every notification has its deliveries.
  /// Gives the differences, at most 20.
  [[nodiscard]] std::vector<std::string> compare(const std::filesystem::path& database) const;

  /// Checks the check: plants one fault of each kind into a copy of the database and compares. Gives those not found.
  [[nodiscard]] std::vector<std::string> compare_planted(const std::filesystem::path& database) const;

 private:
  std::vector<Deed> deeds_;
};

}  // namespace docket::tests
