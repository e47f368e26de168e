// SPDX-License-Identifier: Apache-2.0
// How one gateway is spoken to, as data: the request with its templates, and what its answers mean. kannel is such data
// too. Pure but for the settings' checks, which throw std::invalid_argument.
#pragma once

#include "docket/http.hpp"
#include "docket/plugin.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace re2 {
class RE2;
}

namespace docket::sms {

namespace json = boost::json;

/// What {{name}} stands for.
using Values = std::map<std::string, std::string, std::less<>>;

enum class Escape {
  none,
  url,    ///< %-escaped: addresses and form bodies
  json,   ///< inside of a JSON string
  xml     ///< text and attributes
};
/// Each {{name}} replaced; a name that `values` does not have becomes nothing.
[[nodiscard]] std::string filled(std::string_view pattern, const Values& values, Escape escape);

/// The names that may stand in a template.
[[nodiscard]] const std::vector<std::string_view>& value_names();

/// A scalar in a JSON document as text: "data.0.code". Nothing where there is none.
[[nodiscard]] std::optional<std::string> scalar_at(const json::value& document, std::string_view path);

enum class Meaning {
  accepted,   ///< the gateway has it
  delivered,  ///< the phone has it, at once
  later,      ///< busy, or too many
  rejected,   ///< never: the number or the text
  settings    ///< wrong account, signature or template: nothing works until an admin has looked
};

/// What came of a request.
struct Judged {
  Meaning meaning = Meaning::later;
  std::string id{};   ///< the gateway's own of the message, when it gives one
  std::string why{};  ///< for an admin; the answer's beginning, never the request
  std::int64_t wait_s = 0;
  bool understood = true;  ///< false: no rule fits an answer that says "200"; it may have been sent, so never again
};

/// One gateway. Immutable after it is made.
class Gateway {
 public:
  /// From the plugin's settings. Throws std::invalid_argument with what is wrong in them.
  explicit Gateway(const json::object& settings);
  ~Gateway();

  [[nodiscard]] sdk::WebRequest request(const Values& values) const;
  [[nodiscard]] Judged judge(const sdk::WebAnswer& answer) const;
  /// The request that sends nothing and tells whether the account is right; nothing where a gateway has none.
  [[nodiscard]] std::optional<sdk::WebRequest> probe(const Values& values) const;
  /// Whether a template uses this value.
  [[nodiscard]] bool uses(std::string_view name) const;

 private:
  struct Rule;
  struct Named {
    std::string name, value;
  };
  void read_kannel(const json::object& settings);
  void read_http(const json::object& settings);
  void check_templates() const;

  bool kannel_ = false;
  std::string method_ = "GET", url_{}, body_{};
  std::vector<Named> parameters_{}, headers_{};
  enum class Body { none, form, json, xml, text } body_kind_ = Body::none;
  std::vector<Rule> rules_;
  std::string id_path_{};
  std::unique_ptr<re2::RE2> id_pattern_;
};

}  // namespace docket::sms
