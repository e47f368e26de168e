// SPDX-License-Identifier: Apache-2.0
#include "plugin/egress_rules.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace docket::plugin {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (out.ends_with('.')) out.pop_back();
  return out;
}

constexpr std::array<std::string_view, 16> inside_v4{"0.0.0.0/8",       "10.0.0.0/8",     "100.64.0.0/10",  "127.0.0.0/8",
                                                     "169.254.0.0/16",  "172.16.0.0/12",  "192.0.0.0/24",   "192.0.2.0/24",
                                                     "192.88.99.0/24",  "192.168.0.0/16", "198.18.0.0/15",  "198.51.100.0/24",
                                                     "203.0.113.0/24",  "224.0.0.0/4",    "240.0.0.0/4",    "255.255.255.255/32"};

const std::vector<Network>& inside_networks() {
  static const auto networks = [] {
    std::vector<Network> out;
    for (const auto text : inside_v4) out.push_back(*parse_network(text));
    return out;
  }();
  return networks;
}

bool is_mapped(const AddressBytes& a) {
  return std::all_of(a.begin(), a.begin() + 10, [](auto b) { return b == 0; }) && a[10] == 0xFF && a[11] == 0xFF;
}

bool inside_as_v4(const AddressBytes& mapped) {
  return std::ranges::any_of(inside_networks(), [&](const Network& network) { return network.contains(mapped); });
}

AddressBytes mapped_of(const std::uint8_t* four) {
  AddressBytes out{};
  out[10] = out[11] = 0xFF;
  std::copy_n(four, 4, out.begin() + 12);
  return out;
}

bool read_port(std::string_view digits, std::uint16_t& port) {
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return read.ec == std::errc{} && read.ptr == digits.data() + digits.size() && port != 0;
}

}  // namespace

std::optional<AddressBytes> parse_address(std::string_view text) {
  if (text.size() > 45) return std::nullopt;
  const std::string ended(text);
  AddressBytes out{};
  if (text.find(':') != std::string_view::npos) {
    if (::inet_pton(AF_INET6, ended.c_str(), out.data()) != 1) return std::nullopt;
    return out;
  }
  std::array<std::uint8_t, 4> four{};
  if (::inet_pton(AF_INET, ended.c_str(), four.data()) != 1) return std::nullopt;
  // glibc takes leading zeros for decimal, others for octal: neither.
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const bool starts = i == 0 || text[i - 1] == '.';
    if (starts && text[i] == '0' && text[i + 1] != '.') return std::nullopt;
  }
  return mapped_of(four.data());
}

bool Network::contains(const AddressBytes& other) const {
  for (int bit = 0; bit < bits; bit += 8) {
    const auto at = static_cast<std::size_t>(bit / 8);
    const int used = std::min(8, bits - bit);
    const auto mask = static_cast<std::uint8_t>(0xFF << (8 - used));
    if ((address[at] & mask) != (other[at] & mask)) return false;
  }
  return true;
}

std::optional<Network> parse_network(std::string_view text) {
  const auto slash = std::min(text.find('/'), text.size());
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  Network out{*address, 128};
  const bool v4 = text.find(':') == std::string_view::npos;
  if (slash < text.size()) {
    const auto digits = text.substr(slash + 1);
    int bits = -1;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size() || bits < 0 || bits > (v4 ? 32 : 128))
      return std::nullopt;
    out.bits = v4 ? 96 + bits : bits;
  }
  return out;
}

bool is_inside(const AddressBytes& a) {
  if (is_mapped(a)) return inside_as_v4(a);
  const bool zero = std::all_of(a.begin(), a.begin() + 12, [](auto b) { return b == 0; });
  if (zero) return true;                                             // ::, ::1, and IPv4 in its compatible form
  if (a[0] == 0x00 && a[1] == 0x64 && a[2] == 0xFF && a[3] == 0x9B)  // 64:ff9b::/96, translated IPv4
    return inside_as_v4(mapped_of(a.data() + 12)) || a[5] != 0 || a[4] != 0;
  if (a[0] == 0x20 && a[1] == 0x02) return inside_as_v4(mapped_of(a.data() + 2));  // 6to4
  if (a[0] == 0x20 && a[1] == 0x01 && a[2] < 0x02) return true;                    // 2001::/23: Teredo and special uses
  if (a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0D && a[3] == 0xB8) return true;   // documentation
  return (a[0] & 0xE0) != 0x20;  // only 2000::/3 is out there; fc00::/7, fe80::/10, ff00::/8 and the rest are not
}

bool is_host(std::string_view host) {
  if (parse_address(host)) return true;
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.empty() || host.size() > 253) return false;
  std::string_view last;
  while (true) {
    const auto label = host.substr(0, std::min(host.find('.'), host.size()));
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    if (!std::ranges::all_of(label, [](char c) {
          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        }))
      return false;
    last = label;
    if (label.size() == host.size()) break;
    host.remove_prefix(label.size() + 1);
  }
  // A last label that begins with a digit is a number in some notation, and resolvers read it as an address.
  return last.front() < '0' || last.front() > '9';
}

std::optional<ProxyPlace> parse_proxy(std::string_view text) {
  constexpr std::string_view scheme = "http://";
  if (text.starts_with(scheme)) {
    text.remove_prefix(scheme.size());
    if (text.ends_with('/')) text.remove_suffix(1);
  }
  ProxyPlace out;
  const bool brackets = text.starts_with('[');
  const auto host_end = brackets ? text.find(']') : std::min(text.find(':'), text.size());
  if (host_end == std::string_view::npos) return std::nullopt;
  out.host = brackets ? text.substr(1, host_end - 1) : text.substr(0, host_end);
  if (brackets != (out.host.find(':') != std::string::npos) || !is_host(out.host)) return std::nullopt;
  text.remove_prefix(host_end + (brackets ? 1 : 0));
  if (text.empty()) return out;
  if (!text.starts_with(':') || !read_port(text.substr(1), out.port)) return std::nullopt;
  return out;
}

bool is_pattern(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  std::uint16_t port = 0;
  if (text.substr(colon + 1) != "*" && !read_port(text.substr(colon + 1), port)) return false;
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) return parse_address(host.substr(1, host.size() - 2)).has_value();
  if (host.starts_with("*.")) host.remove_prefix(2);
  return host == "*" || is_host(host);
}

bool matches(std::string_view pattern, std::string_view host, std::uint16_t port) {
  const auto colon = pattern.rfind(':');
  if (colon == std::string_view::npos) return false;
  const auto port_text = pattern.substr(colon + 1);
  if (port_text != "*" && port_text != std::to_string(port)) return false;
  auto wanted = lower(pattern.substr(0, colon));
  if (wanted.size() > 2 && wanted.front() == '[' && wanted.back() == ']') wanted = wanted.substr(1, wanted.size() - 2);
  const auto name = lower(host);
  if (wanted == "*") return true;
  if (const auto a = parse_address(wanted)) return parse_address(name) == a;
  if (wanted.starts_with("*.")) {
    const auto suffix = std::string_view(wanted).substr(1);
    return name.size() > suffix.size() && name.ends_with(suffix) && !parse_address(name);
  }
  return wanted == name;
}

std::optional<std::string> refuse_host(const EgressRules& rules, std::string_view host, std::uint16_t port) {
  const auto where = std::string(host.substr(0, 100)) + ":" + std::to_string(port);
  if (port == 0 || !is_host(host)) return "\"" + where + "\" is no host and port.";
  const auto allowed = [&](const std::vector<std::string>& patterns) {
    return std::ranges::any_of(patterns, [&](const auto& pattern) { return matches(pattern, host, port); });
  };
  if (!allowed(rules.manifest)) return where + " is not among the hosts of the plugin's manifest.";
  if (!allowed(rules.admin)) return where + " is not among the hosts that the desk's definitions allow; add it to `hosts` of the plugin.";
  return std::nullopt;
}

std::optional<std::string> refuse_address(const EgressRules& rules, std::string_view host, const AddressBytes& address) {
  if (!is_inside(address)) return std::nullopt;
  for (const auto& text : rules.networks) {
    if (const auto network = parse_network(text); network && network->contains(address)) return std::nullopt;
  }
  return std::string(host) + " has a private or local address; add its network to `networks` of the plugin if that is meant.";
}

}  // namespace docket::plugin
