// SPDX-License-Identifier: Apache-2.0
// One prepared statement with the buffers that SOCI binds from and fetches into, kept for the life of its session.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace docket::store {

class Session;

/// The four storage classes that we use. Every one may also be NULL.
enum class Kind : std::uint8_t { integer, real, text, blob };

/// Used by one thread, that of its session, and destroyed before it. Positions count from 0. Values that are bound are
/// copied into the statement. Bytes go as BLOB (bytea on PostgreSQL), since text with U+0000 is cut by some backends.
class Statement {
 public:
  Statement(Session& session, std::string_view text, std::span<const Kind> binds, std::span<const Kind> columns);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  void bind_null(std::size_t at);
  void bind_integer(std::size_t at, std::int64_t value);
  void bind_real(std::size_t at, double value);
  void bind_text(std::size_t at, std::string_view value);
  void bind_blob(std::size_t at, std::string_view value);

  /// Runs it. True if there is a first row to read. Throws StoreError.
  bool execute();
  /// The next row, if any. Throws StoreError.
  bool next();
  /// Ends the read that execute() began. A statement that is not reset keeps its read transaction open.
  void reset() noexcept;

  /// Rows that the last run inserted, updated or deleted.
  [[nodiscard]] std::int64_t changes() const;

  [[nodiscard]] bool is_null(std::size_t at) const;
  [[nodiscard]] std::int64_t integer(std::size_t at) const;
  [[nodiscard]] double real(std::size_t at) const;
  [[nodiscard]] std::string take_text(std::size_t at);  ///< moves it out of the buffer
  [[nodiscard]] std::string take_blob(std::size_t at);

  [[nodiscard]] bool fits(std::span<const Kind> binds, std::span<const Kind> columns) const;
  [[nodiscard]] std::string_view text() const;
  [[nodiscard]] bool running() const { return running_; }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  bool running_ = false;
};

}  // namespace docket::store
