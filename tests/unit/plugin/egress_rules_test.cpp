// SPDX-License-Identifier: Apache-2.0
#include "plugin/egress_rules.hpp"

#include "support/catch.hpp"

using namespace docket::plugin;

TEST_CASE("Addresses that no one outside has are inside, in every form", "[egress]") {
  for (const auto* text :
       {"127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.9", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
        "2002:7f00:1::", "2002:a00:1::", "2001::1", "2001:db8::1", "fc00::1", "fd12:3456::1", "fe80::1", "ff02::1", "100::1"}) {
    INFO(text);
    const auto address = parse_address(text);
    REQUIRE(address);
    CHECK(is_inside(*address));
  }
  for (const auto* text : {"1.1.1.1", "8.8.8.8", "172.32.0.1", "11.0.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "2400:3200::1"}) {
    INFO(text);
    CHECK_FALSE(is_inside(*parse_address(text)));
  }
}

TEST_CASE("Only plain hosts are hosts", "[egress]") {
  for (const auto* text : {"example.com", "a", "qyapi.weixin.qq.com", "127.0.0.1", "::1", "mail.corp.", "a_b.example"}) {
    INFO(text);
    CHECK(is_host(text));
  }
  for (const auto* text : {"", ".", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.01", "user@example.com", "exa mple.com", "example.com/",
                           "example..com", "-a.com", "a-.com", "[::1]", "fe80::1%eth0", "example.com:80", "ex\xE2\x80\xAE.com"}) {
    INFO(text);
    CHECK_FALSE(is_host(text));
  }
}

TEST_CASE("Patterns name hosts and ports, and no more", "[egress]") {
  CHECK(matches("*.weixin.qq.com:443", "qyapi.weixin.qq.com", 443));
  CHECK(matches("QYAPI.weixin.qq.com:443", "qyapi.Weixin.qq.com.", 443));
  CHECK_FALSE(matches("*.weixin.qq.com:443", "weixin.qq.com", 443));
  CHECK_FALSE(matches("*.weixin.qq.com:443", "evilweixin.qq.com", 443));
  CHECK_FALSE(matches("*.weixin.qq.com:443", "qyapi.weixin.qq.com.evil.com", 443));
  CHECK_FALSE(matches("*.weixin.qq.com:443", "qyapi.weixin.qq.com", 80));
  CHECK(matches("*:*", "anything.example", 1));
  CHECK(matches("*:443", "anything.example", 443));
  CHECK(matches("10.0.0.5:993", "10.0.0.5", 993));
  CHECK_FALSE(matches("example.com", "example.com", 443));
}

TEST_CASE("A host passes both lists, its address the networks", "[egress]") {
  const EgressRules rules{{"*:*"}, {"erp.corp:8069", "127.0.0.1:80"}, {"10.0.0.0/8"}};
  CHECK_FALSE(refuse_host(rules, "erp.corp", 8069));
  CHECK(refuse_host(rules, "erp.corp", 22));
  CHECK(refuse_host(rules, "other.corp", 8069));
  CHECK_FALSE(refuse_address(rules, "erp.corp", *parse_address("10.9.8.7")));
  CHECK(refuse_address(rules, "erp.corp", *parse_address("192.168.0.1")));
  CHECK(refuse_address(rules, "erp.corp", *parse_address("127.0.0.1")));
  CHECK_FALSE(refuse_address(rules, "erp.corp", *parse_address("8.8.4.4")));
}

TEST_CASE("A proxy's place is read in the ways in which admins write it, and nothing else is taken for one", "[egress]") {
  const std::vector<std::pair<std::string, std::pair<std::string, int>>> good{{"proxy.corp:8080", {"proxy.corp", 8080}},
                                                                              {"proxy.corp", {"proxy.corp", 3128}},
                                                                              {"http://proxy.corp:8080/", {"proxy.corp", 8080}},
                                                                              {"10.0.0.1:3128", {"10.0.0.1", 3128}},
                                                                              {"[fd00::1]:3128", {"fd00::1", 3128}},
                                                                              {"[fd00::1]", {"fd00::1", 3128}}};
  for (const auto& [text, wanted] : good) {
    INFO(text);
    const auto place = parse_proxy(text);
    REQUIRE(place);
    CHECK(place->host == wanted.first);
    CHECK(place->port == wanted.second);
  }
  for (const auto* text : {"", ":3128", "proxy.corp:", "proxy.corp:0", "proxy.corp:80x", "proxy.corp:70000", "https://proxy.corp:443", "user:word@proxy.corp:3128",
                           "fd00::1", "[fd00::1", "[proxy.corp]:3128", "[fd00::1]3128", "socks5://proxy:1080"}) {
    INFO(text);
    CHECK_FALSE(parse_proxy(text));
  }
}

TEST_CASE("What can not match anything is no pattern", "[egress]") {
  for (const auto* text : {"erp.corp:8000", "*.corp:443", "10.0.0.5:*", "*:*", "[fd00::1]:993"}) {
    INFO(text);
    CHECK(is_pattern(text));
  }
  for (const auto* text : {"erp.corp", "", ":", "erp.corp:", "*corp:443", "10.0.0.0/8:443", "http://erp.corp:80"}) {
    INFO(text);
    CHECK_FALSE(is_pattern(text));
  }
}
