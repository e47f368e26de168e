// SPDX-License-Identifier: Apache-2.0
#include "plugins/mail/strict_imap.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>
#include <string_view>

namespace docket::tests {
namespace {

bool say(int client, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::string verb_of(const std::string& command) {
  auto verb = command.substr(0, command.find(' '));
  std::ranges::transform(verb, verb.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return verb;
}

}  // namespace

StrictImap::StrictImap(bool knows_id)
    : knows_id_(knows_id), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), stop_(::eventfd(0, EFD_CLOEXEC)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_.get(), any, size) != 0 || ::listen(listener_.get(), 16) != 0 || ::getsockname(listener_.get(), any, &size) != 0)
    throw std::runtime_error("the IMAP server cannot listen");
  port_ = ntohs(address.sin_port);
  door_ = std::jthread([this] { listen(); });
}
StrictImap::~StrictImap() {
  const std::uint64_t one = 1;
  (void)!::write(stop_.get(), &one, sizeof one);
  door_.join();
}

std::vector<std::string> StrictImap::commands() const {
  const std::scoped_lock lock(mutex_);
  return commands_;
}

void StrictImap::put(std::uint32_t uid, StrictMail mail) {
  const std::scoped_lock lock(mutex_);
  mails_[uid] = std::move(mail);
}

StrictMail StrictImap::mail(std::uint32_t uid) const {
  const std::scoped_lock lock(mutex_);
  return mails_.at(uid);
}

bool StrictImap::ready(int socket) const {
  std::array<pollfd, 2> both{pollfd{stop_.get(), POLLIN, 0}, pollfd{socket, POLLIN, 0}};
  return ::poll(both.data(), both.size(), -1) > 0 && both[0].revents == 0;
}

void StrictImap::listen() {
  while (ready(listener_.get())) {
    const sdk::Descriptor client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (client.get() >= 0) serve(client.get());
  }
}

bool StrictImap::read_line(int client, std::string& buffer, std::string& line) const {
  std::size_t end = 0;
  while ((end = buffer.find("\r\n")) == std::string::npos) {
    std::array<char, 4096> piece{};
    if (!ready(client)) return false;
    const auto n = ::recv(client, piece.data(), piece.size(), 0);
    if (n <= 0) return false;
    buffer.append(piece.data(), static_cast<std::size_t>(n));
  }
  line = buffer.substr(0, end);
  buffer.erase(0, end + 2);
  return true;
}

void StrictImap::serve(int client) {
  bool logged_in = false, named = false;
  std::string buffer, line;
  if (!say(client, "* OK Coremail System IMap Server Ready\r\n")) return;
  while (read_line(client, buffer, line)) {
    const auto tag = line.substr(0, line.find(' '));
    const auto command = line.substr(std::min(tag.size() + 1, line.size()));
    const auto verb = verb_of(command);
    {
      const std::scoped_lock lock(mutex_);
      commands_.push_back(verb == "LOGIN" ? verb : command);
    }
    auto said = answer(command, logged_in, named);
    if (said.empty()) return;
    // What stands before the last line is untagged; the last one belongs to the command.
    const auto last = said.rfind('\n') == std::string::npos ? 0 : said.rfind('\n') + 1;
    said.insert(last, tag + " ");
    if (!say(client, said + "\r\n") || verb == "LOGOUT") return;
  }
}

/// As much of SEARCH as is asked here: one range, UNSEEN, UNFLAGGED.
std::string StrictImap::search(const std::string& criteria) const {
  std::uint32_t from = 1, to = 0xFFFF'FFFF;
  if (const auto range = criteria.find("UID "); range != std::string::npos) {
    from = static_cast<std::uint32_t>(std::stoul(criteria.substr(range + 4)));
    const auto end = criteria.substr(criteria.find(':', range) + 1);
    if (!end.starts_with('*')) to = static_cast<std::uint32_t>(std::stoul(end));
  }
  const auto unwanted = [&](const StrictMail& mail, const char* word, const char* flag) {
    return criteria.find(word) != std::string::npos && mail.flags.contains(flag);
  };
  std::string out = "* SEARCH";
  const std::scoped_lock lock(mutex_);
  for (const auto& [uid, mail] : mails_) {
    if (uid < from || uid > to || unwanted(mail, "UNSEEN", "\\Seen") || unwanted(mail, "UNFLAGGED", "\\Flagged")) continue;
    out += " " + std::to_string(uid);
  }
  return out + "\r\nOK SEARCH completed";
}

std::string StrictImap::fetch(std::uint32_t uid) const {
  const std::scoped_lock lock(mutex_);
  const auto found = mails_.find(uid);
  if (found == mails_.end()) return "OK FETCH completed";
  const auto& mail = found->second;
  if (mail.fetch == StrictMail::Fetch::hangs_up) return {};
  if (mail.fetch == StrictMail::Fetch::refuses) return "NO [SERVERBUG] FETCH failed";
  return "* 1 FETCH (UID " + std::to_string(uid) + " BODY[]<0> {" + std::to_string(mail.raw.size()) + "}\r\n" + mail.raw +
         ")\r\nOK FETCH completed";
}

std::string StrictImap::answer(const std::string& command, bool& logged_in, bool& named) {
  const auto verb = verb_of(command);
  if (verb == "CAPABILITY") return std::string("* CAPABILITY IMAP4rev1 XLIST SPECIAL-USE ") + (knows_id_ ? "ID " : "") + "LITERAL+ UIDPLUS\r\nOK CAPABILITY completed";
  if (verb == "LOGOUT") return "* BYE IMAP4rev1 Server logging out\r\nOK LOGOUT completed";
  if (verb == "NOOP") return "OK NOOP completed";
  if (verb == "LOGIN") {
    logged_in = command.ends_with(" right");
    named = !knows_id_;
    return logged_in ? "OK LOGIN completed" : "NO LOGIN Login error or password error";
  }
  if (verb == "ID" && knows_id_) {
    // RFC 2971: a list of pairs, each a string in quotes. Said before the login it is forgotten with it.
    const bool form = command.find("(\"name\" \"") != std::string::npos && command.ends_with("\")");
    named = logged_in && form;
    return form ? "* ID (\"name\" \"Coremail Imap\")\r\nOK ID completed" : "BAD Parse command error";
  }
  if (!logged_in) return "BAD command not support";
  if (verb == "SELECT" || verb == "EXAMINE" || verb == "STATUS") {
    if (!named) return "NO " + verb + " Unsafe Login. Please contact kefu@188.com for help";
    return "* 0 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 1] UIDs valid\r\n* OK [UIDNEXT 1] next\r\n"
           "* FLAGS (\\Answered \\Seen \\Deleted \\Draft \\Flagged)\r\nOK [READ-WRITE] SELECT completed";
  }
  if (command.starts_with("UID SEARCH ")) return search(command.substr(11));
  if (command.starts_with("UID FETCH ")) return fetch(static_cast<std::uint32_t>(std::stoul(command.substr(10))));
  if (const auto flag = command.find(" +FLAGS.SILENT ("); command.starts_with("UID STORE ") && flag != std::string::npos) {
    const std::scoped_lock lock(mutex_);
    const auto found = mails_.find(static_cast<std::uint32_t>(std::stoul(command.substr(10))));
    if (found != mails_.end()) found->second.flags.insert(command.substr(flag + 16, command.size() - flag - 17));
    return "OK STORE completed";
  }
  return "BAD command not support";
}

}  // namespace docket::tests
