// SPDX-License-Identifier: Apache-2.0
// Mails under kill -9: a real Dovecot, the channel in a process that is killed between all of its steps, and a desk that
// stays. Afterwards each mail is on a ticket, once, and marked.
//   docket_mail_kills --mails N --kills K --seed S
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <string>

#include "mail/settings.hpp"
#include "mail/signed_name.hpp"
#include "mail/take_in.hpp"
#include "plugins/mail/fake_desk.hpp"
#include "plugins/mail/test_servers.hpp"

using namespace docket;
using sdk::json::object;

namespace {

const std::string keys_text = "0123456789abcdef0123456789abcdef-kills";
constexpr int old_tickets = 20;
constexpr int most_troubles = 20;  // polls that end with an error

bool read_whole(int fd, void* to, std::size_t size) {
  auto* at = static_cast<char*>(to);
  while (size > 0) {
    const auto got = ::read(fd, at, size);
    if (got <= 0) return false;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}
bool write_whole(int fd, const void* from, std::size_t size) {
  const auto* at = static_cast<const char*>(from);
  while (size > 0) {
    const auto put = ::send(fd, at, size, MSG_NOSIGNAL);
    if (put <= 0) return false;
    at += put;
    size -= static_cast<std::size_t>(put);
  }
  return true;
}
bool read_text(int fd, std::string& text) {
  std::uint32_t size = 0;
  if (!read_whole(fd, &size, sizeof size)) return false;
  text.resize(size);
  return read_whole(fd, text.data(), size);
}
bool write_text(int fd, const std::string& text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  return write_whole(fd, &size, sizeof size) && write_whole(fd, text.data(), text.size());
}

/// The host's side of the border in the killed process: what must last goes over a socket to the desk's process.
struct Child {
  int desk = -1;
  std::uint16_t imap = 0;
  std::string trust, password;

  std::int32_t ask(char kind, const std::string& request, docket_sink answer) const {
    std::string said;
    std::int32_t status = 0;
    if (!write_text(desk, kind + request) || !read_whole(desk, &status, sizeof status) || !read_text(desk, said)) ::_exit(9);
    answer.write(answer.context, said.data(), said.size());
    return status;
  }
  static const Child& of(void* context) { return *static_cast<const Child*>(context); }
  static std::string text(docket_text value) { return {value.data, static_cast<std::size_t>(value.size)}; }

  docket_host table() {
    docket_host host{};
    host.size = sizeof host;
    host.abi_major = DOCKET_ABI_MAJOR;
    host.context = this;
    host.log = [](void*, std::uint32_t, docket_text) {};
    host.now = [](void*) { return std::int64_t{20'000} * 86'400 * 1'000'000; };
    host.deadline = [](void*) { return std::int64_t{20'000} * 86'400 * 1'000'000 + 300'000'000; };
    host.connect = [](void* context, docket_text, std::uint16_t, std::uint32_t, docket_sink) -> std::int32_t {
      const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      address.sin_port = htons(of(context).imap);
      return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? fd : DOCKET_FAILED;
    };
    host.trust_file = [](void* context, docket_sink path) -> std::int32_t {
      path.write(path.context, of(context).trust.data(), of(context).trust.size());
      return DOCKET_OK;
    };
    host.secret = [](void* context, docket_text name, docket_sink value) -> std::int32_t {
      const auto& secret = text(name) == "/keys" ? keys_text : of(context).password;
      value.write(value.context, secret.data(), secret.size());
      return DOCKET_OK;
    };
    host.state_get = [](void* context, docket_text key, docket_sink value) { return of(context).ask('g', text(key), value); };
    host.state_put = [](void* context, docket_text key, docket_text value) {
      return of(context).ask('p', text(key) + '\n' + text(value), {nullptr, [](void*, const char*, std::uint64_t) {}});
    };
    host.command = [](void* context, docket_text request, docket_sink answer) { return of(context).ask('c', text(request), answer); };
    host.content_create = [](void*) -> std::int32_t { return ::memfd_create("content", MFD_CLOEXEC); };
    host.content_keep = [](void* context, std::int32_t, docket_text facts, docket_sink answer) {
      return of(context).ask('k', text(facts), answer);
    };
    return host;
  }
};

object settings_json() {
  return {{"from", object{{"address", "kills@desk.test"}}},
          {"keys", "/keys"},
          {"plus_addresses", true},
          {"most_per_sender_hour", 100'000},
          {"mailboxes", sdk::json::array{object{{"address", "kills@desk.test"}, {"host", "mail.test"}, {"user", "kills"}, {"password", "/password"}, {"start", "all"}}}}};
}

[[noreturn]] void child_life(Child child) {
  const auto table = child.table();
  const auto settings = mail::read_settings(settings_json());
  mail::TakeIn take_in(sdk::Host(&table), settings);
  while (true) {
    const auto answer = take_in.poll();
    if (!answer.error.empty()) {
      std::cerr << answer.error << "\n";
      ::_exit(3);
    }
    if (!answer.more) ::_exit(0);
  }
}

/// What lasts.
struct Desk {
  tests::FakeDesk commands;
  std::map<std::string, std::string> state;
  std::int64_t kept = 0;

  std::pair<std::int32_t, std::string> apply(const std::string& request) {
    const auto body = request.substr(1);
    switch (request[0]) {
      case 'g': {
        const auto found = state.find(body);
        return found == state.end() ? std::pair{DOCKET_NOT_FOUND, std::string()} : std::pair{DOCKET_OK, found->second};
      }
      case 'p':
        state[body.substr(0, body.find('\n'))] = body.substr(body.find('\n') + 1);
        return {DOCKET_OK, {}};
      case 'k':
        return {DOCKET_OK, R"({"id":")" + std::to_string(++kept) + "\"}"};
      default:
        try {
          return {DOCKET_OK, sdk::json::serialize(commands.command(sdk::json::parse(body).as_object()))};
        } catch (const sdk::HostError& refused) {
          return {refused.status(), refused.what()};
        }
    }
  }
};

std::string mail_text(int number, const mail::Signer& signer) {
  const auto id = std::to_string(number);
  std::string to = "kills@desk.test", from = "customer" + id + "@example.com";
  if (number % 5 == 4) {  // an answer on a ticket that is there
    mail::SignedName name;
    name.ticket = 1 + number % old_tickets;
    name.recipient = 100;
    name.day = 20'000;
    to = mail::reply_address(to, signer.address_token(name));
    from = "old@example.com";
  }
  std::string head = "From: " + from + "\r\nTo: " + to + "\r\nSubject: mail " + id + "\r\nMessage-ID: <" + id + "@example.com>\r\n";
  if (number % 7 == 0) head += "Cc: c@example.com\r\n";
  const std::string body = "body " + id + "\r\n";
  if (number % 4 != 0) return head + "\r\n" + body;
  return head + "Content-Type: multipart/mixed; boundary=M\r\n\r\n--M\r\nContent-Type: text/plain\r\n\r\n" + body +
         "--M\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQ=\r\n--M--\r\n";
}

int number_option(const std::vector<std::string>& words, const std::string& name, int fallback) {
  const auto at = std::ranges::find(words, name);
  if (at == words.end() || at + 1 == words.end()) return fallback;
  int out = fallback;
  std::from_chars((at + 1)->data(), (at + 1)->data() + (at + 1)->size(), out);
  return out;
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  const int mails = number_option(words, "--mails", 200);
  const int kills = number_option(words, "--kills", 40);
  const int seed = number_option(words, "--seed", 1);
  std::mt19937 random(static_cast<unsigned int>(seed));
  const auto upto = [&](int most) { return static_cast<int>(random() % static_cast<unsigned int>(most)); };
  auto& servers = tests::test_servers();
  const mail::Signer signer({keys_text});
  Desk desk;
  desk.commands.customers["old@example.com"] = 100;
  for (int i = 1; i <= old_tickets; ++i) desk.commands.tickets[i].customer = 100;
  for (int i = 0; i < mails; ++i) servers.put("kills", mail_text(i, signer));

  int done_kills = 0, lives = 0, troubles = 0;
  bool finished = false;
  const auto began = std::chrono::steady_clock::now();
  // Each mail takes about seven requests, so all kills have been before half of the mails are through.
  const int between = std::max(2, mails * 7 / std::max(1, kills));
  while (!finished && lives < kills + 1000) {
    ++lives;
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) return 2;
    const auto child = ::fork();
    if (child == 0) {
      ::close(pair[0]);
      child_life({pair[1], servers.imaps_port(), servers.authority().string(), servers.password()});
    }
    ::close(pair[1]);
    int until_kill = done_kills < kills ? 1 + upto(between) : -1;
    const int where = upto(4);
    std::string request;
    while (read_text(pair[0], request)) {
      const bool now = until_kill > 0 && --until_kill == 0;
      const auto end = [&] {
        ::kill(child, SIGKILL);
        ++done_kills;
      };
      if (now && where == 0) {  // asked, not done
        end();
        break;
      }
      const auto [status, said] = desk.apply(request);
      if (now && where == 1) {  // done, not heard
        end();
        break;
      }
      if (!write_whole(pair[0], &status, sizeof status) || !write_text(pair[0], said)) break;
      if (now) {  // somewhere in what follows, most of it on the wire to Dovecot
        if (where == 3) ::poll(nullptr, 0, upto(4));
        end();
        break;
      }
    }
    ::close(pair[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    finished = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    // On a busy machine Dovecot may be late, which the desk would try again; a fault of the channel comes back each time.
    if (WIFEXITED(status) && WEXITSTATUS(status) == 3 && ++troubles > most_troubles) return 1;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;

  std::multiset<std::string> said;
  int unopened = 0;
  for (const auto& [number, ticket] : desk.commands.tickets) {
    for (const auto& message : ticket.messages) {
      if (message.kind == "customer") said.insert(message.body);
      if (message.body.find("见附件") != std::string::npos) ++unopened;
    }
  }
  int lost = 0, doubled = 0;
  for (int i = 0; i < mails; ++i) {
    const auto times = said.count("body " + std::to_string(i));
    lost += times == 0 ? 1 : 0;
    doubled += times > 1 ? 1 : 0;
  }
  const auto marked = servers.flagged("kills", 'S');
  const bool holds = finished && lost == 0 && doubled == 0 && std::cmp_equal(said.size(), mails) && marked == mails && done_kills >= kills;
  std::cout << (holds ? "holds" : "BROKEN") << ": " << mails << " mails, " << done_kills << " kills: " << said.size()
            << " messages on tickets, " << lost << " lost, " << doubled << " doubled, " << unopened << " unopened, " << marked
            << " marked; " << static_cast<int>(mails / took.count()) << " mails/s; seed " << seed << "\n";
  return holds ? 0 : 1;
}
