// SPDX-License-Identifier: Apache-2.0
// Published bundles in SQL, with their original bytes.
#pragma once

#include "desk/ports/bundle_store.hpp"
#include "store/session.hpp"

namespace docket::store {

/// On one session, so one thread at a time.
class BundleRows final : public desk::BundleStore {
 public:
  explicit BundleRows(Session& session) : session_(session) {}

  [[nodiscard]] std::optional<desk::BundleFiles> bundle_files(const std::string& digest) const override;
  [[nodiscard]] std::vector<desk::Publication> publications(std::int64_t before, int limit) const override;
  [[nodiscard]] std::optional<desk::Publication> active_publication() const override;
  [[nodiscard]] desk::StateMapping mapping(std::int64_t publication) const override;
  std::int64_t publish(const domain::Definitions& definitions, const desk::BundleFiles& files,
                       const desk::Publication& publication, const desk::StateMapping& mapping) override;

 private:
  Session& session_;
};

}  // namespace docket::store
