// SPDX-License-Identifier: Apache-2.0
#include "plugin/proxy_login.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "base/hash.hpp"

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

std::expected<std::string, std::string> read_proxy_login(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(most_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  if (!in.is_open() || in.bad() || text.empty()) return std::unexpected("The file of the proxy's login, " + file.string() + ", can not be read.");
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  const auto colon = text.find(':');
  const bool plain = std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (colon == std::string::npos || colon == 0 || text.size() > most_bytes || !plain)
    return std::unexpected("The file of the proxy's login, " + file.string() + ", must hold NAME:PASSWORD on its one line.");
  return "Basic " + to_base64(text);
}

}  // namespace docket::plugin
