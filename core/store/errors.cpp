// SPDX-License-Identifier: Apache-2.0
#include "store/errors.hpp"

#include "store/sqlite_api.hpp"

namespace docket::store {
namespace {

constexpr std::size_t kSqlShown = 120;  // enough to find the statement

std::string describe(int result, std::string_view sql, std::string_view schema_text) {
  std::string text = "SQLite result " + std::to_string(result) + " (" + sqlite::sqlite3_errstr(result) + ")";
  if (!schema_text.empty()) text.append(": ").append(schema_text);
  if (!sql.empty()) text.append(" in: ").append(sql.substr(0, kSqlShown));
  return text;
}

ConstraintViolation::Kind constraint_kind(int result) {
  switch (result) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return ConstraintViolation::Kind::unique;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return ConstraintViolation::Kind::foreign_key;
    case SQLITE_CONSTRAINT_CHECK:
      return ConstraintViolation::Kind::check;
    case SQLITE_CONSTRAINT_NOTNULL:
      return ConstraintViolation::Kind::not_null;
    default:
      return ConstraintViolation::Kind::other;
  }
}

}  // namespace

bool is_fatal(const StoreError& error) {
  switch (error.result()) {
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC:
    case SQLITE_IOERR_COMMIT_ATOMIC:
    case SQLITE_IOERR_ROLLBACK_ATOMIC:
      return true;
    default:
      return false;
  }
}

void raise(int extended_result, std::string_view sql, std::string_view schema_text) {
  const std::string what = describe(extended_result, sql, schema_text);
  switch (extended_result & 0xff) {
    case SQLITE_FULL:
      throw StoreFull(extended_result, what);
    case SQLITE_CONSTRAINT:
      throw ConstraintViolation(constraint_kind(extended_result), extended_result, what);
    case SQLITE_INTERRUPT:
      throw StoreTimeout(extended_result, what);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      throw StoreCorrupt(extended_result, what);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
      throw StoreUnavailable(extended_result, what);
    default:
      throw StoreMisuse(what, extended_result);
  }
}

Error as_error(const StoreError& error) {
  Error answer;
  answer.code = error.answer();
  switch (error.answer()) {
    case ErrorCode::storage_full:
      answer.say({"The storage of this desk is full; nothing was changed.", "服务器存储空间已满，没有保存，请联系管理员。"});
      answer.retry_after_seconds = 10;
      break;
    case ErrorCode::overloaded:
      answer.say({"The query took too long and was stopped; narrow it or try again.", "查询太久，已停止。请缩小范围，或稍候再试。"});
      answer.retry_after_seconds = 2;
      break;
    case ErrorCode::database_unavailable:
      answer.say({"The database did not answer; nothing was changed.", "数据库没有响应，没有保存，请稍候再试。"});
      answer.retry_after_seconds = 5;
      break;
    case ErrorCode::conflict:
      answer.say({"Something with the same key exists, or something it refers to does not.", "已有相同的一项，或所指的一项不存在。"});
      break;
    default:
      answer.say({"An internal error stopped this; nothing was changed.", "服务器出错，没有保存，请稍候再试。"});
      break;
  }
  return answer;
}

}  // namespace docket::store
