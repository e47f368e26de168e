// SPDX-License-Identifier: Apache-2.0
#include "docket/http.hpp"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace docket::sdk {
namespace {

// libcurl connects to this address, which no one has, so that it never resolves a name; the socket that it is given
// is connected already, to where the egress process decided.
constexpr const char* kNowhere = "::192.0.2.1:";

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return out;
}
std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto from = text.find_first_not_of(blank);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(blank) - from + 1);
}

void start_curl() {
  static const auto started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw std::runtime_error("libcurl does not start");
}

struct Url {
  std::string host;
  std::uint16_t port = 0;
};

Url taken_apart(const std::string& url, std::uint16_t default_port) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parts(curl_url(), &curl_url_cleanup);
  char* host = nullptr;
  char* port = nullptr;
  if (curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
      curl_url_get(parts.get(), CURLUPART_HOST, &host, 0) != CURLUE_OK)
    // Without its query, where vendors want keys and tokens.
    throw TransportError("\"" + url.substr(0, std::min<std::size_t>(url.find('?'), 200)) + "\" is no URL", true);
  Url out;
  out.host = host;
  curl_free(host);
  if (out.host.size() > 2 && out.host.front() == '[') out.host = out.host.substr(1, out.host.size() - 2);
  out.port = default_port;
  if (curl_url_get(parts.get(), CURLUPART_PORT, &port, default_port == 0 ? CURLU_DEFAULT_PORT : 0) == CURLUE_OK) {
    const std::string_view text(port);
    std::from_chars(text.data(), text.data() + text.size(), out.port);
    curl_free(port);
  }
  return out;
}

}  // namespace

struct CurlRoute::State {
  Host host;
  CURL* handle;
  std::string trust{};
  Url url{};
  std::string why{};
  bool refused = false;
  curl_slist* connect_to = nullptr;

  static curl_socket_t open(void* self, curlsocktype, curl_sockaddr*) {
    auto& state = *static_cast<State*>(self);
    try {
      return state.host.connect(state.url.host, state.url.port).release();
    } catch (const HostError& error) {
      state.why = error.what();
      state.refused = error.status() == DOCKET_REFUSED;
    } catch (const std::exception& error) {
      state.why = error.what();
    }
    return CURL_SOCKET_BAD;
  }
  static int connected(void*, curl_socket_t, curlsocktype) { return CURL_SOCKOPT_ALREADY_CONNECTED; }
};

CurlRoute::CurlRoute(Host host, CURL* handle) : state_(std::make_unique<State>(State{host, handle})) {
  state_->trust = host.trust_file();
  state_->connect_to = curl_slist_append(nullptr, kNowhere);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, &State::open);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, state_.get());
  curl_easy_setopt(handle, CURLOPT_SOCKOPTFUNCTION, &State::connected);
  curl_easy_setopt(handle, CURLOPT_CONNECT_TO, state_->connect_to);
  if (!state_->trust.empty()) {
    curl_easy_setopt(handle, CURLOPT_CAINFO, state_->trust.c_str());
    curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
  }
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
}
CurlRoute::~CurlRoute() {
  curl_slist_free_all(state_->connect_to);
}
void CurlRoute::set_url(const std::string& url, std::uint16_t default_port) {
  state_->url = taken_apart(url, default_port);
  state_->why.clear();
  state_->refused = false;
  curl_easy_setopt(state_->handle, CURLOPT_URL, url.c_str());
}
const std::string& CurlRoute::why() const {
  return state_->why;
}
bool CurlRoute::refused() const {
  return state_->refused;
}

struct Http::State {
  Host host;
  CURL* handle = nullptr;
  std::unique_ptr<CurlRoute> route{};
  std::array<char, CURL_ERROR_SIZE> error{};
  WebAnswer answer{};
  std::size_t most = 0;
  bool too_large = false;

  static std::size_t body(char* data, std::size_t one, std::size_t count, void* self) {
    auto& state = *static_cast<State*>(self);
    if (state.answer.body.size() + count > state.most) {
      state.too_large = true;
      return 0;
    }
    state.answer.body.append(data, one * count);
    return one * count;
  }
  static std::size_t header(char* data, std::size_t one, std::size_t count, void* self) {
    auto& state = *static_cast<State*>(self);
    const std::string_view line(data, one * count);
    if (line.starts_with("HTTP/")) state.answer.headers.clear();  // a 100 came before
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && state.answer.headers.size() < 200)
      state.answer.headers.emplace_back(lower(line.substr(0, colon)), std::string(trimmed(line.substr(colon + 1))));
    return one * count;
  }
};

Http::Http(Host host) : state_(std::make_unique<State>(State{host})) {
  start_curl();
  auto& state = *state_;
  state.handle = curl_easy_init();
  if (state.handle == nullptr) throw std::runtime_error("libcurl does not start");
}
Http::~Http() {
  if (state_->handle != nullptr) curl_easy_cleanup(state_->handle);
}

WebAnswer Http::send(const WebRequest& request) {
  auto& state = *state_;
  if (!state.route) state.route = std::make_unique<CurlRoute>(state.host, state.handle);  // asks the host: inside a call
  auto* handle = state.handle;
  state.route->set_url(request.url);
  state.answer = {};
  state.most = request.most;
  state.too_large = false;
  state.error[0] = 0;
  curl_slist* headers = curl_slist_append(nullptr, "Expect:");
  for (const auto& [name, value] : request.headers) {
    if (name.find_first_of("\r\n:") != std::string::npos || value.find_first_of("\r\n") != std::string::npos) {
      curl_slist_free_all(headers);
      throw TransportError("a header of the request has a line end in it", true);
    }
    headers = curl_slist_append(headers, (name + (value.empty() ? ";" : ": " + value)).c_str());
  }
  const auto timeout = std::clamp<std::int64_t>(request.timeout_ms, 1, std::max<std::int64_t>(1, state.host.remaining_ms()));
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout));
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &State::body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &state);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &State::header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &state);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, state.error.data());
  curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, nullptr);
  const bool bodiless = request.body.empty() && (request.method == "GET" || request.method == "HEAD" || request.method == "DELETE");
  if (bodiless) {
    curl_easy_setopt(handle, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(handle, CURLOPT_NOBODY, request.method == "HEAD" ? 1L : 0L);
  } else {
    curl_easy_setopt(handle, CURLOPT_NOBODY, 0L);
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
  }
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method == "HEAD" ? nullptr : request.method.c_str());
  const auto result = curl_easy_perform(handle);
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, nullptr);
  curl_easy_setopt(handle, CURLOPT_POSTFIELDS, nullptr);
  curl_slist_free_all(headers);
  if (result != CURLE_OK) {
    if (!state.route->why().empty()) throw TransportError(state.route->why(), state.route->refused());
    if (state.too_large) throw TransportError("the answer is larger than " + std::to_string(request.most) + " bytes", false);
    throw TransportError(state.error[0] != 0 ? state.error.data() : curl_easy_strerror(result), false);
  }
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  state.answer.status = static_cast<int>(status);
  return std::move(state.answer);
}

WebAnswer Http::get(std::string url) {
  WebRequest request;
  request.url = std::move(url);
  return send(request);
}
WebAnswer Http::post_json(std::string url, const json::value& body) {
  WebRequest request;
  request.method = "POST";
  request.url = std::move(url);
  request.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
  request.body = json::serialize(body);
  return send(request);
}
WebAnswer Http::post_form(std::string url, const std::vector<std::pair<std::string, std::string>>& fields) {
  WebRequest request;
  request.method = "POST";
  request.url = std::move(url);
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  for (const auto& [name, value] : fields) {
    if (!request.body.empty()) request.body += '&';
    request.body += escape_url(name) + "=" + escape_url(value);
  }
  return send(request);
}

std::string_view WebAnswer::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}
json::value WebAnswer::json() const {
  boost::system::error_code error;
  auto value = json::parse(body, error);
  if (error)
    throw TransportError("the answer (status " + std::to_string(status) + ") is no JSON: " + body.substr(0, 200), false);
  return value;
}
std::int64_t WebAnswer::retry_after_s() const {
  const auto text = header("retry-after");
  std::int64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return std::clamp<std::int64_t>(out, 0, 86'400);
}

std::string escape_url(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
        c == '~') {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

}  // namespace docket::sdk
