// SPDX-License-Identifier: Apache-2.0
#include "sms_gateway.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>

namespace docket::sms {
namespace {

constexpr std::size_t kMostAnswer = 256 * 1024;
constexpr std::size_t kMostShown = 160;

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}

std::unique_ptr<re2::RE2> expression(const std::string& pattern, const std::string& where) {
  if (pattern.empty()) return nullptr;
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  auto out = std::make_unique<re2::RE2>(pattern, options);
  if (!out->ok()) throw std::invalid_argument(where + " is no regular expression: " + out->error());
  return out;
}

std::string json_escaped(std::string_view text) {
  auto out = json::serialize(json::string(text));
  return out.substr(1, out.size() - 2);
}

std::string xml_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&apos;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string escaped(std::string_view text, Escape escape) {
  switch (escape) {
    case Escape::url: return sdk::escape_url(text);
    case Escape::json: return json_escaped(text);
    case Escape::xml: return xml_escaped(text);
    case Escape::none: break;
  }
  return std::string(text);
}

/// Calls `text(piece)` and `name(piece)` in turn for what stands outside and inside of {{ }}.
template <class Text, class Name>
void take_apart(std::string_view pattern, Text text, Name name) {
  while (!pattern.empty()) {
    const auto from = pattern.find("{{");
    const auto to = from == std::string_view::npos ? from : pattern.find("}}", from);
    if (to == std::string_view::npos) return text(pattern);
    text(pattern.substr(0, from));
    auto inside = pattern.substr(from + 2, to - from - 2);
    while (inside.starts_with(' ')) inside.remove_prefix(1);
    while (inside.ends_with(' ')) inside.remove_suffix(1);
    name(inside);
    pattern.remove_prefix(to + 2);
  }
}

Meaning meaning_of(std::string_view name) {
  if (name == "delivered") return Meaning::delivered;
  if (name == "later") return Meaning::later;
  if (name == "rejected") return Meaning::rejected;
  if (name == "settings") return Meaning::settings;
  return Meaning::accepted;
}

const json::array& list_in(const json::object& from, std::string_view name) {
  static const json::array none;
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_array() ? value->get_array() : none;
}

/// One line of an answer, short, for an admin.
std::string shown(std::string_view body) {
  std::string out;
  for (const char c : body.substr(0, kMostShown)) out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0U) == 0x80U && body.size() > kMostShown) out.pop_back();
  return out;
}

/// What a status means by itself.
Meaning meaning_of(int status) {
  if (status >= 200 && status < 300) return Meaning::accepted;
  if (status == 401 || status == 403 || status == 404 || status == 405 || status < 400) return Meaning::settings;
  if (status == 429 || status == 408 || status >= 500) return Meaning::later;
  return Meaning::rejected;
}

}  // namespace

std::string filled(std::string_view pattern, const Values& values, Escape escape) {
  std::string out;
  take_apart(pattern, [&](std::string_view text) { out += text; },
             [&](std::string_view name) {
               if (const auto found = values.find(name); found != values.end()) out += escaped(found->second, escape);
             });
  return out;
}

const std::vector<std::string_view>& value_names() {
  static const std::vector<std::string_view> names{"to",   "text",     "text_hex", "coding", "parts",  "sender",      "user", "password",
                                                   "basic", "key", "number",   "subject", "link", "receipt_url", "now"};
  return names;
}

std::optional<std::string> scalar_at(const json::value& document, std::string_view path) {
  const auto* at = &document;
  if (path.starts_with("$.")) path.remove_prefix(2);
  while (!path.empty()) {
    const auto name = path.substr(0, std::min(path.find('.'), path.size()));
    path.remove_prefix(std::min(name.size() + 1, path.size()));
    if (at->is_object()) {
      at = at->get_object().if_contains(name);
    } else if (at->is_array()) {
      std::size_t index = 0;
      const auto read = std::from_chars(name.data(), name.data() + name.size(), index);
      at = read.ec == std::errc{} && read.ptr == name.data() + name.size() ? at->get_array().if_contains(index) : nullptr;
    } else {
      at = nullptr;
    }
    if (at == nullptr) return {};
  }
  if (at->is_string()) return std::string(at->get_string());
  if (at->is_object() || at->is_array()) return {};
  return at->is_null() ? std::string{} : json::serialize(*at);
}

struct Gateway::Rule {
  std::optional<std::int64_t> status{};
  std::string path{};
  std::vector<std::string> equals{};
  std::unique_ptr<re2::RE2> pattern{};
  Meaning meaning = Meaning::accepted;
  std::int64_t wait_s = 0;

  [[nodiscard]] bool fits(const sdk::WebAnswer& answer, const json::value* document) const {
    if (status && *status != answer.status) return false;
    std::optional<std::string> value;
    if (path.empty()) {
      value = answer.body;
    } else if (document != nullptr) {
      value = scalar_at(*document, path);
    }
    if (!equals.empty() && (!value || std::ranges::find(equals, *value) == equals.end())) return false;
    if (!path.empty() && !value) return false;
    return !pattern || re2::RE2::PartialMatch(piece(*value), *pattern);
  }
};

Gateway::Gateway(const json::object& settings) : url_(sdk::text_of(settings, "url")) {
  kannel_ = sdk::text_of(settings, "gateway", "kannel") == "kannel";
  if (kannel_) {
    read_kannel(settings);
  } else {
    read_http(settings);
  }
  for (const auto& parameter : list_in(settings, "parameters"))
    parameters_.push_back({sdk::text_of(parameter.as_object(), "name"), sdk::text_of(parameter.as_object(), "value")});
  check_templates();
}
Gateway::~Gateway() = default;

// kannel's sendsms (user guide, "Sending and receiving SMS messages"): GET, Chinese as UCS-2 given as UTF-8, the answer in
// a line of text.
void Gateway::read_kannel(const json::object& settings) {
  for (const auto* other : {"body", "headers", "answers", "id", "method"}) {
    const auto* value = settings.if_contains(other);
    if (value == nullptr || (value->is_string() && value->get_string().empty())) continue;
    if (std::string_view(other) == "method" && value->is_string() && value->get_string() == "GET") continue;
    throw std::invalid_argument(std::string(other) + " is for gateway: http; kannel's own is known");
  }
  parameters_ = {{"username", "{{user}}"}, {"password", "{{password}}"}, {"to", "{{to}}"},         {"from", "{{sender}}"},
                 {"text", "{{text}}"},     {"charset", "UTF-8"},         {"coding", "{{coding}}"}, {"dlr-mask", "31"},
                 {"dlr-url", "{{receipt_url}}"}};
  const auto rule = [&](std::string pattern, Meaning meaning, std::int64_t wait_s = 0) {
    Rule one;
    one.pattern = expression(pattern, "kannel's own");
    one.meaning = meaning;
    one.wait_s = wait_s;
    rules_.push_back(std::move(one));
  };
  rule("^(0: Accepted|3: Queued)", Meaning::accepted);
  rule("^(Authorization failed|Unknown request|Not authorized)", Meaning::settings);
  rule("(Temporal failure|try again later)", Meaning::later, 5);
  rule("(rejected|denied|not allowed|too long|Invalid)", Meaning::rejected);
}

void Gateway::read_http(const json::object& settings) {
  method_ = sdk::text_of(settings, "method", "POST");
  body_ = sdk::text_of(settings, "body");
  for (const auto& header : list_in(settings, "headers"))
    headers_.push_back({sdk::text_of(header.as_object(), "name"), sdk::text_of(header.as_object(), "value")});
  const auto kind = sdk::text_of(settings, "body_type", "form");
  if (method_ == "GET") {
    if (!body_.empty()) throw std::invalid_argument("body is not sent with method: GET; use parameters");
  } else {
    body_kind_ = kind == "json" ? Body::json : kind == "xml" ? Body::xml : kind == "text" ? Body::text : Body::form;
    if (body_kind_ == Body::form && !body_.empty()) throw std::invalid_argument("a form's body is made of parameters; body is for the other types");
    if (body_kind_ != Body::form && body_.empty()) throw std::invalid_argument("body is missing: the template of the " + kind + " that is sent");
    if (body_kind_ == Body::json) {
      Values sample;
      for (const auto name : value_names()) sample[std::string(name)] = "0";
      boost::system::error_code error;
      (void)json::parse(filled(body_, sample, Escape::json), error);
      if (error) throw std::invalid_argument("body is no JSON, with 0 for each {{name}}; texts need their \"quotes\"");
    }
  }
  for (std::size_t i = 0; i < list_in(settings, "answers").size(); ++i) {
    const auto& given = list_in(settings, "answers")[i].as_object();
    Rule rule;
    const auto where = "answers/" + std::to_string(i);
    if (given.contains("status")) rule.status = sdk::number_of(given, "status");
    rule.path = sdk::text_of(given, "path");
    for (const auto& value : list_in(given, "equals")) rule.equals.emplace_back(value.as_string());
    rule.pattern = expression(sdk::text_of(given, "pattern"), where + "/pattern");
    rule.meaning = meaning_of(std::string_view(sdk::text_of(given, "means", "accepted")));
    rule.wait_s = sdk::number_of(given, "wait_s");
    if (!rule.status && rule.path.empty() && rule.equals.empty() && !rule.pattern)
      throw std::invalid_argument(where + " says nothing of the answer: give status, path, equals or pattern");
    rules_.push_back(std::move(rule));
  }
  if (const auto* id = settings.if_contains("id"); id != nullptr && id->is_object()) {
    id_path_ = sdk::text_of(id->get_object(), "path");
    id_pattern_ = expression(sdk::text_of(id->get_object(), "pattern"), "id/pattern");
    if (id_pattern_ && id_pattern_->NumberOfCapturingGroups() < 1) throw std::invalid_argument("id/pattern needs one (group): the id");
  }
}

void Gateway::check_templates() const {
  const auto check = [&](std::string_view pattern, const std::string& where) {
    take_apart(pattern, [](std::string_view) {},
               [&](std::string_view name) {
                 if (std::ranges::find(value_names(), name) == value_names().end())
                   throw std::invalid_argument("{{" + std::string(name.substr(0, 60)) + "}} in " + where + " is no value; there are: to text text_hex coding parts sender user password basic key number subject link receipt_url now");
               });
  };
  check(url_, "url");
  check(body_, "body");
  for (const auto& one : parameters_) check(one.value, "parameters/" + one.name);
  for (const auto& one : headers_) check(one.value, "headers/" + one.name);
  // The host decides who is called; it may not come out of a value.
  const auto host_ends = url_.find('/', url_.find("://") + 3);
  if (url_.substr(0, host_ends).find("{{") != std::string::npos) throw std::invalid_argument("the host in url must be written out");
  if (!uses("to") || !(uses("text") || uses("text_hex"))) throw std::invalid_argument("the request names neither {{to}} nor {{text}}: both are needed");
}

bool Gateway::uses(std::string_view name) const {
  bool found = false;
  const auto look = [&](std::string_view pattern) {
    take_apart(pattern, [](std::string_view) {}, [&](std::string_view one) { found = found || one == name; });
  };
  look(url_);
  look(body_);
  for (const auto& one : parameters_) look(one.value);
  for (const auto& one : headers_) look(one.value);
  return found;
}

sdk::WebRequest Gateway::request(const Values& values) const {
  sdk::WebRequest out{.method = method_, .url = filled(url_, values, Escape::url)};
  out.most = kMostAnswer;
  std::string form;
  for (const auto& one : parameters_) {
    const auto value = filled(one.value, values, Escape::none);
    // What has no value is left out whole: an empty sender or dlr-url is not the same as none.
    if (value.empty() || (one.name == "dlr-mask" && kannel_ && values.find("receipt_url") == values.end())) continue;
    form += (form.empty() ? "" : "&") + sdk::escape_url(one.name) + "=" + sdk::escape_url(value);
  }
  if (body_kind_ == Body::form) {
    out.body = form;
  } else if (!form.empty()) {
    out.url += (out.url.find('?') == std::string::npos ? "?" : "&") + form;
  }
  constexpr std::string_view types[]{"", "application/x-www-form-urlencoded; charset=utf-8", "application/json; charset=utf-8",
                                     "application/xml; charset=utf-8", "text/plain; charset=utf-8"};
  if (body_kind_ != Body::none) out.headers.emplace_back("Content-Type", types[static_cast<std::size_t>(body_kind_)]);
  if (body_kind_ == Body::json) out.body = filled(body_, values, Escape::json);
  if (body_kind_ == Body::xml) out.body = filled(body_, values, Escape::xml);
  if (body_kind_ == Body::text) out.body = filled(body_, values, Escape::none);
  for (const auto& one : headers_) {
    const auto same = [&](const auto& header) { return std::ranges::equal(header.first, one.name, [](char a, char b) { return (a | 32) == (b | 32); }); };
    std::erase_if(out.headers, same);
    out.headers.emplace_back(one.name, filled(one.value, values, Escape::none));
  }
  return out;
}

std::optional<sdk::WebRequest> Gateway::probe(const Values& values) const {
  if (!kannel_) return {};
  auto only_account = values;
  std::erase_if(only_account, [](const auto& one) { return one.first != "user" && one.first != "password"; });
  return request(only_account);  // refused for its missing receiver, after the account was looked at
}

Judged Gateway::judge(const sdk::WebAnswer& answer) const {
  boost::system::error_code error;
  const auto parsed = json::parse(answer.body, error);
  const auto* document = error ? nullptr : &parsed;
  Judged out;
  out.why = "the gateway answers " + std::to_string(answer.status) + ": " + shown(answer.body);
  out.wait_s = answer.retry_after_s();
  const auto rule = std::ranges::find_if(rules_, [&](const Rule& one) { return one.fits(answer, document); });
  if (rule != rules_.end()) {
    out.meaning = rule->meaning;
    out.wait_s = std::max(out.wait_s, rule->wait_s);
  } else {
    out.meaning = meaning_of(answer.status);
    // "200" says nothing at gateways that put their errors there: once rules are given, one of them has to fit.
    if (out.meaning == Meaning::accepted && !rules_.empty()) {
      out.meaning = Meaning::rejected;
      out.understood = false;
    }
  }
  if (out.meaning == Meaning::accepted || out.meaning == Meaning::delivered) {
    if (!id_path_.empty() && document != nullptr) out.id = scalar_at(*document, id_path_).value_or("");
    if (id_pattern_) re2::RE2::PartialMatch(piece(answer.body), *id_pattern_, &out.id);
  }
  return out;
}

}  // namespace docket::sms
