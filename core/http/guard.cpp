// SPDX-License-Identifier: Apache-2.0
#include "http/guard.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/both.hpp"
#include "http/request_target.hpp"

namespace docket::http {
namespace {

std::unexpected<Error> malformed(std::string detail) {
  return fail(ErrorCode::malformed_request, std::move(detail));
}

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

bool same_word(std::string_view text, std::string_view lower_case_word) {
  return std::ranges::equal(text, lower_case_word, {}, [](char c) { return lower(c); });
}

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// RFC 9110 §5.6.2 tchar, as a table because every byte of every field name is looked up.
constexpr auto token_table = [] {
  std::array<bool, 256> table{};
  for (const char c :
       std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return token_table[static_cast<unsigned char>(c)]; });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Result<Method> parse_method(std::string_view word) {
  if (word == "GET") return Method::get;
  if (word == "HEAD") return Method::head;
  if (word == "POST") return Method::post;
  if (word == "PUT") return Method::put;
  if (word == "PATCH") return Method::patch;
  if (word == "DELETE") return Method::del;
  if (!is_token(word)) return malformed("The request line does not begin with a method.");
  if (word == "OPTIONS" || word == "TRACE" || word == "CONNECT") {
    Error error;
    error.code = ErrorCode::method_not_allowed;
    error.detail = "This server does not take this method for any path.";
    error.allowed = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
    return std::unexpected(std::move(error));
  }
  return fail(ErrorCode::not_implemented, "Methods are GET, HEAD, POST, PUT, PATCH and DELETE.");
}

Result<void> check_version(std::string_view word) {
  if (word == "HTTP/1.1") return {};
  const bool other =
      word.size() == 8 && word.starts_with("HTTP/") && is_digit(word[5]) && word[6] == '.' && is_digit(word[7]);
  if (other) return fail(ErrorCode::http_version, "Send HTTP/1.1.");
  return malformed("The request line does not end with HTTP/1.1.");
}

Result<void> parse_request_line(std::string_view line, const GuardRules& rules, Head& head) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return malformed("The request line is not a method, a target and a version with single spaces.");
  }
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (auto version = check_version(line.substr(last + 1)); !version) return version;
  auto method = parse_method(line.substr(0, first));
  if (!method) return std::unexpected(std::move(method.error()));
  if (target.size() > rules.max_target_bytes) {
    return fail(ErrorCode::uri_too_long,
                both("The path with its query may have {} bytes.", "网址太长，最多 {} 字节。请减少筛选条件。", rules.max_target_bytes));
  }
  auto parsed = parse_target(target);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  head.method = *method;
  head.path = std::move(parsed->path);
  head.query = std::move(parsed->query);
  return {};
}

Result<void> parse_field(std::string_view line, Head& head) {
  if (line.front() == ' ' || line.front() == '\t') return malformed("A header line begins with white space.");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return malformed("A header line has no colon.");
  const std::string_view name = line.substr(0, colon);
  if (!is_token(name)) return malformed("A header name holds a character that it may not.");
  head.headers.emplace_back(lower(name), trim(line.substr(colon + 1)));
  return {};
}

/// The host of a Host field without its port and brackets, in lower case; empty when it is malformed.
std::string host_name(std::string_view value) {
  std::string_view name = value;
  std::string_view rest;
  if (value.starts_with('[')) {
    const std::size_t close = value.find(']');
    if (close == std::string_view::npos) return {};
    name = value.substr(1, close - 1);
    rest = value.substr(close + 1);
    if (!std::ranges::all_of(
            name, [](char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f') || c == ':' || c == '.'; })) {
      return {};
    }
  } else {
    const std::size_t colon = value.find(':');
    name = value.substr(0, colon);
    if (colon != std::string_view::npos) rest = value.substr(colon);
    if (!std::ranges::all_of(name, [](char c) {
          return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '.' || c == '_';
        })) {
      return {};
    }
  }
  if (!rest.empty()) {
    const std::string_view port = rest.substr(1);
    if (rest.front() != ':' || port.empty() || port.size() > 5 || !std::ranges::all_of(port, is_digit)) return {};
  }
  return lower(name);
}

/// "https://host[:port]" of the request itself, with the default port left away.
std::string own_origin(std::string_view host) {
  std::string origin = "https://" + lower(host);
  if (origin.ends_with(":443")) origin.resize(origin.size() - 4);
  return origin;
}

/// The fields that steer framing, identity and preconditions, looked up once; doubles of any of them are refused.
class SteeringFields {
 public:
  enum Name : std::size_t {
    host,
    content_length,
    transfer_encoding,
    connection,
    upgrade,
    expect,
    content_encoding,
    content_type,
    authorization,
    cookie,
    origin,
    websocket_key,
    websocket_version,
    idempotency_key,
    if_match,
    if_none_match,
    range,
    fetch_site,
    fetch_mode,
    fetch_dest,
    user_agent,
    referer,
    count
  };

  Result<void> collect(const Headers& headers) {
    for (const auto& [name, value] : headers) {
      const auto found = std::ranges::find(names, std::string_view(name));
      if (found == names.end()) continue;
      const auto index = static_cast<std::size_t>(found - names.begin());
      // Connection is a list by its nature, and any Transfer-Encoding is refused as such.
      if (values_[index] && index != connection && index != transfer_encoding) {
        return malformed("The header " + name + " stands there twice.");
      }
      if (index == connection) connections_.push_back(value);
      values_[index] = value;
    }
    return {};
  }

  [[nodiscard]] const std::optional<std::string_view>& operator[](Name name) const { return values_[name]; }
  [[nodiscard]] const std::vector<std::string_view>& connections() const { return connections_; }

 private:
  static constexpr std::array<std::string_view, count> names{"host",
                                                             "content-length",
                                                             "transfer-encoding",
                                                             "connection",
                                                             "upgrade",
                                                             "expect",
                                                             "content-encoding",
                                                             "content-type",
                                                             "authorization",
                                                             "cookie",
                                                             "origin",
                                                             "sec-websocket-key",
                                                             "sec-websocket-version",
                                                             "idempotency-key",
                                                             "if-match",
                                                             "if-none-match",
                                                             "range",
                                                             "sec-fetch-site",
                                                             "sec-fetch-mode",
                                                             "sec-fetch-dest",
                                                             "user-agent",
                                                             "referer"};
  std::array<std::optional<std::string_view>, count> values_{};
  std::vector<std::string_view> connections_;
};

Result<void> check_host(const SteeringFields& fields, const GuardRules& rules) {
  const auto& host = fields[SteeringFields::host];
  if (!host) return malformed("The header host is missing.");
  const std::string name = host_name(*host);
  if (name.empty()) return malformed("The header host is not a name or an address.");
  if (std::ranges::find(rules.server_names, name) == rules.server_names.end()) {
    return fail(ErrorCode::misdirected, {"This server does not answer for that host name.", "这个服务器不认这个网址，请用正式地址打开。"});
  }
  return {};
}

Result<void> check_body(const SteeringFields& fields, Head& head) {
  if (fields[SteeringFields::transfer_encoding]) {
    return fail(ErrorCode::length_required, "Send the body with Content-Length; Transfer-Encoding is not accepted.");
  }
  const bool takes_body = head.method == Method::post || head.method == Method::put || head.method == Method::patch;
  if (const auto& length = fields[SteeringFields::content_length]) {
    const bool plain = !length->empty() && length->size() <= 10 && std::ranges::all_of(*length, is_digit) &&
                       (length->size() == 1 || length->front() != '0');
    if (!plain) return malformed("The header content-length is not one plain decimal number.");
    for (const char digit : *length)
      head.content_length = head.content_length * 10 + static_cast<std::uint64_t>(digit - '0');
    if (!takes_body && head.content_length != 0) return malformed("This method takes no body.");
  } else if (takes_body) {
    return fail(ErrorCode::length_required, "Send Content-Length; it may be 0.");
  }
  if (const auto& expect = fields[SteeringFields::expect]) {
    if (!same_word(*expect, "100-continue")) return fail(ErrorCode::expectation_failed, "Only 100-continue is known.");
    head.expects_continue = head.content_length != 0;
  }
  if (const auto& encoding = fields[SteeringFields::content_encoding]; encoding && !same_word(*encoding, "identity")) {
    return fail(ErrorCode::unsupported_media_type, "Send the body without Content-Encoding.");
  }
  return {};
}

/// Answers whether `Connection` names the upgrade. It may name nothing but the three words below and TE: naming another
/// field would ask a proxy to drop it, which is a way to make two readers disagree.
Result<bool> check_connection(const SteeringFields& fields, Head& head) {
  bool upgrade = false;
  for (std::string_view list : fields.connections()) {
    while (true) {
      const std::size_t comma = list.find(',');
      const std::string_view word = trim(list.substr(0, comma));
      if (same_word(word, "close")) {
        head.keep_alive = false;
      } else if (same_word(word, "upgrade")) {
        upgrade = true;
      } else if (!word.empty() && !same_word(word, "keep-alive") && !same_word(word, "te")) {
        return malformed("The header connection names something that it may not.");
      }
      if (comma == std::string_view::npos) break;
      list.remove_prefix(comma + 1);
    }
  }
  return upgrade;
}

/// Sixteen bytes of base64 (RFC 6455 §4.1).
bool is_websocket_key(std::string_view key) {
  if (key.size() != 24 || !key.ends_with("==")) return false;
  return std::ranges::all_of(key.substr(0, 22), [](char c) {
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '+' || c == '/';
  });
}

Result<void> check_upgrade(const SteeringFields& fields, bool connection_upgrade, const GuardRules& rules, Head& head) {
  const auto& upgrade = fields[SteeringFields::upgrade];
  if (!upgrade) {
    if (connection_upgrade) return malformed("The header connection names an upgrade that is missing.");
    return {};
  }
  const bool permitted = !rules.stream_path.empty() && head.method == Method::get && head.path == rules.stream_path;
  if (!permitted || !connection_upgrade || !same_word(*upgrade, "websocket")) {
    return malformed("Only the live stream can be upgraded, and only to a WebSocket.");
  }
  const auto& version = fields[SteeringFields::websocket_version];
  const auto& key = fields[SteeringFields::websocket_key];
  if (!version || *version != "13" || !key || !is_websocket_key(*key)) {
    return malformed("The opening of the WebSocket is not that of RFC 6455, version 13.");
  }
  // A browser always says where the page comes from, and sends cookies along by itself; a program that says nothing
  // must bring a token of its own.
  if (const auto& origin = fields[SteeringFields::origin]) {
    if (lower(*origin) != own_origin(*fields[SteeringFields::host])) {
      return fail(ErrorCode::origin_refused, {"The live stream is for pages of this server only.", "请用正式地址打开页面。"});
    }
  } else if (!fields[SteeringFields::authorization]) {
    return fail(ErrorCode::origin_refused, "The live stream needs Origin or Authorization.");
  }
  head.upgrade = true;
  return {};
}

}  // namespace

std::string_view Head::header(std::string_view lower_case_name) const {
  for (const auto& [field, value] : headers) {
    if (field == lower_case_name) return value;
  }
  return {};
}

Result<std::optional<std::size_t>> HeadScanner::scan(std::string_view bytes, const GuardRules& rules) {
  const std::size_t limit = std::min(bytes.size(), rules.max_head_bytes);
  while (seen_ < limit) {
    const auto c = static_cast<unsigned char>(bytes[seen_]);
    if (c == '\r') {
      if (seen_ + 1 == limit) break;  // its LF is still to come
      if (bytes[seen_ + 1] != '\n') return malformed("A line of the head ends with CR alone.");
      const bool empty = seen_ == line_start_;
      seen_ += 2;
      line_start_ = seen_;
      if (!empty) {
        if (++lines_ > rules.max_fields + 1) {
          return fail(ErrorCode::head_too_large,
                      "A request may have " + std::to_string(rules.max_fields) + " headers.");
        }
      } else if (lines_ > 0) {
        return std::optional<std::size_t>(seen_);
      } else if (std::exchange(skipped_empty_, true)) {
        return malformed("Empty lines stand before the request.");
      }
      continue;
    }
    if (c == '\n') return malformed("A line of the head ends with LF alone.");
    if ((c < 0x20 && c != '\t') || c == 0x7F) return malformed("The head holds a control character.");
    ++seen_;
  }
  if (bytes.size() >= rules.max_head_bytes) {
    if (lines_ == 0) return fail(ErrorCode::uri_too_long, "The request line is too long.");
    return fail(ErrorCode::head_too_large,
                "A request head may have " + std::to_string(rules.max_head_bytes) + " bytes.");
  }
  return std::optional<std::size_t>();
}

Result<Head> judge(std::string_view bytes, const GuardRules& rules) {
  auto end = HeadScanner().scan(bytes, rules);
  if (!end) return std::unexpected(std::move(end.error()));
  if (*end != bytes.size()) return malformed("The head is not complete.");
  if (bytes.starts_with("\r\n")) bytes.remove_prefix(2);

  Head head;
  std::size_t line_end = bytes.find("\r\n");
  if (auto line = parse_request_line(bytes.substr(0, line_end), rules, head); !line) {
    return std::unexpected(std::move(line.error()));
  }
  head.headers.reserve(16);
  for (bytes.remove_prefix(line_end + 2); bytes != "\r\n"; bytes.remove_prefix(line_end + 2)) {
    line_end = bytes.find("\r\n");
    if (auto field = parse_field(bytes.substr(0, line_end), head); !field)
      return std::unexpected(std::move(field.error()));
  }

  SteeringFields fields;
  if (auto single = fields.collect(head.headers); !single) return std::unexpected(std::move(single.error()));
  if (auto host = check_host(fields, rules); !host) return std::unexpected(std::move(host.error()));
  if (auto body = check_body(fields, head); !body) return std::unexpected(std::move(body.error()));
  auto connection = check_connection(fields, head);
  if (!connection) return std::unexpected(std::move(connection.error()));
  if (auto upgrade = check_upgrade(fields, *connection, rules, head); !upgrade) {
    return std::unexpected(std::move(upgrade.error()));
  }
  return head;
}

}  // namespace docket::http
