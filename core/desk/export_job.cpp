// SPDX-License-Identifier: Apache-2.0
#include "desk/export_job.hpp"

#include <algorithm>

#include "base/both.hpp"
#include "base/enum.hpp"
#include "base/json_decode.hpp"
#include "base/json_encode.hpp"
#include "base/log.hpp"
#include "desk/audit.hpp"
#include "desk/export_rows.hpp"
#include "desk/patience.hpp"
#include "desk/ports/file_not_written.hpp"
#include "desk/resolve_principal.hpp"
#include "desk/spoken_names.hpp"
#include "desk/ticket_filter.hpp"
#include "domain/refusals.hpp"

namespace docket::desk {
namespace {

using domain::Right;
using namespace std::chrono_literals;

constexpr int most_running = 3;
constexpr int rows_a_slice = 1000;

struct ExportInput {
  ExportKind kind{};
  ExportFormat format{};
  domain::Condition filter{};
  bool english = false;
  std::vector<Right> rights{};  ///< of the credentials that asked: a token's scopes hold here too
};
BOOST_DESCRIBE_STRUCT(ExportInput, (), (kind, format, filter, english, rights))

Result<void> check_right(const domain::Principal& principal, ExportKind kind) {
  const auto needs = [&](Right right) -> Result<void> {
    if (principal.may(right)) return {};
    return domain::lacks_right(right);
  };
  if (auto may = needs(Right::ticket_export); !may) return may;
  switch (kind) {
    case ExportKind::tickets:
      return needs(Right::ticket_read);
    case ExportKind::customers:
      return needs(Right::customer_read);
    case ExportKind::deliveries:
      return needs(Right::delivery_read);
    case ExportKind::audit:
      return needs(Right::audit_read);
  }
  return {};
}

/// The person of the job with the rights of now; a sentence when the job may not go on.
Result<domain::Principal> person_of(const Reading& reading, const Job& job, const ExportInput& input) {
  const auto user = reading.directory.find_user(job.by);
  if (!user || !user->active) return fail(ErrorCode::forbidden, {"The person who asked was switched off.", "发起导出的账号已停用。"});
  auto principal = resolve_principal(*user, *reading.active, input.rights);
  if (auto may = check_right(principal, input.kind); !may) return std::unexpected(may.error());
  if (principal.may(Right::ticket_read)) show_by(principal, *user, *reading.active, Right::ticket_read);
  return principal;
}

/// Ends or advances the job; false when it was cancelled meanwhile.
Result<bool> note_progress(Database& database, JobId id, std::int64_t done, std::int64_t total, JobState state,
                           const std::string& error) {
  return write_slice_and_wait(database, [&](Unit& unit) -> Result<bool> {
    auto job = unit.jobs.find_job(id);
    if (!job || job->state != JobState::running) return false;
    job->done = done;
    job->total = std::max(total, done);
    job->state = state;
    job->error = error;
    if (state != JobState::running) {
      job->ended_at = unit.now;
      job->total = done;
    }
    unit.jobs.save_job(*job);
    return true;
  });
}

/// One run of one job.
class Exporting {
 public:
  Exporting(Database& database, ExportFiles& files, const StopsWithin& stops_within, Job job)
      : database_(database),
        files_(files),
        stops_within_(stops_within),
        job_(std::move(job)),
        input_(json::decode_stored<ExportInput>(job_.input)) {}

  /// An error ends the job as failed, unless the process stops.
  Result<void> run() {
    std::int64_t done = 0;
    const auto total = count();
    while (!stops_within_(0ms)) {
      auto slice = patiently(
          [&] { return read_long_and_wait(database_, [&](const Reading& reading) { return next(reading); }); });
      if (!slice) return std::unexpected(std::move(slice).error());
      for (const auto& row : slice->rows) file_->row(row);
      done += static_cast<std::int64_t>(slice->rows.size());
      if (slice->last) {
        file_->finish();
        const auto ended =
            patiently([&] { return note_progress(database_, job_.id, done, total, JobState::done, ""); });
        return ended ? Result<void>{} : std::unexpected(ended.error());
      }
      const auto goes_on =
          patiently([&] { return note_progress(database_, job_.id, done, total, JobState::running, ""); });
      if (!goes_on) return std::unexpected(goes_on.error());
      if (!*goes_on) return {};
    }
    return {};
  }

 private:
  /// What is refused for the moment is tried again, once a second.
  template <class Try>
  std::invoke_result_t<Try&> patiently(Try once) {
    Patience patience;
    while (true) {
      const auto begin = std::chrono::steady_clock::now();
      auto result = once();
      if (result || !patience.lasts(result.error(), std::chrono::steady_clock::now() - begin)) return result;
      if (stops_within_(1s)) return result;
    }
  }

  /// For the progress bar alone: 0 where it is not known, or not soon enough.
  std::int64_t count() {
    if (input_.kind != ExportKind::tickets) return 0;
    constexpr int cap = 10'000;  // more only makes the bar longer
    const auto total = read_long_and_wait(database_, [&](const Reading& reading) -> Result<int> {
      auto principal = person_of(reading, job_, input_);
      if (!principal) return std::unexpected(std::move(principal).error());
      return reading.tickets.count(input_.filter, cap, *principal);
    });
    return total ? *total : 0;
  }

  Result<ExportSlice> next(const Reading& reading) {
    auto principal = person_of(reading, job_, input_);
    if (!principal) return std::unexpected(std::move(principal).error());
    if (!rows_) {
      auto zone = TimeZone::load(reading.active->desk.zone);
      if (!zone) return std::unexpected(std::move(zone).error());
      rows_ = make_export_rows(input_.kind, input_.filter, input_.english, job_.created_at, reading, *principal);
      file_ = files_.create(job_.id, input_.format, spoken_export(enum_name(input_.kind), input_.english), rows_->columns(), *zone);
    }
    return rows_->next(reading, *principal, rows_a_slice);
  }

  Database& database_;
  ExportFiles& files_;
  const StopsWithin& stops_within_;
  Job job_;
  ExportInput input_;
  std::unique_ptr<ExportRows> rows_;
  std::unique_ptr<TableFile> file_;
};

}  // namespace

Result<Job> start_export(Unit& unit, const domain::Principal& principal, const ExportWish& wish) {
  if (auto may = check_right(principal, wish.kind); !may) return std::unexpected(may.error());
  if (!principal.user) return fail(ErrorCode::forbidden, {"Only people take exports.", "只有登录的用户才能导出。"});
  const auto running = unit.jobs.running();
  const auto mine =
      std::ranges::count_if(running, [&](const Job& job) { return job.kind == "export" && job.by == principal.user; });
  if (mine >= most_running) {
    return fail(ErrorCode::too_many_requests, {"You have three exports running; wait for one or cancel it.", "您已有三个导出在进行，请等一个完成，或先取消一个。"});
  }
  if (wish.kind == ExportKind::tickets) {
    if (auto fits = check_filter(unit.tickets, wish.filter, principal); !fits) return std::unexpected(fits.error());
  }
  ExportInput input{wish.kind, wish.format, wish.filter, wish.english, {}};
  for (std::size_t i = 0; i < domain::right_count; ++i) {
    const auto right = static_cast<Right>(i);
    if (principal.may(right)) input.rights.push_back(right);
  }
  Job job;
  job.kind = "export";
  job.by = principal.user;
  job.created_at = unit.now;
  job.input = json::encode(input);
  job.id = unit.jobs.add_job(job);
  unit.wakes.jobs = true;
  audit(unit, principal.actor, "export_started", "job " + std::to_string(job.id.value),
        {{"what", std::string(enum_name(wish.kind))}});
  return job;
}

Result<ExportedFile> exported_file(const Reading& reading, const domain::Principal& principal, JobId id,
                                   const ExportFiles& files) {
  const auto job = reading.jobs.find_job(id);
  if (!job || job->kind != "export" || job->by != principal.user) return fail(ErrorCode::not_found, {"There is no such export.", "没有这个导出。"});
  const auto input = json::decode_stored<ExportInput>(job->input);
  if (auto may = check_right(principal, input.kind); !may) return std::unexpected(may.error());
  if (job->state == JobState::running) return fail(ErrorCode::conflict, {"The file is still being written; see the job.", "文件还在生成，请稍候。"});
  const auto path = job->state == JobState::done ? files.path(id, input.format) : std::nullopt;
  if (!path) return fail(ErrorCode::not_found, {"The file is not there any more; export again.", "文件已不在，请重新导出。"});
  const auto zone = TimeZone::load(reading.active->desk.zone);
  const auto day = domain::day_text(domain::local_day(zone ? *zone : TimeZone::utc(), job->created_at));
  return ExportedFile{*path, std::string(enum_name(input.kind)) + "-" + day + "." + std::string(enum_name(input.format)),
                      input.format == ExportFormat::csv
                          ? "text/csv"
                          : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"};
}

Result<bool> run_next_export(Database& database, ExportFiles& files, const StopsWithin& stops_within) {
  const auto next = write_slice_and_wait(database, [](Unit& unit) -> Result<std::optional<Job>> {
    auto running = unit.jobs.running();
    const auto job = std::ranges::find(running, "export", &Job::kind);
    if (job == running.end()) return std::optional<Job>{};
    return std::optional(*job);
  });
  if (!next) return std::unexpected(next.error());
  if (!*next) return false;
  const auto id = (*next)->id;
  Result<void> ended;
  auto language = Language::zh;
  try {
    if (json::decode_stored<ExportInput>((*next)->input).english) language = Language::en;
    ended = Exporting(database, files, stops_within, **next).run();
  } catch (const FileNotWritten& failure) {
    log::error("export_failed", {{"job", id.value}, {"reason", std::string_view(failure.what())}});
    ended = refuse_file_not_written();
  } catch (const std::exception& failure) {
    log::error("export_failed", {{"job", id.value}, {"reason", std::string_view(failure.what())}});
    ended = fail(ErrorCode::internal, both("An internal error stopped this export; the server's log says more under job {}.",
                                           "导出因内部错误停止，服务器日志里任务 {} 有详情。", id.value));
  }
  // What a stopping process refused begins again with the next one.
  if (!ended && !(info(ended.error().code).retryable && stops_within(0ms))) {
    const auto noted =
        note_progress(database, id, (*next)->done, (*next)->total, JobState::failed, ended.error().said().in(language));
    if (!noted) return std::unexpected(noted.error());
  }
  return true;
}

}  // namespace docket::desk
