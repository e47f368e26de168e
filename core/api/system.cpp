// SPDX-License-Identifier: Apache-2.0
// The node: how it does, and copies of its data.
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "desk/backup_job.hpp"

namespace docket::api {
namespace {

using domain::Right;

/// Who asks (reader), then `look` aside, since it reads files.
template <class Out, class Look>
void look_aside(const StagedContext& context, Reply<Out> reply, Look look) {
  auto shared = std::make_shared<Reply<Out>>(std::move(reply));
  auto& services = context.services;
  const auto authorise = context.authorise;
  const auto aside = [&services, shared, look](Result<void> may) {
    if (!may) return (*shared)(std::unexpected{std::move(may).error()});
    services.side.run([&services, shared, look](Result<void> may_run) {
      if (!may_run) return (*shared)(std::unexpected{std::move(may_run).error()});
      (*shared)(look(services.system));
    });
  };
  services.database.read(
      [authorise](const desk::Reading& reading) -> Result<void> {
        const auto caller = authorise(reading);
        if (!caller) return std::unexpected{caller.error()};
        return {};
      },
      aside);
}

void state(const Call<None, None, None>&, StagedContext context, Reply<desk::SystemState> reply) {
  look_aside(context, std::move(reply),
             [](const desk::System& system) -> Result<Answer<desk::SystemState>> { return system.state(); });
}

void list(const Call<None, None, None>&, StagedContext context, Reply<Page<desk::Backup>> reply) {
  look_aside(context, std::move(reply), [](const desk::System& system) -> Result<Answer<Page<desk::Backup>>> {
    return Page<desk::Backup>{system.backups(), {}};
  });
}

Result<Answer<desk::Job>> start(const Call<None, None, None>&, const CommandContext& context) {
  auto job = desk::start_backup_job(context.unit, context.principal);
  if (!job) return std::unexpected{std::move(job).error()};
  const auto id = job->id;
  return Answer<desk::Job>{std::move(*job)}.at("/api/v1/jobs/" + std::to_string(id.value));
}

struct BackupPath {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(BackupPath, (), (name))
constexpr auto field_rules(const BackupPath*) {
  return std::array{json::FieldRule{.field = "name", .length = {1, 64}}};
}

/// Audited first: what is gone without a trace is worse than a trace of what stayed.
void remove(const Call<BackupPath, None, None>& call, StagedContext context, Reply<None> reply) {
  auto shared = std::make_shared<Reply<None>>(std::move(reply));
  auto& services = context.services;
  const auto authorise = context.authorise;
  const auto name = call.path.name;
  const auto aside = [&services, shared, name](Result<void> may) {
    if (!may) return (*shared)(std::unexpected{std::move(may).error()});
    services.side.run([&services, shared, name](Result<void> may_run) {
      if (!may_run) return (*shared)(std::unexpected{std::move(may_run).error()});
      if (!services.system.remove_backup(name))
        return (*shared)(fail(ErrorCode::not_found, {"There is no such backup.", "没有这份备份。"}));
      (*shared)(Answer<None>{});
    });
  };
  services.database.write(
      [authorise, name](desk::Unit& unit) -> Result<void> {
        const auto caller = authorise(unit);
        if (!caller) return std::unexpected{caller.error()};
        desk::note_backup_removed(unit, caller->principal, name);
        return {};
      },
      aside);
}

}  // namespace

void add_system_routes(std::vector<Route>& routes) {
  using enum http::Method;
  routes.push_back(make_route({.name = "read_system",
                               .verb = get,
                               .path = "/api/v1/system",
                               .access = Right::system_manage,
                               .rate = RateClass::read,
                               .summary = "How this node does: version, sizes, queues, times."},
                              state));
  routes.push_back(make_route({.name = "list_backups",
                               .verb = get,
                               .path = "/api/v1/system/backups",
                               .access = Right::system_manage,
                               .rate = RateClass::read,
                               .summary = "Finished backups on this node, newest first."},
                              list));
  routes.push_back(make_route({.name = "start_backup",
                               .verb = post,
                               .path = "/api/v1/system/backups",
                               .access = Right::system_manage,
                               .rate = RateClass::expensive,
                               .summary = "Make a backup while serving, as a job.",
                               .success = 202,
                               .errors = {ErrorCode::conflict}},
                              start));
  routes.push_back(make_route({.name = "remove_backup",
                               .verb = del,
                               .path = "/api/v1/system/backups/{name}",
                               .access = Right::system_manage,
                               .rate = RateClass::write,
                               .summary = "Remove a backup for good."},
                              remove));
}

}  // namespace docket::api
