// SPDX-License-Identifier: Apache-2.0
#include "store/job_rows.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "desk/ports/answered_period.hpp"
#include "store/fragment.hpp"

namespace docket::store {
namespace {

constexpr std::size_t page_cap = 1000;

template <class Selection>
std::vector<desk::Job> take_jobs(Selection selection) {
  std::vector<desk::Job> out;
  selection.each(page_cap, [&](JobId id, std::string kind, int state, UserId by, std::int64_t total, std::int64_t done,
                               std::int64_t failed, std::string input, std::string cursor, Time created,
                               std::optional<Time> ended, std::string error) {
    desk::Job job;
    job.id = id;
    job.kind = std::move(kind);
    job.state = static_cast<desk::JobState>(state);
    job.by = by;
    job.total = total;
    job.done = done;
    job.failed = failed;
    job.input = std::move(input);
    job.cursor = std::move(cursor);
    job.created_at = created;
    job.ended_at = ended;
    job.error = std::move(error);
    out.push_back(std::move(job));
  });
  return out;
}

auto select_jobs(Session& session, const Fragment& sql) {
  return take_jobs(session.select<JobId, std::string, int, UserId, std::int64_t, std::int64_t, std::int64_t,
                                  std::string, std::string, Time, std::optional<Time>, std::string>(sql.sql, sql.values));
}

std::int64_t period_of(Time now) {
  return now.time_since_epoch() / desk::answered_period;
}

}  // namespace

std::optional<desk::Job> JobRows::find_job(JobId id) const {
  auto found = select_jobs(session_,
                           Fragment("SELECT id, kind, state, by, total, done, failed, input, cursor, created_at, ended_at, "
                                    "error FROM job WHERE id = ?",
                                    id));
  if (found.empty()) return {};
  return std::move(found.front());
}

std::vector<desk::Job> JobRows::jobs(const desk::JobSight& sight, JobId before, int limit) const {
  Fragment sql(
      "SELECT id, kind, state, by, total, done, failed, input, cursor, created_at, ended_at, error FROM job "
      "WHERE id < ?",
      before ? before.value : std::numeric_limits<std::int64_t>::max());
  if (sight.by) sql += Fragment(" AND by = ?", *sight.by);
  if (sight.on_tickets) sql += Fragment(" AND kind IN ('bulk', 'undo')");
  sql += Fragment(" ORDER BY id DESC LIMIT ?", std::min<std::int64_t>(limit, static_cast<std::int64_t>(page_cap)));
  return select_jobs(session_, sql);
}

std::vector<desk::JobResult> JobRows::results(JobId id, std::int64_t after_item, int limit) const {
  std::vector<desk::JobResult> out;
  session_
      .select<std::int64_t, std::string, std::string>(
          "SELECT item, outcome, detail FROM job_result WHERE job = ? AND item > ? ORDER BY item LIMIT ?", id,
          after_item, std::min<std::int64_t>(limit, static_cast<std::int64_t>(page_cap)))
      .each(page_cap, [&](std::int64_t item, std::string outcome, std::string detail) {
        desk::JobResult result;
        result.item = item;
        result.outcome = std::move(outcome);
        result.detail = std::move(detail);
        out.push_back(std::move(result));
      });
  return out;
}

JobId JobRows::add_job(const desk::Job& job) {
  session_.run(
      "INSERT INTO job(kind, state, by, total, done, failed, input, cursor, created_at, ended_at, error) "
      "VALUES(?,?,?,?,?,?,?,?,?,?,?)",
      job.kind, static_cast<int>(job.state), job.by, job.total, job.done, job.failed, job.input, job.cursor,
      job.created_at, job.ended_at, job.error);
  return JobId{session_.last_insert_id()};
}

void JobRows::save_job(const desk::Job& job) {
  session_.run(
      "UPDATE job SET state = ?, total = ?, done = ?, failed = ?, cursor = ?, ended_at = ?, error = ? WHERE id = ?",
      static_cast<int>(job.state), job.total, job.done, job.failed, job.cursor, job.ended_at, job.error, job.id);
}

void JobRows::add_result(JobId id, const desk::JobResult& result) {
  session_.run(
      "INSERT INTO job_result(job, item, outcome, detail) VALUES(?,?,?,?) "
      "ON CONFLICT(job, item) DO UPDATE SET outcome = excluded.outcome, detail = excluded.detail",
      id, result.item, result.outcome, result.detail);
}

std::vector<desk::Job> JobRows::running() const {
  return select_jobs(
      session_,
      Fragment("SELECT id, kind, state, by, total, done, failed, input, cursor, created_at, ended_at, error FROM job "
               "WHERE state = 0 ORDER BY id LIMIT 1000"));
}

std::optional<desk::RememberedAnswer> AnsweredRows::recall(const std::string& principal, const std::string& key) const {
  const auto rows =
      session_
          .select<Digest, int, std::string, std::int64_t>(
              "SELECT request, status, outcome, period FROM answered_0 WHERE principal = ? AND key = ? "
              "UNION ALL SELECT request, status, outcome, period FROM answered_1 WHERE principal = ? AND key = ? "
              "UNION ALL SELECT request, status, outcome, period FROM answered_2 WHERE principal = ? AND key = ?",
              principal, key, principal, key, principal, key)
          .all(3);
  if (rows.empty()) return {};
  const auto& [request, status, outcome, period] =
      *std::ranges::max_element(rows, {}, [](const auto& row) { return std::get<3>(row); });
  desk::RememberedAnswer answer;
  answer.request = request;
  answer.status = status;
  answer.outcome = outcome;
  return answer;
}

bool AnsweredRows::remember(const std::string& principal, const std::string& key, const desk::RememberedAnswer& answer,
                            Time now) {
  const auto period = period_of(now);
  const auto counted = session_.run(
      "INSERT INTO answered_count(principal, period, keys) VALUES(?,?,1) ON CONFLICT(principal, period) DO UPDATE SET "
      "keys = keys + 1 WHERE keys < ?",
      principal, period, most_keys_);
  if (counted == 0) return false;
  constexpr std::array<Sql, 3> inserts{
      "INSERT INTO answered_0(principal, key, period, request, status, outcome) VALUES(?,?,?,?,?,?)",
      "INSERT INTO answered_1(principal, key, period, request, status, outcome) VALUES(?,?,?,?,?,?)",
      "INSERT INTO answered_2(principal, key, period, request, status, outcome) VALUES(?,?,?,?,?,?)"};
  session_.run(inserts[static_cast<std::size_t>(period % 3)], principal, key, period, answer.request, answer.status,
               answer.outcome);
  return true;
}

void AnsweredRows::forget_old(Time now) {
  const auto oldest_kept = period_of(now) - 1;
  // A table without keys that still count is emptied as one; after days without service one may hold both kinds. Rows
  // stand in the order of their periods, so that the first and the last tell.
  struct Table {
    Sql first, last, some, all;
  };
  constexpr std::array<Table, 3> tables{{
      {"SELECT period FROM answered_0 ORDER BY rowid LIMIT 1",
       "SELECT period FROM answered_0 ORDER BY rowid DESC LIMIT 1", "DELETE FROM answered_0 WHERE period < ?",
       "DELETE FROM answered_0"},
      {"SELECT period FROM answered_1 ORDER BY rowid LIMIT 1",
       "SELECT period FROM answered_1 ORDER BY rowid DESC LIMIT 1", "DELETE FROM answered_1 WHERE period < ?",
       "DELETE FROM answered_1"},
      {"SELECT period FROM answered_2 ORDER BY rowid LIMIT 1",
       "SELECT period FROM answered_2 ORDER BY rowid DESC LIMIT 1", "DELETE FROM answered_2 WHERE period < ?",
       "DELETE FROM answered_2"},
  }};
  for (const Table& table : tables) {
    const auto first = session_.select<std::int64_t>(table.first).maybe();
    if (!first || std::get<0>(*first) >= oldest_kept) continue;
    if (std::get<0>(session_.select<std::int64_t>(table.last).one()) >= oldest_kept) {
      session_.run(table.some, oldest_kept);
    } else {
      session_.run(table.all);
    }
  }
  session_.run("DELETE FROM answered_count WHERE period < ?", oldest_kept);
}

}  // namespace docket::store
