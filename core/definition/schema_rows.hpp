// SPDX-License-Identifier: Apache-2.0
// What the files with the schema's rows share; only they and schema.cpp include this.
#pragma once

#include <array>

#include "base/enum.hpp"
#include "definition/schema.hpp"

namespace docket::definition::rows {

inline constexpr double minute = 60;
inline constexpr double day = 24 * 3600;

template <class E>
constexpr std::span<const std::string_view> words() {
  return enum_names<E>();
}

inline Key key_of_name(std::string_view zh, std::string_view en) {
  return {.name = "name", .type = ValueType::name, .required = true, .zh = zh, .en = en};
}

inline Key key_of_title() {
  return {.name = "title", .type = ValueType::title, .required = true, .zh = "显示名称", .en = "What people see"};
}

inline Key key_of_actions(std::string_view key, std::string_view zh, std::string_view en) {
  return {.name = key,
          .type = ValueType::shape,
          .arity = Arity::list,
          .shape = "action",
          .max_items = 20,
          .zh = zh,
          .en = en};
}

inline Key key_of_warnings(std::string_view zh, std::string_view en) {
  return {.name = "warnings",
          .type = ValueType::shape,
          .arity = Arity::list,
          .shape = "warning",
          .max_items = 20,
          .zh = zh,
          .en = en};
}

Shape desk_file();
Shape desk();
Shape team();
Shape role();
Shape calendar();
Shape week();
Shape exception();
Shape form();
Shape field();
Shape choice();
Shape workflow();
Shape state();
Shape owner();
Shape auto_move();
Shape transition();
Shape action();
Shape assign();
Shape set();
Shape notify();
Shape warning();
Shape sla_policy();
Shape clock();
Shape goal();
Shape dispatch_rule();
Shape trigger();
Shape view();
Shape notification_text();
Shape wording();
Shape plugin();
Shape sending_limits();
Shape sync_rule();
Shape notification();
Shape notified_people();
Shape macro();
Shape answer();
Shape ticket_template();
Shape holiday_file();
Shape holiday();

}  // namespace docket::definition::rows
