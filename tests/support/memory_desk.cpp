// SPDX-License-Identifier: Apache-2.0
#include "support/memory_desk.hpp"

#include <algorithm>
#include <exception>

#include "desk/attachments.hpp"
#include "domain/unusable_definitions.hpp"
#include "support/memory_rows.hpp"

namespace docket::test {

std::vector<desk::RecordedDeskEvent> MemoryStream::desk_events(std::int64_t before, int limit) const {
  std::vector<desk::RecordedDeskEvent> found;
  for (auto at = rows_.desk_events.rbegin(); at != rows_.desk_events.rend(); ++at) {
    if ((before == 0 || at->sequence < before) && std::cmp_less(found.size(), limit)) found.push_back(*at);
  }
  return found;
}

std::vector<desk::FeedEntry> MemoryStream::feed(std::int64_t position, int limit) const {
  std::vector<desk::FeedEntry> found;
  for (const auto& entry : rows_.feed) {
    if (entry.position > position && std::cmp_less(found.size(), limit)) found.push_back(entry);
  }
  return found;
}

std::int64_t MemoryStream::feed_head() const {
  return static_cast<std::int64_t>(rows_.feed.size());
}

std::vector<desk::FeedEntry> MemoryStream::feed_of_kind(const std::string& kind, std::int64_t from,
                                                        std::int64_t before, int limit) const {
  std::vector<desk::FeedEntry> found;
  for (auto at = rows_.feed.rbegin(); at != rows_.feed.rend(); ++at) {
    if (at->position < before && at->position >= from && at->kind == kind && std::cmp_less(found.size(), limit))
      found.push_back(*at);
  }
  return found;
}

void MemoryStream::append(const domain::Actor& actor, const desk::DeskEvent& event, Time at) {
  const auto sequence = static_cast<std::int64_t>(rows_.desk_events.size()) + 1;
  rows_.desk_events.push_back({sequence, at, actor, event});
  rows_.feed.push_back({static_cast<std::int64_t>(rows_.feed.size()) + 1, 0, sequence, event.kind, at});
}

std::optional<desk::BundleFiles> MemoryBundles::bundle_files(const std::string& digest) const {
  return lookup(rows_.bundles, digest);
}

std::vector<desk::Publication> MemoryBundles::publications(std::int64_t before, int limit) const {
  std::vector<desk::Publication> found;
  for (auto at = rows_.publications.rbegin(); at != rows_.publications.rend(); ++at) {
    if ((before == 0 || at->number < before) && std::cmp_less(found.size(), limit)) found.push_back(*at);
  }
  return found;
}

std::optional<desk::Publication> MemoryBundles::active_publication() const {
  if (rows_.publications.empty()) return {};
  return rows_.publications.back();
}

desk::StateMapping MemoryBundles::mapping(std::int64_t publication) const {
  return lookup(rows_.mappings, publication).value_or(desk::StateMapping{});
}

std::int64_t MemoryBundles::publish(const domain::Definitions& definitions, const desk::BundleFiles& files,
                                    const desk::Publication& publication, const desk::StateMapping& mapping) {
  const auto& digest = definitions.digest;
  rows_.bundles[digest] = files;
  rows_.publications.push_back(publication);
  auto& row = rows_.publications.back();
  row.number = static_cast<std::int64_t>(rows_.publications.size());
  row.digest = digest;
  rows_.mappings[row.number] = mapping;
  return row.number;
}

std::optional<desk::Job> MemoryJobs::find_job(JobId id) const {
  return lookup(rows_.jobs, id);
}

std::vector<desk::Job> MemoryJobs::jobs(const desk::JobSight& sight, JobId before, int limit) const {
  return newest(rows_.jobs, before, limit, [&](const desk::Job& job) { return sight.covers(job); });
}

std::vector<desk::JobResult> MemoryJobs::results(JobId id, std::int64_t after_item, int limit) const {
  std::vector<desk::JobResult> found;
  for (const auto& [key, result] : rows_.job_results) {
    if (key.first == id && key.second > after_item && std::cmp_less(found.size(), limit)) found.push_back(result);
  }
  return found;
}

JobId MemoryJobs::add_job(const desk::Job& job) {
  const JobId id{++rows_.last_id};
  rows_.jobs[id] = job;
  rows_.jobs[id].id = id;
  return id;
}
void MemoryJobs::save_job(const desk::Job& job) {
  rows_.jobs[job.id] = job;
}
void MemoryJobs::add_result(JobId id, const desk::JobResult& result) {
  rows_.job_results[{id, result.item}] = result;
}

std::vector<desk::Job> MemoryJobs::running() const {
  std::vector<desk::Job> found;
  for (const auto& [id, job] : rows_.jobs) {
    if (job.state == desk::JobState::running) found.push_back(job);
  }
  return found;
}

std::optional<desk::RememberedAnswer> MemoryAnswers::recall(const std::string& principal,
                                                            const std::string& key) const {
  return lookup(rows_.answers, std::pair{principal, key});
}

bool MemoryAnswers::remember(const std::string& principal, const std::string& key, const desk::RememberedAnswer& answer,
                             Time) {
  constexpr std::ptrdiff_t most = 1000;
  const auto held =
      std::ranges::count_if(rows_.answers, [&](const auto& entry) { return entry.first.first == principal; });
  if (held >= most) return false;
  rows_.answers[{principal, key}] = answer;
  return true;
}

std::optional<desk::Attachment> MemoryAttachments::find_attachment(AttachmentId id) const {
  ++rows_.files_asked;
  return lookup(rows_.attachments, id);
}

std::vector<desk::Attachment> MemoryAttachments::attachments(TicketId ticket) const {
  std::vector<desk::Attachment> found;
  for (const auto& [id, attachment] : rows_.attachments) {
    if (attachment.ticket == ticket) found.push_back(attachment);
  }
  return found;
}

AttachmentId MemoryAttachments::add_attachment(const desk::Attachment& attachment) {
  const AttachmentId id{++rows_.last_id};
  rows_.attachments[id] = attachment;
  rows_.attachments[id].id = id;
  return id;
}

bool MemoryAttachments::bind(AttachmentId id, TicketId ticket, const domain::Actor& by, bool internal) {
  const auto found = rows_.attachments.find(id);
  if (found == rows_.attachments.end() || found->second.ticket || !desk::owns({by.kind, by.id, {}}, found->second)) return false;
  found->second.ticket = ticket;
  found->second.by.name = by.name;
  found->second.internal = internal;
  return true;
}

std::int64_t MemoryAttachments::bytes_unbound(const domain::Actor& by) const {
  std::int64_t bytes = 0;
  for (const auto& [id, attachment] : rows_.attachments) {
    if (!attachment.ticket && desk::owns(by, attachment)) bytes += attachment.size;
  }
  return bytes;
}

std::int64_t MemoryAttachments::bytes_on_ticket(TicketId ticket) const {
  std::int64_t bytes = 0;
  for (const auto& attachment : attachments(ticket)) bytes += attachment.size;
  return bytes;
}

std::vector<std::string> MemoryAttachments::drop_unbound(Time before, int) {
  std::vector<std::string> digests;
  const auto named = [](const auto& all, AttachmentId id) {
    return std::ranges::any_of(
        all, [&](const auto& one) { return std::ranges::count(one.second.written.attachments, id.value) > 0; });
  };
  std::erase_if(rows_.attachments, [&](const auto& row) {
    const bool drop = !row.second.ticket && row.second.created_at < before && !named(rows_.drafts, row.first) &&
                      !named(rows_.held, row.first);
    if (drop) digests.push_back(row.second.sha256);
    return drop;
  });
  return digests;
}

std::vector<std::string> MemoryAttachments::without_row(std::vector<std::string> digests) const {
  std::erase_if(digests, [&](const std::string& digest) {
    return std::ranges::any_of(rows_.attachments, [&](const auto& row) { return row.second.sha256 == digest; });
  });
  return digests;
}

MemoryDesk::MemoryDesk(domain::Definitions definitions) {
  activate(std::move(definitions));
}

void MemoryDesk::activate(domain::Definitions definitions) {
  active_ = std::make_shared<const domain::Definitions>(std::move(definitions));
  bundles_known_[active_->digest] = active_;
}

std::shared_ptr<const domain::Definitions> MemoryDesk::get(const std::string& digest) const {
  const auto found = bundles_known_.find(digest);
  if (found == bundles_known_.end()) throw domain::UnusableDefinitions("a bundle that was never published");
  return found->second;
}

desk::Unit MemoryDesk::unit() {
  return {tickets_, outbox_,      directory_, access_, stream_, bundles_, jobs_,
          answers_, attachments_, plugins_,   links_,  notices_, workspace_, now,
          active_,  *this,        wakes};
}

desk::Reading MemoryDesk::reading() {
  return {tickets_,     outbox_,  directory_, access_, stream_,  bundles_,   jobs_,
          attachments_, plugins_, reports_,   links_,  notices_, workspace_, now, active_, *this};
}

Result<void> MemoryDesk::run(Write& work) {
  try {
    auto job = unit();
    return work(job);
  } catch (const std::exception&) {
    return fail(ErrorCode::internal, "");
  }
}

void MemoryDesk::write(Write work, Done done) {
  const MemoryRows before = rows;
  const desk::Wakes woken = wakes;
  auto outcome = run(work);
  if (outcome) {
    rows = before;
    wakes = woken;
    outcome = run(work);
  }
  end(before, std::move(outcome), done);
}

void MemoryDesk::write_slice(Write work, Done done) {
  const MemoryRows before = rows;
  auto outcome = run(work);
  end(before, std::move(outcome), done);
}

void MemoryDesk::end(const MemoryRows& before, Result<void> outcome, Done& done) {
  if (outcome)
    ++writes;
  else
    rows = before;
  done(std::move(outcome));
}

void MemoryDesk::read(Read work, Done done) {
  ++reads;
  Result<void> outcome;
  try {
    outcome = work(reading());
  } catch (const std::exception&) {
    outcome = fail(ErrorCode::internal, "");
  }
  done(std::move(outcome));
}

}  // namespace docket::test
