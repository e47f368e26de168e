// SPDX-License-Identifier: Apache-2.0
#include "http/address_set.hpp"

#include <algorithm>
#include <utility>

namespace docket::http {

namespace ip = boost::asio::ip;

namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

ip::address plain_address(const ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  return address;
}

Result<AddressSet> AddressSet::parse(const std::vector<std::string>& entries) {
  AddressSet set;
  for (const std::string& entry : entries) {
    boost::system::error_code error;
    if (entry.find('/') == std::string::npos) {
      const ip::address single = plain_address(ip::make_address(entry, error));
      if (!error && single.is_v4()) set.v4_.emplace_back(single.to_v4(), 32);
      if (!error && single.is_v6()) set.v6_.emplace_back(single.to_v6(), 128);
    } else if (entry.find(':') == std::string::npos) {
      const auto network = ip::make_network_v4(entry, error);
      if (!error) set.v4_.push_back(network.canonical());
    } else {
      const auto network = ip::make_network_v6(entry, error);
      if (!error) set.v6_.push_back(network.canonical());
    }
    if (error)
      return fail(ErrorCode::internal, "\"" + entry + "\" is neither an address nor a network such as 10.0.0.0/8.");
  }
  return set;
}

bool AddressSet::contains(const ip::address& plain) const {
  if (plain.is_v4()) {
    const auto bits = plain.to_v4().to_uint();
    return std::ranges::any_of(v4_, [&](const ip::network_v4& network) {
      return (bits & network.netmask().to_uint()) == network.network().to_uint();
    });
  }
  return std::ranges::any_of(v6_, [&](const ip::network_v6& network) {
    return ip::network_v6(plain.to_v6(), network.prefix_length()).canonical() == network;
  });
}

std::string client_address(const ip::address& peer, std::string_view forwarded_for, const AddressSet& trusted) {
  ip::address client = peer;
  while (trusted.contains(client) && !forwarded_for.empty()) {
    const std::size_t comma = forwarded_for.rfind(',');
    const std::string_view last =
        trim(comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1));
    forwarded_for = comma == std::string_view::npos ? std::string_view() : forwarded_for.substr(0, comma);
    boost::system::error_code error;
    const ip::address next = ip::make_address(std::string(last), error);
    if (error) break;
    client = plain_address(next);
  }
  return client.to_string();
}

std::unique_ptr<ConnectionCap::Place> ConnectionCap::enter(const ip::address& plain) {
  std::string key;
  if (plain.is_v6()) {
    const auto bytes = plain.to_v6().to_bytes();
    key.assign(bytes.begin(), bytes.begin() + 8);
  } else {
    const auto bytes = plain.to_v4().to_bytes();
    key.assign(bytes.begin(), bytes.end());
  }
  {
    const std::lock_guard lock(mutex_);
    std::size_t& held = held_[key];
    if (held >= limit_) return nullptr;
    ++held;
  }
  return std::make_unique<Place>(*this, std::move(key));
}

void ConnectionCap::leave(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = held_.find(key);
  if (--found->second == 0) held_.erase(found);
}

}  // namespace docket::http
