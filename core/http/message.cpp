// SPDX-License-Identifier: Apache-2.0
#include "http/message.hpp"

namespace docket::http {

std::string_view name(Method method) {
  switch (method) {
    case Method::get: return "GET";
    case Method::head: return "HEAD";
    case Method::post: return "POST";
    case Method::put: return "PUT";
    case Method::patch: return "PATCH";
    case Method::del: return "DELETE";
  }
  return "GET";
}

std::string_view Request::header(std::string_view lower_case_name) const {
  for (const auto& [field, value] : headers) {
    if (field == lower_case_name) return value;
  }
  return {};
}

}  // namespace docket::http
