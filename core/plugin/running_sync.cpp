// SPDX-License-Identifier: Apache-2.0
// Pulling a source's records, page by page: each page is on disk with its cursor before the next is asked for, so a kill
// on either side repeats a page at most, and a repeated page changes nothing.
#include <boost/json/serialize.hpp>

#include "base/both.hpp"
#include "desk/plugin_command.hpp"
#include "desk/sync_records.hpp"
#include "plugin/running.hpp"

namespace docket::plugin {
namespace {

namespace bj = boost::json;
using namespace std::chrono_literals;

constexpr int kPage = 200;

/// Kept beside the plugin's own state, out of its reach.
std::string shelf_of(const domain::PluginUse& use) {
  return use.name + "#sync";
}

struct Position {
  std::string cursor{};
  std::optional<Time> full_since{};  ///< a full pass is under way since then
  std::optional<Time> full_done{}, done{};
};

Position read_position(const desk::PluginReader& plugins, const domain::PluginUse& use, const std::string& resource) {
  const auto shelf = shelf_of(use);
  const auto time = [&](const char* what) -> std::optional<Time> {
    const auto text = plugins.state(shelf, resource + what);
    return text ? from_rfc3339(*text) : std::nullopt;
  };
  Position out;
  out.full_since = time("/full_since");
  out.full_done = time("/full_done");
  out.done = time("/done");
  out.cursor = plugins.state(shelf, resource + (out.full_since ? "/full_cursor" : "/cursor")).value_or("");
  return out;
}

}  // namespace

void Running::sync_loop() {
  std::vector<std::chrono::steady_clock::time_point> next(use_.sync.size(), std::chrono::steady_clock::now());
  while (true) {
    auto soonest = std::chrono::steady_clock::now() + 60s;
    for (std::size_t i = 0; i < use_.sync.size(); ++i) {
      // Orders name customers and customers name organizations: the rules run in the order in which they are written.
      while (next[i] <= std::chrono::steady_clock::now()) {
        {
          const std::scoped_lock lock(mutex_);
          if (stopping_) return;
        }
        desk::SyncState state;
        {
          const std::scoped_lock lock(mutex_);
          state = sync_states_[i];
        }
        const auto wait = sync_once(use_.sync[i], state);
        {
          const std::scoped_lock lock(mutex_);
          sync_states_[i] = state;
        }
        next[i] = std::chrono::steady_clock::now() + wait;
        if (wait > 0ms) break;
      }
      soonest = std::min(soonest, next[i]);
    }
    std::unique_lock lock(mutex_);
    if (changed_.wait_until(lock, soonest, [this] { return stopping_; })) return;
  }
}

/// Everything of the source that this pass did not see is gone there: slice by slice, as there may be very much of it.
Result<std::int64_t> Running::end_full_pass(const domain::SyncRule& rule, Time since, const std::string& cursor) {
  std::int64_t deleted = 0;
  while (true) {
    {
      const std::scoped_lock lock(mutex_);
      if (stopping_) return fail(ErrorCode::shutting_down, {"The desk is stopping; the pass is ended after its next start.", "服务器正在停止，这一轮同步在下次启动后完成。"});
    }
    const auto unseen = desk::write_slice_and_wait(plugins_.database_, [&](desk::Unit& unit) -> Result<std::int64_t> {
      const auto marked = desk::mark_unseen(unit, use_, rule, since);
      if (marked > 0) return marked;
      const auto shelf = shelf_of(use_);
      const auto put = [&](const char* what, const std::string& value) { (void)unit.plugins.put_state(shelf, rule.resource + what, value); };
      put("/full_since", {});
      put("/full_cursor", {});
      put("/full_done", to_rfc3339(unit.now));
      put("/cursor", cursor);
      put("/done", to_rfc3339(unit.now));
      return marked;
    });
    if (!unseen) return std::unexpected(unseen.error());
    if (*unseen == 0) return deleted;
    deleted += *unseen;
  }
}

std::chrono::milliseconds Running::sync_once(const domain::SyncRule& rule, desk::SyncState& state) {
  const auto every = std::chrono::duration_cast<std::chrono::milliseconds>(rule.every);
  const auto position = desk::read_and_wait(plugins_.database_, [&](const desk::Reading& reading) -> Result<Position> {
    return read_position(reading.plugins, use_, rule.resource);
  });
  if (!position) return 5s;
  const auto now = plugins_.clock_.now();
  // What was done shortly before a restart is not done again at once.
  if (state.state == "waiting" && position->done && !position->full_since && now - *position->done < rule.every && now >= *position->done)
    return std::chrono::ceil<std::chrono::milliseconds>(rule.every - (now - *position->done));
  const bool full_is_due = rule.full_every > Duration{} && (!position->full_done || now - *position->full_done >= rule.full_every);
  const bool begins_full = !position->full_since && full_is_due && state.state != "running";
  const auto full_since = begins_full ? std::optional(now) : position->full_since;
  if (state.state != "running") {
    state = {.resource = rule.resource, .state = "running", .full = full_since.has_value(), .done_at = state.done_at};
  }
  const auto asked_from = begins_full ? std::string{} : position->cursor;
  const bj::object request{{"resource", rule.resource},
                           {"cursor", asked_from},
                           {"limit", kPage},
                           {"full", full_since.has_value()}};
  const auto answer = pull(bj::serialize(request));
  const auto failed = [&](std::string why) {
    if (state.error != why) say(2, "pulling " + rule.resource + " failed: " + why);
    state.state = "failed";
    state.error = std::move(why);
    return std::clamp<std::chrono::milliseconds>(every, 1s, 60s);
  };
  if (!answer.good()) return failed(answer.text);
  const auto page = desk::write_slice_and_wait(plugins_.database_, [&](desk::Unit& unit) -> Result<desk::SyncedPage> {
    const auto principal = desk::plugin_principal(unit.directory, *unit.active, use_);
    if (!principal) return std::unexpected(principal.error());
    if (!principal->may(domain::Right::customer_edit))
      return fail(ErrorCode::forbidden, both("The account {} needs the right customer_edit to take records.", "账号 {} 需要“修改客户”权限才能接收记录。", use_.user));
    auto taken = desk::take_page(unit, use_, rule, *principal, answer.text, full_since);
    if (!taken) return taken;
    if (taken->more && taken->cursor == asked_from)
      return fail_field("/cursor", {"The answer to pull says that there is more, and its cursor stands still.", "插件说还有更多记录，但游标没有前进。"});
    const auto shelf = shelf_of(use_);
    const auto put = [&](const char* what, const std::string& value) { (void)unit.plugins.put_state(shelf, rule.resource + what, value); };
    if (full_since) {
      // A pass ends with end_full_pass(), and until then its last page may be asked for again.
      if (begins_full || taken->more) put("/full_since", to_rfc3339(*full_since));
      if (taken->more) put("/full_cursor", taken->cursor);
      return taken;
    }
    put("/cursor", taken->cursor);
    if (!taken->more) put("/done", to_rfc3339(unit.now));
    return taken;
  });
  if (!page) return failed(page.error().detail);
  if (page->more && page->cursor == asked_from)
    return failed("it says that there is more, and gives no other place to go on from");
  std::int64_t unseen = 0;
  if (full_since && !page->more) {
    const auto ended = end_full_pass(rule, *full_since, page->cursor);
    if (!ended) return failed(ended.error().detail);
    unseen = *ended;
  }
  state.state = "running";
  state.error.clear();
  state.seen += page->seen;
  state.made += page->made;
  state.changed += page->changed;
  state.deleted += page->deleted + unseen;
  state.refused += page->refused;
  if (page->total) state.total = page->total;
  if (page->more) return 0ms;
  state.state = "waiting";
  state.done_at = plugins_.clock_.now();
  if (state.made + state.changed + state.deleted + state.refused > 0) {
    say(1, "pulled " + rule.resource + ": " + std::to_string(state.seen) + " seen, " + std::to_string(state.made) + " new, " +
               std::to_string(state.changed) + " changed, " + std::to_string(state.deleted) + " deleted, " + std::to_string(state.refused) + " refused");
  }
  return every;
}

}  // namespace docket::plugin
