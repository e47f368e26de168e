// SPDX-License-Identifier: Apache-2.0
// The log: JSON lines on standard error, one call a fact, values as named fields so that nothing can be injected.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace docket::log {

enum class Level { debug, info, warning, error };

/// One named value of a log line. Secrets are never passed here; types that hold them have no conversion to it.
struct Field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double, bool> value;
};

/// Writes {"at","level","event",…fields}. `event` is a fixed snake_case word, never text from outside. Any thread.
void write(Level level, std::string_view event, std::initializer_list<Field> fields = {});

inline void info(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::info, event, fields); }
inline void warning(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::warning, event, fields); }
inline void error(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::error, event, fields); }

/// Lines below this level are dropped. Default: info.
void set_level(Level level);

}  // namespace docket::log
