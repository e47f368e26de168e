# Writes OUTPUT, a source file with the SQL of each of FILES (NNNN_name.sql, in order) as a Migration.
set(entries "")
set(last 0)
foreach(file IN LISTS FILES)
  get_filename_component(stem ${file} NAME_WE)
  if(NOT stem MATCHES "^([0-9][0-9][0-9][0-9])_([a-z0-9_]+)$")
    message(FATAL_ERROR "${file}: a migration is named NNNN_name.sql")
  endif()
  set(name ${CMAKE_MATCH_2})
  math(EXPR number "${CMAKE_MATCH_1} + 0" OUTPUT_FORMAT DECIMAL)
  if(NOT number GREATER last)
    message(FATAL_ERROR "${file}: a number above ${last} is expected")
  endif()
  set(last ${number})
  file(READ ${file} sql HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" sql "${sql}")
  # Short literals, which the compiler joins: long ones are limited, and a hex escape must end before the next.
  string(REGEX REPLACE "((\\\\x[0-9a-f][0-9a-f])+)" "\\1" sql "${sql}")
  string(REGEX REPLACE "(\\\\x[0-9a-f][0-9a-f]\\\\x[0-9a-f][0-9a-f]\\\\x[0-9a-f][0-9a-f]\\\\x[0-9a-f][0-9a-f]\\\\x[0-9a-f][0-9a-f]\\\\x[0-9a-f][0-9a-f]\\\\x[0-9a-f][0-9a-f]\\\\x[0-9a-f][0-9a-f])" "\\1\"\n     \"" sql "${sql}")
  string(APPEND entries "    {${number}, \"${name}\",\n     \"${sql}\"},\n")
endforeach()
file(WRITE ${OUTPUT} "// SPDX-License-Identifier: Apache-2.0
// Made from core/store/migrations by embed.cmake.
#include \"store/migrations.hpp\"

namespace docket::store {

std::span<const Migration> migrations() {
  static constexpr Migration all[] = {
${entries}  };
  return all;
}

}  // namespace docket::store
")
