// SPDX-License-Identifier: Apache-2.0
// Addresses and networks of the node settings, and the count of connections that each peer holds.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.hpp"

namespace docket::http {

/// IPv4 addresses that arrive in IPv6 form become IPv4 again.
[[nodiscard]] boost::asio::ip::address plain_address(const boost::asio::ip::address& address);

/// An immutable set of networks.
class AddressSet {
 public:
  /// Each entry is an address or a network in CIDR form; the error names the one that is neither.
  [[nodiscard]] static Result<AddressSet> parse(const std::vector<std::string>& entries);
  [[nodiscard]] bool contains(const boost::asio::ip::address& plain) const;

 private:
  std::vector<boost::asio::ip::network_v4> v4_;
  std::vector<boost::asio::ip::network_v6> v6_;
};

/// The client behind trusted proxies: the last address of X-Forwarded-For that is not itself a trusted proxy. `peer`
/// when the peer is not trusted or the header says nothing usable.
[[nodiscard]] std::string client_address(const boost::asio::ip::address& peer, std::string_view forwarded_for,
                                         const AddressSet& trusted);

/// Counts connections by address. Any thread; must outlive its places.
class ConnectionCap {
 public:
  explicit ConnectionCap(std::size_t limit) : limit_(limit) {}

  /// One counted connection; gives its place back when destroyed.
  class Place {
   public:
    Place(ConnectionCap& cap, std::string key) : cap_(cap), key_(std::move(key)) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { cap_.leave(key_); }

   private:
    ConnectionCap& cap_;
    std::string key_;
  };

  /// Null when the address holds as many as it may. An IPv6 /64 counts as one address.
  [[nodiscard]] std::unique_ptr<Place> enter(const boost::asio::ip::address& plain);

 private:
  void leave(const std::string& key);

  std::size_t limit_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::size_t> held_;
};

}  // namespace docket::http
