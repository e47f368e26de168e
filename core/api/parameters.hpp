// SPDX-License-Identifier: Apache-2.0
// Path and query parameters as described structs, read by the same codec, rules and messages as bodies.
#pragma once

#include "base/error.hpp"
#include "base/json_decode.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docket::api {

/// Decoded names and values in order.
using RawParameters = std::vector<std::pair<std::string, std::string>>;

/// Splits and decodes a raw query string ("a=1&b=%20"; '+' is a space). unknown_parameter for bad escapes, invalid
/// UTF-8, control characters, a name given twice, and more than 50 parameters.
[[nodiscard]] Result<RawParameters> split_query(std::string_view raw);

namespace detail {

// The JSON value that the text of a parameter stands for, so that the decoder can judge it.
template <class M>
boost::json::value parameter_value(std::string_view text) {
  if constexpr (json::IsOptional<M>) {
    return parameter_value<typename M::value_type>(text);
  } else if constexpr (std::same_as<M, bool>) {
    if (text == "true" || text == "false") return text == "true";
  } else if constexpr (json::Integer<M> || json::IsId<M> || json::IsDuration<M> || std::floating_point<M>) {
    std::conditional_t<std::floating_point<M>, double, std::int64_t> number{};
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code == std::errc{} && end == text.data() + text.size() && !text.empty()) return number;
  } else if constexpr (json::IsList<M> || json::IsSet<M>) {
    boost::json::array list;
    for (std::size_t from = 0; !text.empty() && from <= text.size();) {
      const std::size_t to = std::min(text.find(',', from), text.size());
      list.push_back(parameter_value<typename M::value_type>(text.substr(from, to - from)));
      from = to + 1;
    }
    return list;
  }
  return boost::json::value(boost::json::string_view{text});
}

struct ParameterField {
  std::string_view name;
  boost::json::value (*value)(std::string_view text);
};

template <class T, template <class...> class List, class... D>
constexpr std::array<ParameterField, sizeof...(D)> parameter_fields(List<D...>) {
  return {{ParameterField{json::member_name<D>, &parameter_value<json::MemberType<T, D>>}...}};
}

[[nodiscard]] boost::json::object parameter_object(const RawParameters& raw, std::span<const ParameterField> fields);
[[nodiscard]] Error parameter_error(Error error);

}  // namespace detail

/// Lists are one parameter with commas. Fails with unknown_parameter; `fields` carry the parameters' bare names.
template <class T>
[[nodiscard]] Result<T> read_parameters(const RawParameters& raw) {
  static constexpr auto fields = detail::parameter_fields<T>(json::Members<T>{});
  auto decoded = json::decode<T>(detail::parameter_object(raw, fields));
  if (!decoded) return std::unexpected{detail::parameter_error(std::move(decoded).error())};
  return decoded;
}

}  // namespace docket::api
