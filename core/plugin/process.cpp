// SPDX-License-Identifier: Apache-2.0
#include "plugin/process.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/log.hpp"
#include "docket/plugin.h"

namespace docket::plugin {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kStartTime = 30s;       // everybody else goes first, so a busy machine takes its time
constexpr auto kGrace = 250ms;         // beyond a call's deadline, for the answer to arrive
constexpr auto kStopGrace = 3s;        // for a call that is under way when the desk stops
constexpr auto kMostBusy = 250ms;      // of the processor in one call; then it goes last until it answers
constexpr int kDoubtful = 2;           // failures in a row, after which it goes last from the beginning
constexpr auto kSeldomLook = 1s;       // at that, in a call that takes long
constexpr auto kSteadyAfter = 60s;     // a process that ran so long begins anew with back-off
constexpr std::size_t kErrorBytes = 16 * 1024;  // of standard error, kept a call
constexpr int kMostQuestions = 100'000;         // of one call, lines for the log among them

std::int64_t number_in(const boost::json::object& from, std::string_view name, std::int64_t fallback) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : fallback;
}

std::chrono::seconds back_off(int failures) {
  return std::min(60s, std::chrono::seconds{1} * (1 << std::clamp(failures - 1, 0, 6)));
}

std::string ending(int status) {
  if (WIFSIGNALED(status)) return std::string("it was ended by signal ") + ::strsignal(WTERMSIG(status));
  return "it ended with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Process::~Process() {
  stop();
}

bool Process::child_has_ended(int& status) {
  const std::scoped_lock lock(child_mutex_);
  return has_ended(child_, status);
}

void Process::end_the_child() {
  const std::scoped_lock lock(child_mutex_);
  end_child(child_);
}

void Process::cut_off() {
  const std::scoped_lock lock(child_mutex_);
  stopped_ = true;
  if (child_.pid > 0) ::kill(child_.pid, SIGKILL);
}

void Process::stop() {
  std::unique_lock lock(call_mutex_, kStopGrace);
  if (!lock.owns_lock()) {
    cut_off();
    lock.lock();
  }
  stopped_ = true;
  channel_.reset();
  end_the_child();
  const std::scoped_lock state(state_mutex_);
  state_.running = false;
}

ProcessState Process::state() const {
  const std::scoped_lock lock(state_mutex_);
  return state_;
}

void Process::revive() {
  const std::scoped_lock lock(state_mutex_);
  state_.down_until.reset();
}

void Process::read_errors() {
  std::array<char, 4096> piece{};
  while (child_.errors) {
    const auto n = ::read(child_.errors.get(), piece.data(), piece.size());
    if (n <= 0) break;
    if (errors_.size() < kErrorBytes) errors_.append(piece.data(), std::min(static_cast<std::size_t>(n), kErrorBytes - errors_.size()));
  }
}

/// What it wrote to its standard error goes to the plugin's log, and the process is done with.
void Process::broke(std::string why) {
  read_errors();
  int status = 0;
  channel_.reset();
  // The end of the channel is often seen before the end of the process.
  for (int i = 0; child_.pid > 0 && i < 20 && !child_has_ended(status); ++i) ::poll(nullptr, 0, 5);
  if (child_.pid <= 0 && status != 0) why += "; " + ending(status);
  end_the_child();
  if (Clock::now() - started_at_ > kSteadyAfter) failures_ = 0;
  ++failures_;
  if (!errors_.empty()) services_.say(DOCKET_LOG_ERROR, "standard error: " + errors_);
  errors_.clear();
  services_.say(DOCKET_LOG_ERROR, why);
  const std::scoped_lock lock(state_mutex_);
  state_.running = false;
  state_.last_error = why;
  state_.down_until = Clock::now() + back_off(failures_);
  ++state_.broken_calls;
}

std::optional<CallAnswer> Process::ensure_started() {
  int status = 0;
  if (child_.pid > 0 && child_has_ended(status)) broke("the plugin's process is gone: " + ending(status));
  if (child_.pid > 0) return std::nullopt;
  if (stopped_) return CallAnswer{.text = "the plugin is stopped"};
  {
    const std::scoped_lock lock(state_mutex_);
    if (state_.down_until && Clock::now() < *state_.down_until)
      return CallAnswer{.text = "the plugin waits to be restarted: " + state_.last_error};
    if (state_.down_until || failures_ > 0) ++state_.restarts;
    state_.down_until.reset();
  }
  try {
    auto child = spawner_.start("plugin-host");
    const std::scoped_lock lock(child_mutex_);
    child_ = std::move(child);
    if (stopped_) ::kill(child_.pid, SIGKILL);  // cut off meanwhile
  } catch (const std::exception& error) {
    broke(std::string("the plugin's process does not start: ") + error.what());
    return CallAnswer{.kind = CallAnswer::Kind::broken, .text = "the plugin's process does not start"};
  }
  started_at_ = Clock::now();
  channel_.emplace(Descriptor(child_.channel.release()));
  boost::json::object head{{"start", true},
                           {"library", order_.library},
                           {"sha256", order_.sha256},
                           {"trust_file", order_.trust_file},
                           {"memory_mib", order_.memory_mib}};
  auto answer = converse(std::move(head), order_.settings, kStartTime);
  if (answer.kind == CallAnswer::Kind::answered && answer.status != DOCKET_OK) {
    broke("the plugin does not start: " + answer.text);
    answer.kind = CallAnswer::Kind::broken;
  }
  if (answer.kind != CallAnswer::Kind::answered) return answer;
  const std::scoped_lock lock(state_mutex_);
  state_.running = true;
  return std::nullopt;
}

/// A call that keeps the processor busy, or one of a process that failed again and again and costs the time of its start
/// each time: it must not delay the desk, nor the other plugins, until it answers.
class Process::Busyness {
 public:
  Busyness(const Child& child, HostServices& services, bool doubtful)
      : child_(child), services_(services), goes_last_(doubtful && go_last(child_, true)) {}

  [[nodiscard]] Clock::time_point next_look() const { return next_; }
  void look(Clock::time_point now) {
    if (now < next_) return;
    next_ = now + std::clamp<Clock::duration>(now - began_, kMostBusy, kSeldomLook);
    if (processor_of(child_) - before_ < kMostBusy) return;
    goes_last_ = go_last(child_, true);  // again each time: it may have started threads
  }
  /// It has answered.
  void over() {
    if (!goes_last_ || go_last(child_, false)) return;
    services_.say(DOCKET_LOG_WARNING, "it kept the processor busy in one call, and goes last for it until it ends: "
                                      "the system allows no way back (LimitNICE=+10 of the service does)");
  }

 private:
  const Child& child_;
  HostServices& services_;
  const std::chrono::nanoseconds before_ = processor_of(child_);
  const Clock::time_point began_ = Clock::now();
  Clock::time_point next_ = began_ + kMostBusy;
  bool goes_last_;
};

/// What the server can not do just now, on a full disk for instance, is the plugin's answer and not the server's end.
Frame Process::answer(Frame question, Clock::time_point deadline) {
  try {
    return services_.answer(question.head, std::move(question.body), std::move(question.descriptor), deadline);
  } catch (const ChannelError&) {
    throw;
  } catch (const std::exception& error) {
    log::error("plugin_service_failed", {{"library", order_.library}, {"reason", std::string_view(error.what())}});
    Frame failed;
    failed.head = {{"status", DOCKET_FAILED}};
    failed.body = "The server can not do this just now.";
    return failed;
  }
}

CallAnswer Process::converse(boost::json::object head, std::string_view body, std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  head["deadline_ms"] = timeout.count();
  Busyness busyness(child_, services_, failures_ >= kDoubtful);
  try {
    channel_->send(head, body, -1, deadline);
    for (int questions = 0; questions < kMostQuestions;) {
      bool noise = false;
      const bool ready = channel_->wait(std::min(deadline + kGrace, busyness.next_look()), child_.errors.get(), &noise);
      busyness.look(Clock::now());
      if (noise) {
        read_errors();
        if (errors_.size() >= kErrorBytes) child_.errors.reset();  // whoever floods gets a broken pipe
      }
      if (!ready) {
        if (Clock::now() > deadline + kGrace) throw ChannelError(ChannelError::Kind::late, "it did not answer in time and was killed");
        continue;
      }
      auto frame = channel_->receive(deadline + kGrace);
      if (frame.head.contains("say")) {
        ++questions;
        services_.say(static_cast<int>(number_in(frame.head, "say", DOCKET_LOG_INFO)), std::move(frame.body));
        continue;
      }
      if (frame.head.contains("ask")) {
        ++questions;
        auto reply = answer(std::move(frame), deadline);
        channel_->send(reply.head, reply.body, reply.descriptor.get(), deadline + kGrace);
        continue;
      }
      if (!frame.head.contains("answer")) throw ChannelError(ChannelError::Kind::garbage, "it said what no host says");
      busyness.over();
      CallAnswer out;
      out.kind = CallAnswer::Kind::answered;
      out.status = static_cast<int>(number_in(frame.head, "answer", DOCKET_FAILED));
      if (const auto* text = frame.head.if_contains("text"); text != nullptr && text->is_string())
        out.text = std::string(text->get_string());
      out.body = std::move(frame.body);
      return out;
    }
    throw ChannelError(ChannelError::Kind::garbage, "it asked too much in one call");
  } catch (const ChannelError& error) {
    const std::string why = error.kind() == ChannelError::Kind::closed ? "the plugin's process ended in a call" : error.what();
    broke(why);
    return {.kind = CallAnswer::Kind::broken, .text = why};
  } catch (const std::length_error&) {
    return {.kind = CallAnswer::Kind::answered, .status = DOCKET_REFUSED, .text = "the request is too large for a plugin"};
  }
}

CallAnswer Process::call(std::string_view name, boost::json::object head, std::string_view body,
                         std::chrono::milliseconds timeout) {
  const std::unique_lock lock(call_mutex_, timeout);
  if (!lock.owns_lock()) return {.text = "the plugin is busy"};
  if (auto failed = ensure_started()) return std::move(*failed);
  {
    const std::scoped_lock state(state_mutex_);
    ++state_.calls;
  }
  head["call"] = name;
  auto answer = converse(std::move(head), body, timeout);
  if (answer.kind == CallAnswer::Kind::answered) failures_ = 0;
  return answer;
}

void Process::look_after(bool keep_running) {
  const std::unique_lock lock(call_mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return;  // it is being called, so whoever calls looks after it
  int status = 0;
  if (child_.pid > 0) {
    if (child_has_ended(status)) broke("the plugin's process is gone: " + ending(status));
    return;
  }
  if (keep_running) (void)ensure_started();
}

}  // namespace docket::plugin
