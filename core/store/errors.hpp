// SPDX-License-Identifier: Apache-2.0
// What the database can fail with, as our own exceptions: SOCI's carry bound values in their text and stop in this
// room.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/failure.hpp"

namespace docket::store {

/// The environment failed below us. what() names the result code and the literal SQL, never a bound value, so it may be
/// logged; a client gets `as_error` instead.
class StoreError : public Failure {
 public:
  StoreError(ErrorCode answer, int result, Said what) : Failure(std::move(what)), answer_(answer), result_(result) {}
  /// The code that a client is answered with.
  [[nodiscard]] ErrorCode answer() const { return answer_; }
  /// SQLite's extended result code, 0 where none applies.
  [[nodiscard]] int result() const { return result_; }

 private:
  ErrorCode answer_;
  int result_;
};

/// Busy, cannot open, out of memory, an I/O error: nothing was written, a later try may succeed.
class StoreUnavailable : public StoreError {
 public:
  StoreUnavailable(int result, Said what) : StoreError(ErrorCode::database_unavailable, result, std::move(what)) {}
};

/// No space on the volume.
class StoreFull : public StoreError {
 public:
  StoreFull(int result, Said what) : StoreError(ErrorCode::storage_full, result, std::move(what)) {}
};

/// A statement ran past its deadline and was stopped.
class StoreTimeout : public StoreError {
 public:
  StoreTimeout(int result, const std::string& what) : StoreError(ErrorCode::overloaded, result, what) {}
};

/// The file is damaged or no database. Needs a person.
class StoreCorrupt : public StoreError {
 public:
  StoreCorrupt(int result, const std::string& what) : StoreError(ErrorCode::database_unavailable, result, what) {}
};

/// UNIQUE, FOREIGN KEY, CHECK or NOT NULL said no.
class ConstraintViolation : public StoreError {
 public:
  enum class Kind { unique, foreign_key, check, not_null, other };
  ConstraintViolation(Kind kind, int result, const std::string& what)
      : StoreError(ErrorCode::conflict, result, what), kind_(kind) {}
  [[nodiscard]] Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

/// Our own fault: SQL that does not parse, a column read as another type, more rows than allowed.
class StoreMisuse : public StoreError {
 public:
  explicit StoreMisuse(const std::string& what, int result = 0) : StoreError(ErrorCode::internal, result, what) {}
};

/// Whether what reached the disk is unknown: an fsync or a COMMIT failed with an I/O error. The process must end.
[[nodiscard]] bool is_fatal(const StoreError& error);

/// Throws the exception that fits SQLite's extended result code. `schema_text` may name tables and columns, never
/// values.
[[noreturn]] void raise(int extended_result, std::string_view sql, std::string_view schema_text);

/// What a client may see of it.
[[nodiscard]] Error as_error(const StoreError& error);

}  // namespace docket::store
