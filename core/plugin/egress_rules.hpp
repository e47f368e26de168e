// SPDX-License-Identifier: Apache-2.0
// Who may be called: patterns of hosts, and addresses after resolution. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docket::plugin {

/// An address as 16 bytes; IPv4 in its mapped form.
using AddressBytes = std::array<std::uint8_t, 16>;

/// Only the plain forms: four decimal numbers without leading zeros, or IPv6 text without zone.
[[nodiscard]] std::optional<AddressBytes> parse_address(std::string_view text);

/// "10.0.0.0/8", "fd00::/8", or a single address.
struct Network {
  AddressBytes address{};
  int bits = 128;
  [[nodiscard]] bool contains(const AddressBytes& other) const;
};
[[nodiscard]] std::optional<Network> parse_network(std::string_view text);

/// What no one outside has: loopback, private, link-local, unique local, shared, unspecified, multicast, reserved,
/// documentation, and IPv6 forms that carry such an IPv4 address.
[[nodiscard]] bool is_inside(const AddressBytes& address);

/// Host names as a URL may have them: letters, digits, - and . in labels, or an address. What looks like a number in
/// another notation (0x7f.1, 2130706433, 0177.0.0.1) is none.
[[nodiscard]] bool is_host(std::string_view host);

/// `pattern` is host:port. "*" is any host or any port; "*.example.com" is any name below it.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view host, std::uint16_t port);

/// Where an HTTP proxy listens.
struct ProxyPlace {
  std::string host{};  ///< a name or an address, without brackets
  std::uint16_t port = 3128;
};
/// "proxy.corp:8080", "[fd00::1]:8080", "proxy.corp", or the same after "http://".
[[nodiscard]] std::optional<ProxyPlace> parse_proxy(std::string_view text);
/// Whether `text` has the form of a pattern: a host or "*" or "*.name", and a port or "*".
[[nodiscard]] bool is_pattern(std::string_view text);

struct EgressRules {
  std::vector<std::string> manifest{};  ///< patterns
  std::vector<std::string> admin{};     ///< patterns
  std::vector<std::string> networks{};  ///< inside networks that may be reached
};
/// A sentence when the host may not be called, whatever its address.
[[nodiscard]] std::optional<std::string> refuse_host(const EgressRules& rules, std::string_view host, std::uint16_t port);
/// A sentence when this address may not be connected to.
[[nodiscard]] std::optional<std::string> refuse_address(const EgressRules& rules, std::string_view host,
                                                        const AddressBytes& address);

}  // namespace docket::plugin
