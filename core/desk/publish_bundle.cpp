// SPDX-License-Identifier: Apache-2.0
#include "desk/publish_bundle.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/both.hpp"
#include "desk/audit.hpp"
#include "domain/chinese_names.hpp"

namespace docket::desk {
namespace {

const domain::State* find_state(const domain::Definitions& definitions, const std::string& workflow,
                                const std::string& state) {
  const auto found = definitions.workflows.find(workflow);
  return found == definitions.workflows.end() ? nullptr : found->second.find_state(state);
}

/// Of the definitions in force, or of an older bundle that a ticket still follows.
bool is_a_state(const Unit& unit, const std::string& workflow, const std::string& state) {
  if (unit.active && find_state(*unit.active, workflow, state) != nullptr) return true;
  return std::ranges::any_of(unit.tickets.in_flight(), [&](const auto& group) {
    return group.workflow == workflow && group.state == state;
  });
}

Result<void> check_mapping(const Unit& unit, const domain::Definitions& candidate, const StateMapping& mapping) {
  for (const auto& [from, to] : mapping) {
    if (!is_a_state(unit, from.first, from.second)) {
      return fail_field("/mapping/" + from.first + "/" + from.second,
                        Said{"No ticket can stand in \"" + from.second + "\" of the workflow \"" + from.first +
                                 "\": there is no such state. Look at the plan for what is there.",
                             "流程 `" + from.first + "` 没有节点 `" + from.second + "`，不会有工单停在那里。请先看变更预览里列出的节点。"});
    }
    if (find_state(candidate, from.first, to) == nullptr) {
      return fail_field("/mapping/" + from.first + "/" + from.second,
                        both("The workflow \"{}\" of the candidate has no state \"{}\".", "新配置的流程“{}”没有节点“{}”。",
                             from.first, to));
    }
  }
  return {};
}

/// Open tickets must not end up with a team that nobody can look up.
Result<void> check_teams(const Unit& unit, const domain::Definitions& candidate) {
  std::map<std::string, std::int64_t> orphans;
  for (const auto& count : unit.tickets.counts(domain::system_principal("publish"))) {
    if (count.category == domain::StateCategory::closed || count.team.empty() || candidate.teams.contains(count.team))
      continue;
    orphans[count.team] += count.tickets;
  }
  if (orphans.empty()) return {};
  Said list;
  for (const auto& [team, tickets] : orphans) {
    const auto one = both("{2}\"{0}\" ({3})", "{4}{1}（{3} 张）", team, domain::ChineseNames(*unit.active).team(team),
                          list.empty() ? "" : ", ", tickets, list.empty() ? "" : "、");
    list.en += one.en;
    list.zh += one.zh;
  }
  return fail(ErrorCode::conflict, both("Teams with open tickets are missing from the candidate: {0}. Assign these tickets to "
                                        "other teams first, or keep the teams.",
                                        "新配置删掉了还有在途工单的班组：{1}。请先把工单转到别的班组，或保留这些班组。", list.en, list.zh));
}

Result<Publication> switch_to(Unit& unit, const domain::Principal& principal,
                              std::shared_ptr<const domain::Definitions> candidate, const BundleFiles& files,
                              const StateMapping& mapping, Publication publication) {
  if (auto good = check_mapping(unit, *candidate, mapping); !good) return std::unexpected(std::move(good.error()));
  if (auto good = check_teams(unit, *candidate); !good) return std::unexpected(std::move(good.error()));
  publication.digest = candidate->digest;
  publication.at = unit.now;
  publication.by = principal.actor.name;
  publication.number = unit.bundles.publish(*candidate, files, publication, mapping);
  domain::Fields details{{"number", publication.number}, {"comment", publication.comment}};
  std::vector<std::string> lines;
  for (const auto& [from, to] : mapping) lines.push_back(from.first + "/" + from.second + " -> " + to);
  if (!lines.empty()) details["mapping"] = lines;
  audit(unit, principal.actor, publication.rollback_of ? "bundle_rolled_back" : "bundle_published",
        "bundle " + publication.digest, details);
  unit.active = std::move(candidate);
  unit.wakes.published = true;
  unit.wakes.jobs = true;
  return publication;
}

}  // namespace

std::vector<AffectedState> affected_states(const TicketReader& tickets, const domain::DefinitionsSource& source,
                                           const domain::Definitions& candidate, const StateMapping& mapping) {
  std::map<std::pair<std::string, std::string>, AffectedState> affected;
  for (const auto& group : tickets.in_flight()) {
    const auto pinned = source.get(group.bundle);
    const auto* before = find_state(*pinned, group.workflow, group.state);
    const auto* after = find_state(candidate, group.workflow, group.state);
    const auto old_workflow = pinned->workflows.find(group.workflow);
    const auto new_workflow = candidate.workflows.find(group.workflow);
    const bool same =
        before != nullptr && after != nullptr && *before == *after && old_workflow->second == new_workflow->second;
    if (same) continue;
    auto& entry = affected[{group.workflow, group.state}];
    entry.workflow = group.workflow;
    entry.state = group.state;
    entry.tickets += group.tickets;
    entry.removed = after == nullptr;
    if (const auto mapped = mapping.find({group.workflow, group.state}); mapped != mapping.end())
      entry.mapped_to = mapped->second;
  }
  std::vector<AffectedState> out;
  for (auto& [key, entry] : affected) out.push_back(std::move(entry));
  return out;
}

std::unexpected<Error> has_faults(const CheckedBundle& bundle, Said words) {
  auto error = fail(ErrorCode::invalid_definition, std::move(words));
  for (const auto& finding : bundle.findings) {
    if (finding.error)
      error.error().fields.push_back(
          {finding.file + ":" + std::to_string(finding.line) + ":" + std::to_string(finding.column), finding.message,
           finding.message_zh});
  }
  return error;
}

Result<Publication> publish_bundle(Unit& unit, const domain::Principal& principal, const CheckedBundle& bundle,
                                   const BundleFiles& files, const StateMapping& mapping, const std::string& comment,
                                   const std::string& expected_active) {
  if (!bundle.definitions)
    return has_faults(bundle, {"The candidate has faults; nothing was published.", "配置有错误，没有发布。"});
  if (unit.active && unit.active->digest == bundle.digest)
    return fail(ErrorCode::conflict, {"This bundle is the active one already.", "这份配置已经在用了。"});
  if (unit.active && !expected_active.empty() && unit.active->digest != expected_active) {
    return fail(ErrorCode::conflict, {"Somebody published in the meantime; look at the plan again.", "刚刚有人发布了新版本，请重新核对差异再发布。"});
  }
  Publication publication;
  publication.comment = comment;
  return switch_to(unit, principal, bundle.definitions, files, mapping, std::move(publication));
}

void ready_for_rollback(const Reading& reading, std::int64_t publication) {
  const auto found = reading.bundles.publications(publication + 1, 1);
  if (!found.empty() && found.front().number == publication) (void)reading.source.get(found.front().digest);
}

Result<Publication> rollback_bundle(Unit& unit, const domain::Principal& principal, std::int64_t number,
                                    const StateMapping& mapping, const std::string& comment) {
  const auto found = unit.bundles.publications(number + 1, 1);
  if (found.empty() || found.front().number != number)
    return fail(ErrorCode::not_found, both("There is no publication {}.", "没有第 {} 次发布。", number));
  if (found.front().digest == unit.active->digest)
    return fail(ErrorCode::conflict, {"That bundle is the active one already.", "那份配置已经在用了。"});
  const auto files = unit.bundles.bundle_files(found.front().digest);
  if (!files)
    return fail(ErrorCode::not_found, both("The files of publication {} are not stored.", "第 {} 次发布的文件没有保存，不能回滚。", number));
  Publication publication;
  publication.comment = comment;
  publication.rollback_of = number;
  return switch_to(unit, principal, unit.source.get(found.front().digest), *files, mapping, std::move(publication));
}

}  // namespace docket::desk
