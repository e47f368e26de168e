// SPDX-License-Identifier: Apache-2.0
// The two doors to the database: work on the one writer, work on the readers; and what woke up through a commit.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/error.hpp"
#include "desk/ports/unit.hpp"

namespace docket::desk {

/// Where work may run. Every function may be called from any thread; `done` is called exactly once, after the commit,
/// on a thread of the database, and must only hand the outcome on. A full queue answers `overloaded`.
class Database {
 public:
  using Write = std::move_only_function<Result<void>(Unit&)>;
  using Read = std::move_only_function<Result<void>(const Reading&)>;
  using Done = std::move_only_function<void(Result<void>)>;

  virtual ~Database() = default;
  /// A job: its error undoes it; a neighbour's may, and then it runs again. A success that `done` hears is on disk.
  virtual void write(Write work, Done done) = 0;
  /// Short work that nobody waits for: goes along with whatever is written next, and waits a moment for that.
  virtual void write_patiently(Write work, Done done) = 0;
  /// A slice of long work: waits while people's jobs are queued. It runs once.
  virtual void write_slice(Write work, Done done) = 0;
  virtual void read(Read work, Done done) = 0;
  /// For reports and exports: a pool of its own with a longer deadline.
  virtual void read_long(Read work, Done done) = 0;
};

namespace detail {

/// Keeps the value of `work` until the outcome is final.
template <class Start, class Work, class Done>
void hand_over(Start start, Work work, Done done) {
  using Argument = std::conditional_t<std::is_invocable_v<Work&, Unit&>, Unit&, const Reading&>;
  using Outcome = std::invoke_result_t<Work&, Argument>;
  using Value = typename Outcome::value_type;
  if constexpr (std::is_void_v<Value>) {
    start(std::move(work), std::move(done));
  } else {
    auto kept = std::make_shared<std::optional<Value>>();
    start(
        [kept, work = std::move(work)](Argument argument) mutable -> Result<void> {
          auto outcome = work(argument);
          if (!outcome) return std::unexpected(std::move(outcome.error()));
          kept->emplace(std::move(*outcome));
          return {};
        },
        [kept, done = std::move(done)](Result<void> outcome) mutable {
          if (outcome) {
            done(Outcome(std::move(**kept)));
          } else {
            done(Outcome(std::unexpected(std::move(outcome.error()))));
          }
        });
  }
}

template <class Start, class Work>
auto hand_over_and_wait(Start start, Work work) {
  using Argument = std::conditional_t<std::is_invocable_v<Work&, Unit&>, Unit&, const Reading&>;
  using Outcome = std::invoke_result_t<Work&, Argument>;
  std::promise<Outcome> promise;
  auto future = promise.get_future();
  hand_over(std::move(start), std::move(work), [&promise](Outcome outcome) { promise.set_value(std::move(outcome)); });
  return future.get();
}

}  // namespace detail

/// `work`: Result<T>(Unit&); `done`: void(Result<T>).
template <class Work, class Done>
void write(Database& database, Work work, Done done) {
  detail::hand_over([&](auto w, auto d) { database.write(std::move(w), std::move(d)); }, std::move(work),
                    std::move(done));
}
template <class Work, class Done>
void read(Database& database, Work work, Done done) {
  detail::hand_over([&](auto w, auto d) { database.read(std::move(w), std::move(d)); }, std::move(work),
                    std::move(done));
}

/// The same, waiting for the outcome. Never from a thread of the database or an io thread.
template <class Work>
[[nodiscard]] auto write_and_wait(Database& database, Work work) {
  return detail::hand_over_and_wait([&](auto w, auto d) { database.write(std::move(w), std::move(d)); },
                                    std::move(work));
}
template <class Work>
[[nodiscard]] auto write_patiently_and_wait(Database& database, Work work) {
  return detail::hand_over_and_wait([&](auto w, auto d) { database.write_patiently(std::move(w), std::move(d)); },
                                    std::move(work));
}
template <class Work>
[[nodiscard]] auto write_slice_and_wait(Database& database, Work work) {
  return detail::hand_over_and_wait([&](auto w, auto d) { database.write_slice(std::move(w), std::move(d)); },
                                    std::move(work));
}
template <class Work>
[[nodiscard]] auto read_and_wait(Database& database, Work work) {
  return detail::hand_over_and_wait([&](auto w, auto d) { database.read(std::move(w), std::move(d)); },
                                    std::move(work));
}

template <class Work>
[[nodiscard]] auto read_long_and_wait(Database& database, Work work) {
  return detail::hand_over_and_wait([&](auto w, auto d) { database.read_long(std::move(w), std::move(d)); }, std::move(work));
}

}  // namespace docket::desk
