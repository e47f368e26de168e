// SPDX-License-Identifier: Apache-2.0
#include "store/bundle_rows.hpp"

#include <limits>

#include "store/field_index.hpp"
#include "store/query.hpp"

namespace docket::store {
namespace {

constexpr std::size_t most_files = 10'000;
constexpr std::size_t most_mappings = 10'000;

}  // namespace

std::optional<desk::BundleFiles> BundleRows::bundle_files(const std::string& digest) const {
  const auto bundle = session_.select<std::int64_t>("SELECT id FROM bundle WHERE digest = ?", digest).maybe();
  if (!bundle) return {};
  desk::BundleFiles files;
  session_.select<std::string, Bytes>("SELECT path, content FROM bundle_file WHERE bundle = ?", std::get<0>(*bundle))
      .each(most_files,
            [&](std::string path, Bytes content) { files.emplace(std::move(path), std::move(content.data)); });
  return files;
}

std::vector<desk::Publication> BundleRows::publications(std::int64_t before, int limit) const {
  std::vector<desk::Publication> out;
  const auto below = before > 0 ? before : std::numeric_limits<std::int64_t>::max();
  session_
      .select<std::int64_t, std::string, Time, std::string, std::string, std::optional<std::int64_t>>(
          "SELECT p.number, b.digest, p.at, p.by, p.comment, p.rollback_of FROM publication p JOIN bundle b ON b.id = "
          "p.bundle "
          "WHERE p.number < ? ORDER BY p.number DESC LIMIT ?",
          below, limit)
      .each(1000, [&](std::int64_t number, std::string digest, Time at, std::string by, std::string comment,
                      std::optional<std::int64_t> rollback_of) {
        desk::Publication publication;
        publication.number = number;
        publication.digest = std::move(digest);
        publication.at = at;
        publication.by = std::move(by);
        publication.comment = std::move(comment);
        publication.rollback_of = rollback_of;
        out.push_back(std::move(publication));
      });
  return out;
}

std::optional<desk::Publication> BundleRows::active_publication() const {
  auto newest = publications(0, 1);
  if (newest.empty()) return {};
  return std::move(newest.front());
}

desk::StateMapping BundleRows::mapping(std::int64_t publication) const {
  desk::StateMapping mapping;
  session_
      .select<std::string, std::string, std::string>(
          "SELECT workflow, from_state, to_state FROM publication_mapping WHERE publication = ?", publication)
      .each(most_mappings, [&](std::string workflow, std::string from, std::string to) {
        mapping.emplace(std::pair{std::move(workflow), std::move(from)}, std::move(to));
      });
  return mapping;
}

std::int64_t BundleRows::publish(const domain::Definitions& definitions, const desk::BundleFiles& files,
                                 const desk::Publication& publication, const desk::StateMapping& mapping) {
  forget_unmarked_fields(session_, definitions);
  const auto& digest = definitions.digest;
  auto bundle = session_.select<std::int64_t>("SELECT id FROM bundle WHERE digest = ?", digest).maybe();
  if (!bundle) {
    session_.run("INSERT INTO bundle(digest) VALUES(?)", digest);
    bundle = std::tuple{session_.last_insert_id()};
    for (const auto& [path, content] : files) {
      session_.run("INSERT INTO bundle_file(bundle, path, content) VALUES(?,?,?)", std::get<0>(*bundle), path,
                   Bytes{content});
    }
  }
  session_.run("INSERT INTO publication(bundle, at, by, comment, rollback_of) VALUES(?,?,?,?,?)", std::get<0>(*bundle),
               publication.at, publication.by, publication.comment, publication.rollback_of);
  const auto number = session_.last_insert_id();
  for (const auto& [from, to] : mapping) {
    session_.run("INSERT INTO publication_mapping(publication, workflow, from_state, to_state) VALUES(?,?,?,?)", number,
                 from.first, from.second, to);
  }
  return number;
}

}  // namespace docket::store
