// SPDX-License-Identifier: Apache-2.0
// The one door to SQLite's C interface: SOCI puts it into a namespace, and no other file may include it a second way.
#pragma once

#include <soci/sqlite3/soci-sqlite3.h>

namespace docket::store {
namespace sqlite = ::sqlite_api;
using ::sqlite_api::sqlite3_destructor_type;  // named by the macro SQLITE_TRANSIENT
}  // namespace docket::store
