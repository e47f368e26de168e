// SPDX-License-Identifier: Apache-2.0
// The real database under definitions that a test has built, on a clock that the test moves.
#pragma once

#include <map>
#include <memory>
#include <utility>

#include "store/sqlite_database.hpp"
#include "support/temporary_directory.hpp"

namespace docket::test {

/// "Compiles" files whose only content is the digest of definitions that were given before.
class GivenDefinitions final : public desk::Compiler {
 public:
  void add(std::shared_ptr<const domain::Definitions> definitions) {
    known_[definitions->digest] = std::move(definitions);
  }
  [[nodiscard]] desk::CheckedBundle compile(const desk::BundleFiles& files, Time) const override {
    const auto found = known_.find(files.at("digest"));
    if (found == known_.end()) {
      desk::CheckFinding warning, fault;
      warning.error = false;
      warning.rendered = "a warning";
      fault.rendered = "an unknown digest";
      return {{}, {}, {warning, fault}};
    }
    return {found->first, found->second, {}};
  }

 private:
  std::map<std::string, std::shared_ptr<const domain::Definitions>> known_;
};

class SqliteDesk {
 public:
  explicit SqliteDesk(domain::Definitions definitions, Time now = Time{}, store::DatabaseOptions wanted = {})
      : clock(now), options(std::move(wanted)) {
    open();
    publish(std::move(definitions));
  }

  void open() {
    directory = std::make_unique<store::DataDirectory>(store::DataDirectory::open(temporary.path() / "data"));
    database = store::SqliteDatabase::open(
        *directory, clock, compiler, [this](const desk::Wakes& w) { woken(w); }, options);
  }
  void close() {
    database.reset();
    directory.reset();
  }

  void publish(domain::Definitions definitions) {
    const auto shared = std::make_shared<const domain::Definitions>(std::move(definitions));
    compiler.add(shared);
    const auto done = desk::write_and_wait(*database, [&](desk::Unit& unit) -> Result<std::int64_t> {
      desk::Publication publication;
      publication.digest = shared->digest;
      publication.at = unit.now;
      return unit.bundles.publish(*shared, {{"digest", shared->digest}}, publication, {});
    });
    if (!done) throw std::runtime_error("not published: " + done.error().detail);
  }

  void woken(const desk::Wakes& w) {
    wakes.destinations.insert(w.destinations.begin(), w.destinations.end());
    wakes.feed |= w.feed;
    if (w.timer_at) wakes.timer_at = w.timer_at;
  }

  TemporaryDirectory temporary;
  ManualClock clock;
  GivenDefinitions compiler;
  store::DatabaseOptions options;
  desk::Wakes wakes{};  ///< gathered by the writer thread; read it only when the writer is idle
  std::unique_ptr<store::DataDirectory> directory;
  std::unique_ptr<store::SqliteDatabase> database;
};

}  // namespace docket::test
