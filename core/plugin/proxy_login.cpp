// SPDX-License-Identifier: Apache-2.0
#include "plugin/proxy_login.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/both.hpp"
#include "base/hash.hpp"
#include "plugin/descriptor.hpp"

namespace docket::plugin {
namespace {

constexpr std::size_t most_bytes = 1024;

std::string to_base64(std::string_view bytes) {
  auto out = to_base64url(bytes);
  std::ranges::replace(out, '-', '+');
  std::ranges::replace(out, '_', '/');
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

}  // namespace

std::expected<std::string, Said> read_proxy_login(const std::filesystem::path& file) {
  const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat facts {};
  std::string text(most_bytes + 1, '\0');
  const bool is_file = in && ::fstat(in.get(), &facts) == 0 && S_ISREG(facts.st_mode);
  const auto got = is_file ? ::read(in.get(), text.data(), text.size()) : -1;
  if (got <= 0) return std::unexpected(both("The file of the proxy's login, {}, can not be read.", "代理登录文件 {} 无法读取。", file.string()));
  // A group may be let in on purpose, the service's own for instance.
  if ((facts.st_mode & S_IRWXO) != 0)
    return std::unexpected(both("The file of the proxy's login, {}, is open to all users of this machine; take their rights away (chmod o= …).",
                                "代理登录文件 {} 对本机所有用户开放，请取消其权限（chmod o= …）。", file.string()));
  text.resize(static_cast<std::size_t>(got));
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  const auto colon = text.find(':');
  const bool plain = std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (colon == std::string::npos || colon == 0 || text.size() > most_bytes || !plain)
    return std::unexpected(both("The file of the proxy's login, {}, must hold NAME:PASSWORD on its one line.",
                                "代理登录文件 {} 应只有一行，写作 用户名:密码。", file.string()));
  return "Basic " + to_base64(text);
}

}  // namespace docket::plugin
