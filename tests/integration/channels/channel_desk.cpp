// SPDX-License-Identifier: Apache-2.0
#include "integration/channels/channel_desk.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace docket::tests {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr auto kPatience = std::chrono::seconds{240};  // a ceiling for a machine with much else to do

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void replace(std::string& text, const std::string& what, const std::string& with) {
  auto at = text.find(what);
  if (at == std::string::npos) throw std::runtime_error("the sample has no \"" + what + "\"");
  for (; at != std::string::npos; at = text.find(what, at + with.size())) text.replace(at, what.size(), with);
}

/// Dovecot's processes are other users.
fs::path passable(const fs::path& directory) {
  fs::permissions(directory, fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec);
  return directory;
}

std::string base64(const std::string& bytes) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    for (std::size_t k = 0; k < 3; ++k) three = three << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k)
      out += i + k > bytes.size() ? '=' : letters[(three >> (18 - 6 * k)) & 63u];
  }
  return out;
}

}  // namespace

ChannelDesk::ChannelDesk(const std::string& program, const std::string& plugin_directory, const std::string& sample, const Changes& changes)
    : mail_(passable(directory_.path()) / "servers", true),
      desk_(program, configured(sample, changes), directory_.path() / "data",
            {"--plugin-dir", plugin_directory, "--trust", mail_.authority().string(), "--secrets",
             (directory_.path() / "secrets").string()}) {
  keep_secret("mail-keys", "0123456789abcdef0123456789abcdef0123456789abcdef");
  keep_secret("mail-password", mail_.password());
}

fs::path ChannelDesk::configured(const std::string& sample, const Changes& changes) {
  const auto config = directory_.path() / "config";
  fs::copy(fs::path(DOCKET_SOURCE_DIR) / "config" / "samples" / sample, config, fs::copy_options::recursive);
  auto text = read_file(config / "desk.yaml");
  const auto imap = std::to_string(mail_.imaps_port()), smtp = std::to_string(mail_.smtp_port());
  replace(text, "/etc/docket/secrets", (directory_.path() / "secrets").string());
  replace(text, "hosts: [\"imap.example.com:993\", \"smtp.example.com:465\"]",
          "hosts: [\"localhost:" + imap + "\", \"localhost:" + smtp + "\"]\n    networks: [127.0.0.0/8]");
  replace(text, "host: imap.example.com\n          user: support@example.com", "host: localhost\n          port: " + imap + "\n          user: support");
  replace(text, "smtp: {host: smtp.example.com, user: support@example.com", "smtp: {host: localhost, port: " + smtp + ", security: starttls, user: support");
  replace(text, "week: {workdays: [\"09:00-18:00\"]}", "week: {every_day: [\"00:00-24:00\"]}");
  for (const auto& [what, with] : changes) replace(text, what, with);
  std::ofstream(config / "desk.yaml") << text;
  return config;
}

std::string ChannelDesk::keep_secret(const std::string& name, const std::string& content) {
  const auto file = directory_.path() / "secrets" / name;
  fs::create_directories(file.parent_path());
  std::ofstream(file) << content;
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  return file.string();
}

void ChannelDesk::serve() {
  desk_.init();
  (void)desk_.start();
  desk_.set_up_admin();
}

std::string ChannelDesk::add_person(const std::string& login, const std::string& role, const std::string& team) {
  json::array memberships;
  if (!team.empty()) memberships.push_back(json::object{{"team", team}});
  return desk_.add_person(login, json::array{json::object{{"role", role}}}, memberships);
}

std::int64_t ChannelDesk::upload(const std::string& token, const std::string& name, const std::string& media_type, const std::string& bytes) {
  const auto target = desk_.target();
  std::string request = "POST /api/v1/attachments?name=" + name + " HTTP/1.1\r\nHost: localhost:" + std::to_string(target.port) +
                        "\r\nAuthorization: Bearer " + token + "\r\nContent-Type: " + media_type +
                        "\r\nContent-Length: " + std::to_string(bytes.size()) + "\r\n\r\n" + bytes;
  const auto reply = ask(target, request);
  if (reply.status != 201) throw std::runtime_error("upload: " + std::to_string(reply.status) + " " + reply.body);
  return json::parse(reply.body).at("id").to_number<std::int64_t>();
}

std::string ChannelDesk::file(std::int64_t attachment) const {
  return desk_.call("GET", "/api/v1/attachments/" + std::to_string(attachment), desk_.token()).body;
}

json::array ChannelDesk::items(const std::string& path) const {
  return desk_.json("GET", path, desk_.token()).at("items").as_array();
}

json::object ChannelDesk::status_of(const std::string& plugin) const {
  for (const auto& one : items("/api/v1/plugins")) {
    if (one.at("name").as_string() == plugin) return one.as_object();
  }
  throw std::runtime_error("no plugin " + plugin + " is configured");
}

std::string ChannelDesk::complaints_of(const std::string& plugin) const {
  std::string out;
  for (const auto& line : items("/api/v1/plugins/" + plugin + "/log")) {
    const auto& level = line.at("level").as_string();
    if (level == "warning" || level == "error") out.append(line.at("line").as_string()).append("\n");
  }
  return out;
}

ChannelDesk::HostMemory ChannelDesk::host_memory() {
  HostMemory out;
  const auto parent = "PPid:\t" + std::to_string(desk_.process().pid()) + "\n";
  const auto kib = [](const std::string& text, const std::string& name) {
    const auto at = text.find(name + ":");
    return at == std::string::npos ? std::int64_t{0} : static_cast<std::int64_t>(std::stoll(text.substr(at + name.size() + 1)));
  };
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const auto status = read_file(entry.path() / "status");
    if (status.find(parent) == std::string::npos || read_file(entry.path() / "cmdline").find("plugin-host") == std::string::npos) continue;
    const auto rollup = read_file(entry.path() / "smaps_rollup");
    out.peak = std::max(out.peak, kib(status, "VmHWM"));
    out.own = std::max(out.own, kib(rollup, "Private_Clean") + kib(rollup, "Private_Dirty"));
  }
  return out;
}

void ChannelDesk::wait_for_first_poll() {
  wait_for("a first look into the mailbox", [this] {
    const auto status = status_of("mail");
    const auto* polled = status.if_contains("last_poll_at");
    return polled != nullptr && polled->is_string();
  });
}

void ChannelDesk::wait_for(const std::string& what, const std::function<bool()>& holds) const {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until)
      throw std::runtime_error("in vain waited for " + what + "; " + desk_.call("GET", "/api/v1/plugins", desk_.token()).body + " " +
                               complaints_of("mail") + " " + desk_.call("GET", "/api/v1/deliveries", desk_.token()).body);
    ::poll(nullptr, 0, 10);
  }
}

std::string small_picture() {
  // One red pixel.
  constexpr unsigned char png[] = {0x89, 'P',  'N',  'G',  0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 'I',  'H',  'D',
                                   'R',  0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x90,
                                   0x77, 0x53, 0xDE, 0x00, 0x00, 0x00, 0x0C, 'I',  'D',  'A',  'T',  0x08, 0xD7, 0x63, 0xF8,
                                   0xCF, 0xC0, 0x00, 0x00, 0x03, 0x01, 0x01, 0x00, 0x18, 0xDD, 0x8D, 0xB0, 0x00, 0x00, 0x00,
                                   0x00, 'I',  'E',  'N',  'D',  0xAE, 0x42, 0x60, 0x82};
  return {reinterpret_cast<const char*>(png), sizeof png};
}

std::string mail_with_file(const std::string& from, const std::string& id, const std::string& bytes) {
  std::string out = "From: " + from + "\r\nTo: support@example.com\r\nSubject: a file\r\nMessage-ID: <" + id +
                    ">\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=F\r\n\r\n--F\r\nContent-Type: text/plain\r\n\r\n"
                    "see the file\r\n--F\r\nContent-Type: application/octet-stream; name=log.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n";
  constexpr std::size_t line = 57;
  for (std::size_t at = 0; at < bytes.size(); at += line) out += base64(bytes.substr(at, line)) + "\r\n";
  return out + "--F--\r\n";
}

std::string mail_with_picture(const std::string& from, const std::string& id) {
  // 张三 <…>; 屏幕碎了; 路由器收到时屏幕已经碎了。 in gb2312, as Foxmail writes them.
  const std::string body = "\xC2\xB7\xD3\xC9\xC6\xF7\xCA\xD5\xB5\xBD\xCA\xB1\xC6\xC1\xC4\xBB\xD2\xD1\xBE\xAD\xCB\xE9\xC1\xCB\xA1\xA3";
  return "From: =?gb2312?B?1cXI/Q==?= <" + from + ">\r\nTo: support@example.com\r\nSubject: =?gb2312?B?xsHEu8vpwcs=?=\r\nMessage-ID: <" + id +
         ">\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_Foxmail\"\r\n\r\n--=_Foxmail\r\n"
         "Content-Type: text/plain; charset=\"gb2312\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
         base64(body) + "\r\n--=_Foxmail\r\nContent-Type: image/png; name=\"=?gb2312?B?1dXGrC5wbmc=?=\"\r\n" +
         "Content-Disposition: attachment; filename=\"=?gb2312?B?1dXGrC5wbmc=?=\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
         base64(small_picture()) + "\r\n--=_Foxmail--\r\n";
}

std::string mail_as_html(const std::string& from, const std::string& id, const std::string& text, const std::string& html) {
  const auto part = [](const std::string& head, const std::string& body) {
    return head + "\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64(body) + "\r\n";
  };
  return "From: <" + from + ">\r\nTo: support@example.com\r\nSubject: html\r\nMessage-ID: <" + id +
         ">\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=R\r\n\r\n--R\r\n"
         "Content-Type: multipart/alternative; boundary=A\r\n\r\n--A\r\n" +
         part("Content-Type: text/plain; charset=utf-8", text) + "--A\r\n" + part("Content-Type: text/html; charset=utf-8", html) +
         "--A--\r\n--R\r\n" + part("Content-Type: image/png; name=crack.png\r\nContent-ID: <crack@x>", small_picture()) + "--R--\r\n";
}

}  // namespace docket::tests
