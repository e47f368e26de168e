// SPDX-License-Identifier: Apache-2.0
#include "mail/imap.hpp"

#include <curl/curl.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <optional>

#include "mail/charset.hpp"
#include "mail/scratch.hpp"

namespace docket::mail {
namespace {

using Kind = MailFault::Kind;

constexpr std::size_t longest_line = std::size_t{8} << 20;  // of a SEARCH with a million hits
constexpr std::int64_t longest_wait_ms = 60'000;            // for one more byte

std::optional<std::uint32_t> number_after(std::string_view line, std::string_view word) {
  const auto at = line.find(word);
  if (at == std::string_view::npos) return {};
  std::uint32_t out = 0;
  const auto rest = line.substr(at + word.size());
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), out);
  return error == std::errc{} ? std::optional(out) : std::nullopt;
}

/// Size of the literal that a line ends in: "…{123}".
std::optional<std::int64_t> literal_size(std::string_view line) {
  if (!line.ends_with('}')) return {};
  const auto open = line.rfind('{');
  if (open == std::string_view::npos) return {};
  std::int64_t out = 0;
  const auto digits = line.substr(open + 1, line.size() - open - 2);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (error != std::errc{} || end != digits.data() + digits.size() || out < 0) return {};
  return out;
}

}  // namespace

std::string wire_folder(std::string_view utf8) {
  for (const char c : utf8) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      throw MailFault(Kind::refused, "文件夹名中有控制字符 · a folder's name holds a control character");
  }
  std::string out = "\"";
  for (const char c : from_utf8(utf8, "IMAP-mailbox-name")) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

struct Imap::State {
  sdk::Host host;
  Server server;
  std::unique_ptr<CURL, void (*)(CURL*)> curl{curl_easy_init(), curl_easy_cleanup};
  std::unique_ptr<sdk::CurlRoute> route{};
  std::string buffer{};
  std::size_t used = 0;  ///< of the buffer
  unsigned int last_tag = 0;
  std::string capabilities{};
  bool broken = false;

  void wait(short events) {
    curl_socket_t socket = CURL_SOCKET_BAD;
    curl_easy_getinfo(curl.get(), CURLINFO_ACTIVESOCKET, &socket);
    pollfd entry{};
    entry.fd = socket;
    entry.events = events;
    const auto patience = std::min(host.remaining_ms(), longest_wait_ms);
    if (socket == CURL_SOCKET_BAD || ::poll(&entry, 1, static_cast<int>(patience)) <= 0) fail("no answer in time");
  }
  [[noreturn]] void fail(const std::string& why) {
    broken = true;
    throw MailFault(Kind::unreachable, place(server) + ": " + why);
  }
  void fill() {
    std::array<char, 16384> piece{};
    while (true) {
      std::size_t got = 0;
      const auto result = curl_easy_recv(curl.get(), piece.data(), piece.size(), &got);
      if (result == CURLE_AGAIN) {
        wait(POLLIN);
        continue;
      }
      if (result != CURLE_OK) fail(curl_easy_strerror(result));
      if (got == 0) fail("the server closed the connection");
      if (used > 0) {
        buffer.erase(0, used);
        used = 0;
      }
      buffer.append(piece.data(), got);
      return;
    }
  }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      std::size_t sent = 0;
      const auto result = curl_easy_send(curl.get(), bytes.data(), bytes.size(), &sent);
      if (result == CURLE_AGAIN) {
        wait(POLLOUT);
        continue;
      }
      if (result != CURLE_OK) fail(curl_easy_strerror(result));
      bytes.remove_prefix(sent);
    }
  }
  std::string line() {
    while (true) {
      const auto end = buffer.find("\r\n", used);
      if (end != std::string::npos) {
        auto out = buffer.substr(used, end - used);
        used = end + 2;
        return out;
      }
      if (buffer.size() - used > longest_line) fail("an answer without end");
      fill();
    }
  }
  /// Exactly so many bytes, handed on in pieces.
  void literal(std::int64_t size, const std::function<void(std::string_view)>& take) {
    while (size > 0) {
      if (used == buffer.size()) fill();
      const auto piece = std::string_view(buffer).substr(
          used, static_cast<std::size_t>(std::min<std::int64_t>(size, static_cast<std::int64_t>(buffer.size() - used))));
      take(piece);
      used += piece.size();
      size -= static_cast<std::int64_t>(piece.size());
    }
  }
  /// Sends a command and hands each untagged line to `untagged`; `taken` gets the bytes of literals. Throws on NO (as
  /// permanent) and BAD.
  std::string command(const std::string& text, const std::function<void(const std::string&)>& untagged = {},
                      const std::function<void(std::string_view)>& taken = {}) {
    const auto tag = "d" + std::to_string(++last_tag);
    send(tag + " " + text + "\r\n");
    while (true) {
      auto answer = line();
      if (answer.starts_with(tag + " ")) {
        const auto rest = answer.substr(tag.size() + 1);
        if (rest.starts_with("OK")) return rest;
        const auto word = text.substr(0, text.find(' ', text.starts_with("UID ") ? 4 : 0));
        throw MailFault(Kind::permanent, place(server) + " → " + word + ": " + without_controls(to_utf8(cut(rest, 300), ""), false));
      }
      if (answer.starts_with("* BYE")) fail(without_controls(to_utf8(cut(answer, 300), ""), false));
      if (!answer.starts_with("* ")) continue;
      while (const auto size = literal_size(answer)) {
        literal(*size, taken ? taken : [](std::string_view) {});
        answer += line();
      }
      if (untagged) untagged(answer);
    }
  }
  [[nodiscard]] bool has(std::string_view capability) const {
    return (" " + capabilities + " ").find(" " + std::string(capability) + " ") != std::string::npos;
  }
};

Imap::Imap(sdk::Host host, const Server& server) : state_(std::make_unique<State>(State{host, server})) {
  auto& state = *state_;
  const auto secret = server.user.empty() ? std::string() : host.secret(server.password);
  prepare(state.curl.get(), server, secret);
  state.route = std::make_unique<sdk::CurlRoute>(host, state.curl.get());
  const std::string scheme = server.security == Security::tls ? "imaps://" : "imap://";
  state.route->set_url(scheme + place(server), server.port);
  std::array<char, CURL_ERROR_SIZE> words{};
  curl_easy_setopt(state.curl.get(), CURLOPT_ERRORBUFFER, words.data());
  curl_easy_setopt(state.curl.get(), CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(state.curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(std::clamp<std::int64_t>(host.remaining_ms(), 1, 30'000)));
  const auto result = curl_easy_perform(state.curl.get());
  curl_easy_setopt(state.curl.get(), CURLOPT_ERRORBUFFER, nullptr);
  if (result != CURLE_OK) {
    state.broken = true;
    const std::string said = !state.route->why().empty() ? state.route->why()
                             : words[0] != 0             ? std::string(words.data())
                                                         : std::string(curl_easy_strerror(result));
    throw fault_of(result, server, said, state.route->refused());
  }
  state.command("CAPABILITY", [&](const std::string& line) {
    if (line.starts_with("* CAPABILITY ")) state.capabilities = line.substr(13);
  });
  identify();
}

Imap::~Imap() {
  log_out();
}

void Imap::identify() {
  if (state_->has("ID")) state_->command(R"(ID ("name" "docket" "version" "1.0" "vendor" "docket"))");
}

SelectedFolder Imap::select(const std::string& folder) {
  SelectedFolder out;
  const auto answer = state_->command("SELECT " + wire_folder(folder), [&](const std::string& line) {
    if (const auto validity = number_after(line, "[UIDVALIDITY ")) out.uid_validity = *validity;
    if (const auto next = number_after(line, "[UIDNEXT ")) out.uid_next = *next;
    if (line.ends_with(" EXISTS")) out.exists = number_after(line, "* ").value_or(0);
  });
  out.read_only = answer.find("[READ-ONLY]") != std::string::npos;
  if (out.uid_validity == 0) state_->fail("the server keeps no UIDVALIDITY, so mails can not be told apart");
  return out;
}

std::vector<std::uint32_t> Imap::search(const std::string& criteria) {
  std::vector<std::uint32_t> out;
  state_->command("UID SEARCH " + criteria, [&](const std::string& line) {
    if (!line.starts_with("* SEARCH")) return;
    const char* at = line.data() + 8;
    const char* const end = line.data() + line.size();
    while (at < end) {
      while (at < end && *at == ' ') ++at;
      std::uint32_t uid = 0;
      const auto [after, error] = std::from_chars(at, end, uid);
      if (error != std::errc{}) break;
      out.push_back(uid);
      at = after;
    }
  });
  std::ranges::sort(out);
  return out;
}

Fetched Imap::fetch(std::uint32_t uid, int fd, std::int64_t most) {
  std::int64_t size = 0;
  bool found = false;
  const auto number = std::to_string(uid);
  state_->command(
      "UID FETCH " + number + " (UID BODY.PEEK[]<0." + std::to_string(most + 1) + ">)",
      [&](const std::string& line) { found = found || line.find("BODY[]") != std::string::npos; },
      [&](std::string_view piece) {
        size += static_cast<std::int64_t>(piece.size());
        write_all(fd, piece);
      });
  if (!found) return Fetched::gone;
  return size > most ? Fetched::too_large : Fetched::whole;
}

void Imap::add_flag(std::uint32_t uid, std::string_view flag) {
  state_->command("UID STORE " + std::to_string(uid) + " +FLAGS.SILENT (" + std::string(flag) + ")");
}

void Imap::move(std::uint32_t uid, const std::string& folder) {
  const auto number = std::to_string(uid);
  const auto name = wire_folder(folder);
  const auto put = [&] { state_->command((state_->has("MOVE") ? "UID MOVE " : "UID COPY ") + number + " " + name); };
  try {
    put();
  } catch (const MailFault& fault) {
    if (fault.kind() != Kind::permanent || std::string_view(fault.what()).find("TRYCREATE") == std::string_view::npos) throw;
    state_->command("CREATE " + name);
    put();
  }
  if (state_->has("MOVE")) return;
  add_flag(uid, "\\Deleted");
  if (state_->has("UIDPLUS")) state_->command("UID EXPUNGE " + number);
}

void Imap::log_out() noexcept {
  if (!state_ || state_->broken) return;
  state_->broken = true;
  try {
    state_->send("bye LOGOUT\r\n");
  } catch (const std::exception&) {
    // The connection is gone already.
  }
}

}  // namespace docket::mail
