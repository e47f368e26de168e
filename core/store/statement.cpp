// SPDX-License-Identifier: Apache-2.0
#include "store/statement.hpp"

#include <soci/soci.h>

#include <algorithm>
#include <deque>
#include <vector>

#include "store/errors.hpp"
#include "store/session.hpp"
#include "store/session_impl.hpp"
#include "store/sqlite_api.hpp"

namespace docket::store {
namespace {

/// A value on its way in or out. SOCI keeps its address, so it never moves.
struct Slot {
  Kind kind = Kind::integer;
  soci::indicator indicator = soci::i_null;
  long long integer = 0;
  double real = 0;
  std::string text;
  std::unique_ptr<soci::blob> blob;
};

}  // namespace

struct Statement::Impl {
  Impl(Session::Impl& s, std::string_view sql) : session(s), text(sql), statement(s.soci) {}

  [[noreturn]] void fail() { raise_from(session, text); }

  [[noreturn]] static void raise_from(Session::Impl& session, std::string_view sql) {
    auto* connection = session.connection();
    const int result = sqlite::sqlite3_extended_errcode(connection);
    // The message of a constraint names columns only; any other message could quote a value (FTS5 does).
    const bool safe = (result & 0xff) == SQLITE_CONSTRAINT;
    raise(result, sql, safe ? sqlite::sqlite3_errmsg(connection) : "");
  }

  Session::Impl& session;  // not the Session: that one may move
  std::string text;
  std::deque<Slot> binds;  // before the statement: it points into them
  std::deque<Slot> columns;
  soci::statement statement;
};

Statement::Statement(Session& session, std::string_view text, std::span<const Kind> binds,
                     std::span<const Kind> columns)
    : impl_(std::make_unique<Impl>(session.impl(), text)) {
  auto& soci_session = session.impl().soci;
  const auto make = [&](std::deque<Slot>& slots, std::span<const Kind> kinds) {
    for (const Kind kind : kinds) {
      Slot& slot = slots.emplace_back();
      slot.kind = kind;
      if (kind == Kind::blob) slot.blob = std::make_unique<soci::blob>(soci_session);
    }
  };
  make(impl_->binds, binds);
  make(impl_->columns, columns);
  try {
    auto& statement = impl_->statement;
    statement.alloc();
    for (Slot& slot : impl_->columns) {
      switch (slot.kind) {
        case Kind::integer:
          statement.exchange(soci::into(slot.integer, slot.indicator));
          break;
        case Kind::real:
          statement.exchange(soci::into(slot.real, slot.indicator));
          break;
        case Kind::text:
          statement.exchange(soci::into(slot.text, slot.indicator));
          break;
        case Kind::blob:
          statement.exchange(soci::into(*slot.blob, slot.indicator));
          break;
      }
    }
    for (Slot& slot : impl_->binds) {
      switch (slot.kind) {
        case Kind::integer:
          statement.exchange(soci::use(slot.integer, slot.indicator));
          break;
        case Kind::real:
          statement.exchange(soci::use(slot.real, slot.indicator));
          break;
        case Kind::text:
          statement.exchange(soci::use(slot.text, slot.indicator));
          break;
        case Kind::blob:
          statement.exchange(soci::use(*slot.blob, slot.indicator));
          break;
      }
    }
    statement.prepare(impl_->text);
    statement.define_and_bind();
  } catch (const soci::soci_error&) {
    auto* connection = session.impl().connection();
    const int result = sqlite::sqlite3_extended_errcode(connection);
    // Nothing is bound yet, so the message can hold literals only.
    raise(result == SQLITE_OK ? SQLITE_MISUSE : result, impl_->text, sqlite::sqlite3_errmsg(connection));
  }
  auto* backend = static_cast<soci::sqlite3_statement_backend*>(impl_->statement.get_backend());
  const auto wanted_binds = static_cast<std::size_t>(sqlite::sqlite3_bind_parameter_count(backend->stmt_));
  const auto wanted_columns = static_cast<std::size_t>(sqlite::sqlite3_column_count(backend->stmt_));
  if (wanted_binds != binds.size() || wanted_columns != columns.size()) {
    throw StoreMisuse("statement has " + std::to_string(wanted_binds) + " parameters and " +
                      std::to_string(wanted_columns) + " columns, given were " + std::to_string(binds.size()) +
                      " and " + std::to_string(columns.size()) + " in: " + impl_->text);
  }
}

Statement::~Statement() = default;

void Statement::bind_null(std::size_t at) {
  impl_->binds[at].indicator = soci::i_null;
}

void Statement::bind_integer(std::size_t at, std::int64_t value) {
  Slot& slot = impl_->binds[at];
  slot.integer = value;
  slot.indicator = soci::i_ok;
}

void Statement::bind_real(std::size_t at, double value) {
  Slot& slot = impl_->binds[at];
  slot.real = value;
  slot.indicator = soci::i_ok;
}

void Statement::bind_text(std::size_t at, std::string_view value) {
  Slot& slot = impl_->binds[at];
  slot.text.assign(value);
  slot.indicator = soci::i_ok;
}

void Statement::bind_blob(std::size_t at, std::string_view value) {
  Slot& slot = impl_->binds[at];
  // set_data replaces the whole value in one step; the generic write() would append to what was there before.
  static_cast<soci::sqlite3_blob_backend*>(slot.blob->get_backend())->set_data(value.data(), value.size());
  slot.indicator = soci::i_ok;
}

bool Statement::execute() {
  if (running_) throw StoreMisuse("statement is still being read: " + impl_->text);
  try {
    running_ = true;
    const bool row = impl_->statement.execute(true);
    if (!row) reset();
    return row;
  } catch (const soci::soci_error&) {
    // The code must be read before reset(), which overwrites it on some paths.
    try {
      impl_->fail();
    } catch (...) {
      reset();
      throw;
    }
  }
}

bool Statement::next() {
  try {
    const bool row = impl_->statement.fetch();
    if (!row) reset();
    return row;
  } catch (const soci::soci_error&) {
    try {
      impl_->fail();
    } catch (...) {
      reset();
      throw;
    }
  }
}

void Statement::reset() noexcept {
  running_ = false;
  auto* backend = static_cast<soci::sqlite3_statement_backend*>(impl_->statement.get_backend());
  sqlite::sqlite3_reset(backend->stmt_);
}

std::int64_t Statement::changes() const {
  return sqlite::sqlite3_changes(impl_->session.connection());
}

bool Statement::is_null(std::size_t at) const {
  return impl_->columns[at].indicator == soci::i_null;
}
std::int64_t Statement::integer(std::size_t at) const {
  return impl_->columns[at].integer;
}
double Statement::real(std::size_t at) const {
  return impl_->columns[at].real;
}
std::string Statement::take_text(std::size_t at) {
  return std::move(impl_->columns[at].text);
}

std::string Statement::take_blob(std::size_t at) {
  auto* backend = static_cast<soci::sqlite3_blob_backend*>(impl_->columns[at].blob->get_backend());
  return backend->get_len() == 0 ? std::string{} : std::string(backend->get_buffer(), backend->get_len());
}

bool Statement::fits(std::span<const Kind> binds, std::span<const Kind> columns) const {
  const auto same = [](const Slot& slot, Kind kind) { return slot.kind == kind; };
  return std::ranges::equal(impl_->binds, binds, same) && std::ranges::equal(impl_->columns, columns, same);
}

std::string_view Statement::text() const {
  return impl_->text;
}

}  // namespace docket::store
