// SPDX-License-Identifier: Apache-2.0
// Published bundles with their original bytes, and the compiler that makes definitions of them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "domain/definitions.hpp"

namespace docket::desk {

/// All files of a desk's configuration by relative path.
using BundleFiles = std::map<std::string, std::string>;

struct Publication {
  std::int64_t number = 0;
  std::string digest{};
  Time at{};
  std::string by{};  ///< login, or "command line"
  std::string comment{};
  std::optional<std::int64_t> rollback_of{};  ///< number of the publication that it took back
};
BOOST_DESCRIBE_STRUCT(Publication, (), (number, digest, at, by, comment, rollback_of))

/// (workflow, old state) → new state, given by the person who publishes.
using StateMapping = std::map<std::pair<std::string, std::string>, std::string>;

class BundleReader {
 public:
  virtual ~BundleReader() = default;
  [[nodiscard]] virtual std::optional<BundleFiles> bundle_files(const std::string& digest) const = 0;
  /// Newest first.
  [[nodiscard]] virtual std::vector<Publication> publications(std::int64_t before, int limit) const = 0;
  [[nodiscard]] virtual std::optional<Publication> active_publication() const = 0;
  [[nodiscard]] virtual StateMapping mapping(std::int64_t publication) const = 0;
};

class BundleStore : public BundleReader {
 public:
  /// Stores the bundle if it is new and makes it the active one; gives the publication's number. `definitions` is what
  /// `files` compile to.
  virtual std::int64_t publish(const domain::Definitions& definitions, const BundleFiles& files,
                               const Publication& publication, const StateMapping& mapping) = 0;
};

/// One fault or warning of a check, as people read it.
struct CheckFinding {
  bool error = true;
  std::string file{};
  int line = 0, column = 0, end_column = 0;
  std::string message{}, message_zh{};
  std::string expected{}, expected_zh{};  ///< what would have been right; may be empty
  std::string suggestion{};               ///< the word that was perhaps meant; may be empty
  std::string rendered{}, rendered_zh{};  ///< with the source line and carets
};
BOOST_DESCRIBE_STRUCT(CheckFinding, (), (error, file, line, column, end_column, message, message_zh, expected,
                                          expected_zh, suggestion, rendered, rendered_zh))

struct CheckedBundle {
  std::string digest{};
  std::shared_ptr<const domain::Definitions> definitions{};  ///< null when there are errors
  std::vector<CheckFinding> findings{};
};

/// YAML in, definitions out. Thread-safe.
class Compiler {
 public:
  virtual ~Compiler() = default;
  /// `now` decides which years must have holiday data.
  [[nodiscard]] virtual CheckedBundle compile(const BundleFiles& files, Time now) const = 0;
};

}  // namespace docket::desk
