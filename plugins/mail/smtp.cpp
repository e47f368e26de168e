// SPDX-License-Identifier: Apache-2.0
#include "mail/smtp.hpp"

#include <curl/curl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "mail/charset.hpp"
#include "mail/scratch.hpp"

namespace docket::mail {
namespace {

using Kind = MailFault::Kind;

}  // namespace

struct Smtp::State {
  sdk::Host host;
  Server server;
  std::string greeting_name;
  std::unique_ptr<CURL, void (*)(CURL*)> curl{curl_easy_init(), curl_easy_cleanup};
  std::unique_ptr<sdk::CurlRoute> route{};
  std::string last_line{};
  int fd = -1;
  off_t at = 0;

  static std::size_t heard(char* data, std::size_t one, std::size_t count, void* self) {
    auto& kept = static_cast<State*>(self)->last_line;
    const std::string_view line(data, one * count);
    // After a refusal comes the goodbye, which explains nothing.
    const bool refusal = kept.starts_with('4') || kept.starts_with('5');
    if (!refusal) kept = std::string(trimmed(line));
    return one * count;
  }
  static std::size_t read(char* to, std::size_t one, std::size_t count, void* self) {
    auto& state = *static_cast<State*>(self);
    const auto got = ::pread(state.fd, to, one * count, state.at);
    if (got < 0) return CURL_READFUNC_ABORT;
    state.at += got;
    return static_cast<std::size_t>(got);
  }
  static std::size_t ignored(char*, std::size_t one, std::size_t count, void*) { return one * count; }
};

Smtp::Smtp(sdk::Host host, Server server, std::string greeting_name)
    : state_(std::make_unique<State>(State{host, std::move(server), std::move(greeting_name)})) {}
Smtp::~Smtp() = default;

std::string Smtp::perform(bool upload) {
  auto& state = *state_;
  auto* curl = state.curl.get();
  // The secret is read anew each time, so that a renewed one needs no restart.
  const auto secret = state.server.user.empty() ? std::string() : state.host.secret(state.server.password);
  prepare(curl, state.server, secret);
  if (!state.route) state.route = std::make_unique<sdk::CurlRoute>(state.host, curl);
  const std::string scheme = state.server.security == Security::tls ? "smtps://" : "smtp://";
  state.route->set_url(scheme + place(state.server) + "/" + state.greeting_name, state.server.port);
  std::array<char, CURL_ERROR_SIZE> words{};
  state.last_line.clear();
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words.data());
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &State::heard);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &state);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &State::ignored);
  curl_easy_setopt(curl, CURLOPT_UPLOAD, upload ? 1L : 0L);
  if (!upload) curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "NOOP");
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(std::clamp<std::int64_t>(state.host.remaining_ms() - 500, 1, 300'000)));
  const auto result = curl_easy_perform(curl);
  long code = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, nullptr);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, nullptr);
  const auto line = without_controls(to_utf8(cut(state.last_line, 400), ""), false);
  if (result == CURLE_OK) return line;
  const std::string said = !state.route->why().empty() ? state.route->why()
                           : words[0] != 0             ? std::string(words.data())
                                                       : std::string(curl_easy_strerror(result));
  const bool spoke = result == CURLE_SEND_ERROR || result == CURLE_WEIRD_SERVER_REPLY || result == CURLE_RECV_ERROR ||
                     result == CURLE_UPLOAD_FAILED || result == CURLE_QUOTE_ERROR;
  if (spoke && code >= 500) throw MailFault(Kind::permanent, place(state.server) + ": " + line);
  if (spoke && code >= 400) throw MailFault(Kind::temporary, place(state.server) + ": " + line);
  throw fault_of(result, state.server, line.empty() ? said : said + " (" + line + ")", state.route->refused());
}

std::string Smtp::send(const std::string& sender, const std::string& recipient, int fd) {
  auto& state = *state_;
  auto* curl = state.curl.get();
  state.fd = fd;
  state.at = 0;
  curl_slist* recipients = curl_slist_append(nullptr, ("<" + recipient + ">").c_str());
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, ("<" + sender + ">").c_str());
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, &State::read);
  curl_easy_setopt(curl, CURLOPT_READDATA, &state);
  curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(size_of(fd)));
  try {
    auto line = perform(true);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, nullptr);
    curl_slist_free_all(recipients);
    return line;
  } catch (...) {
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, nullptr);
    curl_slist_free_all(recipients);
    throw;
  }
}

void Smtp::check() {
  curl_easy_setopt(state_->curl.get(), CURLOPT_MAIL_RCPT, nullptr);
  perform(false);
}

}  // namespace docket::mail
