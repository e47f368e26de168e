// SPDX-License-Identifier: Apache-2.0
#include "plugins/mail/mail_servers.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

extern char** environ;

namespace docket::tests {
namespace {

namespace fs = std::filesystem;

/// Two ports that nobody had a moment ago; Dovecot can not say which ones it took.
std::pair<std::uint16_t, std::uint16_t> free_ports() {
  std::array<std::uint16_t, 2> ports{};
  std::array<int, 2> held{};
  for (std::size_t i = 0; i < held.size(); ++i) {
    held[i] = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(held[i], reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        ::getsockname(held[i], reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no free port");
    ports[i] = ntohs(address.sin_port);
  }
  for (const int fd : held) ::close(fd);
  return {ports[0], ports[1]};
}

bool answers(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const bool open = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  char byte = 0;
  const bool spoke = open && ::recv(fd, &byte, 1, 0) == 1;
  ::close(fd);
  return spoke;
}

void write_file(const fs::path& path, const std::string& text, bool secret = false) {
  std::ofstream(path) << text;
  fs::permissions(path, secret ? fs::perms::owner_read | fs::perms::owner_write
                               : fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read | fs::perms::others_read);
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// Starts a program with its descriptors replaced as `actions` say.
pid_t spawn(const std::vector<std::string>& command, const posix_spawn_file_actions_t* actions) {
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t pid = -1;
  return ::posix_spawnp(&pid, arguments[0], actions, nullptr, arguments.data(), environ) == 0 ? pid : -1;
}

/// Runs a program to its end; its output goes to a file in the test's directory.
void run_to_end(const fs::path& in, const std::vector<std::string>& command, const std::string& output = "programs.out") {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const auto file = (in / output).string();
  posix_spawn_file_actions_addopen(&actions, 1, file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  const auto pid = spawn(command, &actions);
  posix_spawn_file_actions_destroy(&actions);
  int status = -1;
  if (pid < 0 || ::waitpid(pid, &status, 0) != pid || status != 0)
    throw std::runtime_error(command[0] + " " + command[1] + ": " + read_file(file));
}

void make_certificates(const fs::path& in) {
  const auto at = [&](const char* name) { return (in / name).string(); };
  run_to_end(in, {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                      at("ca.key"), "-out", at("ca.pem"), "-days", "30", "-subj", "/CN=Test authority"});
  run_to_end(in, {"openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                      at("key.pem"), "-out", at("csr.pem"), "-subj", "/CN=mail.test"});
  write_file(in / "ext", "subjectAltName=DNS:mail.test,DNS:localhost\n");
  run_to_end(in, {"openssl", "x509", "-req", "-in", at("csr.pem"), "-CA", at("ca.pem"), "-CAkey", at("ca.key"),
                      "-CAcreateserial", "-out", at("cert.pem"), "-days", "30", "-extfile", at("ext")});
}

}  // namespace

MailServers::MailServers(fs::path directory, bool smtp_login) : directory_(std::move(directory)) {
  fs::create_directories(directory_ / "mail");
  make_certificates(directory_);
  start_imap();
  start_smtp(smtp_login);
}

void MailServers::start_imap() {
  std::tie(imap_port_, imaps_port_) = free_ports();
  // Mails of root are refused likewise: then they are nobody's, and the directories everybody's.
  const auto owner = ::getuid() == 0 ? uid_t{65534} : ::getuid();
  const auto group = ::getuid() == 0 ? gid_t{65534} : ::getgid();
  fs::create_directories(directory_ / "home");
  for (const char* name : {"home", "mail"}) fs::permissions(directory_ / name, fs::perms::all);
  // Dovecot's login process refuses to be root: then it is the package's own user, who must be able to pass.
  std::string users;
  if (::getuid() != 0) {
    const auto* me = ::getpwuid(::getuid());
    const std::string user = me == nullptr ? "nobody" : me->pw_name;
    users = "default_internal_user = " + user + "\ndefault_login_user = " + user + "\ndefault_internal_group = " + user + "\n";
  }
  fs::permissions(directory_, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec | fs::perms::others_read |
                                  fs::perms::others_exec);
  const auto run = directory_ / "run";
  fs::create_directories(run);
  const auto here = directory_.string();
  // Dovecot's configuration ends values at blanks, so the password is written as a digest.
  run_to_end(directory_, {"python3", "-c", "import hashlib,sys;print(hashlib.md5(sys.argv[1].encode()).hexdigest(),end='')", password_}, "digest");
  // Everything as the user of the test, in its directory; any user name with the one password is a mailbox.
  write_file(directory_ / "dovecot.conf",
             "base_dir = " + run.string() + "\nstate_dir = " + run.string() + "\nlog_path = " + here + "/dovecot.log\n" +
                 "protocols = imap\nlisten = 127.0.0.1\nssl = yes\nssl_cert = <" + here + "/cert.pem\nssl_key = <" + here +
                 "/key.pem\n" + users +
                 "\nfirst_valid_uid = 0\nfirst_valid_gid = 0\nmail_location = maildir:" + here +
                 "/mail/%u\nmail_fsync = never\nmaildir_very_dirty_syncs = yes\ndisable_plaintext_auth = no\n" +
                 "auth_mechanisms = plain login\nauth_failure_delay = 0\nmail_max_userip_connections = 50\n" +
                 "passdb {\n  driver = static\n  args = password={PLAIN-MD5}" + read_file(directory_ / "digest") + "\n}\n" +
                 "userdb {\n  driver = static\n  args = uid=" + std::to_string(owner) + " gid=" + std::to_string(group) +
                 " home=" + here + "/home/%u\n}\nservice imap-login {\n  chroot =\n  inet_listener imap {\n    port = " +
                 std::to_string(imap_port_) + "\n  }\n  inet_listener imaps {\n    port = " + std::to_string(imaps_port_) +
                 "\n    ssl = yes\n  }\n}\nservice anvil {\n  chroot =\n}\nservice stats {\n  chroot =\n}\n");
  const auto log = (directory_ / "dovecot.out").string();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  const auto config = (directory_ / "dovecot.conf").string();
  imap_ = spawn({"/usr/sbin/dovecot", "-F", "-c", config}, &actions);
  posix_spawn_file_actions_destroy(&actions);
  if (imap_ < 0) throw std::runtime_error("dovecot is not installed (package dovecot-imapd)");
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{120};
  while (!answers(imap_port_)) {
    if (::waitpid(imap_, nullptr, WNOHANG) != 0 || std::chrono::steady_clock::now() > patience) {
      throw std::runtime_error("dovecot ended: " + read_file(log) + read_file(directory_ / "dovecot.log"));
    }
    ::poll(nullptr, 0, 20);
  }
}

void MailServers::start_smtp(bool login) {
  if (login) write_file(directory_ / "password", password_, true);
  int input[2], output[2];
  if (::pipe2(input, O_CLOEXEC) != 0 || ::pipe2(output, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input[0], 0);
  posix_spawn_file_actions_adddup2(&actions, output[1], 1);
  const std::string script = std::string(DOCKET_SOURCE_DIR) + "/tests/plugins/mail/mail_servers.py";
  const auto where = directory_.string();
  // Debian's interpreter by its path: it is the one that the package python3-aiosmtpd is for.
  smtp_ = spawn({"/usr/bin/python3", "-Wignore", script, where}, &actions);
  posix_spawn_file_actions_destroy(&actions);
  ::close(input[0]);
  ::close(output[1]);
  smtp_input_ = input[1];
  std::string line;
  char c = 0;
  while (smtp_ > 0 && ::read(output[0], &c, 1) == 1 && c != '\n') line += c;
  ::close(output[0]);
  boost::system::error_code error;
  const auto said = boost::json::parse(line, error);
  if (error) throw std::runtime_error("the SMTP server does not start (package python3-aiosmtpd)");
  smtp_port_ = said.at("port").to_number<std::uint16_t>();
}

MailServers::~MailServers() {
  if (smtp_input_ >= 0) ::close(smtp_input_);
  for (const auto pid : {imap_, smtp_}) {
    if (pid <= 0) continue;
    ::kill(pid, SIGTERM);
    ::waitpid(pid, nullptr, 0);
  }
}

fs::path MailServers::box(const std::string& user) const {
  const auto box = directory_ / "mail" / user;
  std::error_code ec;
  for (const char* part : {"tmp", "new", "cur"}) {
    if (fs::create_directories(box / part)) fs::permissions(box / part, fs::perms::all);
  }
  fs::permissions(box, fs::perms::all, ec);
  return box;
}

void MailServers::put(const std::string& user, const std::string& mail) {
  const auto name = std::to_string(1'700'000'000 + put_) + ".M" + std::to_string(put_) + ".test";
  ++put_;
  const auto where = box(user);
  std::ofstream(where / "tmp" / name, std::ios::binary) << mail;
  fs::rename(where / "tmp" / name, where / "new" / name);
}

std::vector<std::string> MailServers::mails(const std::string& user, const std::string& folder) const {
  std::vector<std::string> out;
  auto where = box(user);
  if (!folder.empty()) where /= folder;
  for (const char* part : {"new", "cur"}) {
    if (!fs::is_directory(where / part)) continue;
    for (const auto& entry : fs::directory_iterator(where / part)) out.push_back(read_file(entry.path()));
  }
  return out;
}

int MailServers::flagged(const std::string& user, char letter) const {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(box(user) / "cur")) {
    const auto name = entry.path().filename().string();
    const auto flags = name.find(":2,");
    if (flags != std::string::npos && name.find(letter, flags) != std::string::npos) ++count;
  }
  return count;
}

void MailServers::forget_uids(const std::string& user) const {
  for (const auto& entry : fs::directory_iterator(box(user))) {
    if (entry.path().filename().string().starts_with("dovecot")) fs::remove_all(entry.path());
  }
}

}  // namespace docket::tests
