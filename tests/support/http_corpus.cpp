// SPDX-License-Identifier: Apache-2.0
#include "support/http_corpus.hpp"

#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace docket::test {
namespace {

using namespace std::string_literals;

const std::string host = "Host: localhost\r\n";
const std::string end = "\r\n";

/// A head with the right Host around one request line.
std::string lined(const std::string& line) {
  return line + "\r\n" + host + end;
}
std::string target(const std::string& path) {
  return lined("GET " + path + " HTTP/1.1");
}
std::string get(const std::string& fields) {
  return "GET /a HTTP/1.1\r\n" + host + fields + end;
}
std::string post(const std::string& fields, const std::string& body = {}) {
  return "POST /a HTTP/1.1\r\n" + host + fields + end + body;
}
std::string stream(const std::string& fields) {
  return "GET /api/v1/stream HTTP/1.1\r\n" + host + fields + end;
}

const std::string upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
const std::string version = "Sec-WebSocket-Version: 13\r\n";
const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const std::string origin = "Origin: https://localhost\r\n";
const std::string chunks = "5\r\nhello\r\n0\r\n\r\n";

std::string repeat(std::size_t count, const std::string& text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

class Corpus {
 public:
  void add(std::string name, std::string bytes, int status) {
    if (!names_.insert(name).second) throw std::logic_error("two corpus messages named " + name);
    messages_.push_back({std::move(name), std::move(bytes), status, true});
  }
  void add_beyond_head(std::string name, std::string bytes, int status) {
    add(std::move(name), std::move(bytes), status);
    messages_.back().judged = false;
  }
  [[nodiscard]] std::vector<CorpusMessage> take() { return std::move(messages_); }

 private:
  std::set<std::string> names_;
  std::vector<CorpusMessage> messages_;
};

void add_line_endings(Corpus& corpus) {
  corpus.add("bare LF everywhere", "GET /a HTTP/1.1\nHost: localhost\n\n", 400);
  corpus.add("bare LF after the request line", "GET /a HTTP/1.1\n" + host + end, 400);
  corpus.add("bare LF after a field", "GET /a HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n", 400);
  corpus.add("bare LF as the empty line", "GET /a HTTP/1.1\r\nHost: localhost\r\n\n", 400);
  corpus.add("bare CR after the request line", "GET /a HTTP/1.1\rHost: localhost\r\n\r\n", 400);
  corpus.add("bare CR in a value", get("X: a\rb\r\n"), 400);
  corpus.add("bare CR in a name", get("X\rY: a\r\n"), 400);
  corpus.add("CR CR LF", get("X: a\r\r\n"), 400);
  corpus.add("LF CR", get("X: a\n\r"), 400);
  corpus.add("two empty lines first", "\r\n\r\n" + get(""), 400);
  corpus.add("three empty lines first", "\r\n\r\n\r\n" + get(""), 400);
  corpus.add("bare LF first", "\n" + get(""), 400);
  corpus.add("bare CR first", "\r" + get(""), 400);
  corpus.add("space first", " " + get(""), 400);
  corpus.add("hidden request after LF LF", "GET /a HTTP/1.1\r\nX: y\n\nGET /b HTTP/1.1\r\n" + host + end, 400);
}

void add_controls(Corpus& corpus) {
  for (int c = 0; c < 0x20; ++c) {
    if (c == '\t' || c == '\n' || c == '\r') continue;
    corpus.add("control " + std::to_string(c) + " in a value",
               get("X: a" + std::string(1, static_cast<char>(c)) + "b\r\n"), 400);
  }
  corpus.add("DEL in a value", get("X: a\x7F\r\n"), 400);
  corpus.add("NUL in a name", get("X\0Y: a\r\n"s), 400);
  corpus.add("NUL in the target", lined("GET /a\0b HTTP/1.1"s), 400);
  corpus.add("NUL in the method", lined("G\0ET /a HTTP/1.1"s), 400);
  corpus.add("NUL in Content-Length", post("Content-Length: 5\0\r\n"s, "hello"), 400);
  corpus.add("TLS record instead of HTTP", "\x16\x03\x01\x02\x01\x01\xfc\x03\x03"s, 400);
}

void add_field_syntax(Corpus& corpus) {
  corpus.add("obs-fold with space", get("X: a\r\n b\r\n"), 400);
  corpus.add("obs-fold with tab", get("X: a\r\n\tb\r\n"), 400);
  corpus.add("obs-fold on the first field", "GET /a HTTP/1.1\r\n X: y\r\n" + host + end, 400);
  corpus.add("obs-fold on Transfer-Encoding", post("Transfer-Encoding:\r\n chunked\r\n", chunks), 400);
  corpus.add("obs-fold on Content-Length", post("Content-Length:\r\n 5\r\n", "hello"), 400);
  corpus.add("line of spaces", get("   \r\n"), 400);
  corpus.add("space before the colon", get("X : a\r\n"), 400);
  corpus.add("tab before the colon", get("X\t: a\r\n"), 400);
  corpus.add("space before the colon of Content-Length", post("Content-Length : 5\r\n", "hello"), 400);
  corpus.add("space before the colon of Transfer-Encoding", post("Transfer-Encoding : chunked\r\n", chunks), 400);
  corpus.add("space before the colon of Host", "GET /a HTTP/1.1\r\nHost : localhost\r\n\r\n", 400);
  corpus.add("no colon", get("X\r\n"), 400);
  corpus.add("empty name", get(": a\r\n"), 400);
  corpus.add("colon alone", get(":\r\n"), 400);
  for (const char c : "()<>@,;\\\"/[]?={} "s) {
    corpus.add("name with " + std::string(1, c), get("X" + std::string(1, c) + "Y: a\r\n"), 400);
  }
  corpus.add("name that is not ASCII", get("X\xC3\xA4: a\r\n"), 400);
  corpus.add("name with byte 80", get("X\x80: a\r\n"), 400);
  corpus.add("second request line as a field", get("GET /b HTTP/1.1\r\n"), 400);
}

void add_request_line(Corpus& corpus) {
  corpus.add("empty head with Host only", host + end, 400);
  corpus.add("method alone", lined("GET"), 400);
  corpus.add("HTTP/0.9", lined("GET /a"), 400);
  corpus.add("no target", lined("GET HTTP/1.1"), 400);
  corpus.add("two spaces before the target", lined("GET  /a HTTP/1.1"), 400);
  corpus.add("two spaces after the target", lined("GET /a  HTTP/1.1"), 400);
  corpus.add("space at the end", lined("GET /a HTTP/1.1 "), 400);
  corpus.add("tab instead of a space", lined("GET\t/a HTTP/1.1"), 400);
  corpus.add("tab before the version", lined("GET /a\tHTTP/1.1"), 400);
  corpus.add("space in the target", lined("GET /a b HTTP/1.1"), 400);
  corpus.add("two versions", lined("GET /a HTTP/1.1 HTTP/1.1"), 400);
  for (const char* wrong : {"http/1.1", "HTTP/1,1", "HTTP/1.1a", "HTTP/01.1", "HTTP/1.01", "HTTP/1.", "HTTP/1", "HTTP",
                            "HTTP /1.1", "HTTPS/1.1", "XTTP/1.1", "HTTP/.1", "HTTP/a.b", "HTTP/-1.1", "HTTP/11"}) {
    corpus.add("version "s + wrong, lined("GET /a "s + wrong), 400);
  }
  for (const char* other : {"HTTP/0.9", "HTTP/1.0", "HTTP/1.2", "HTTP/1.9", "HTTP/2.0", "HTTP/3.0", "HTTP/9.9"}) {
    corpus.add("other version "s + other, lined("GET /a "s + other), 505);
  }
  corpus.add("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
  corpus.add("HTTP/1.0 with keep-alive", "GET /a HTTP/1.0\r\n" + host + "Connection: keep-alive\r\n\r\n", 505);
  for (const char* method : {"OPTIONS", "TRACE", "CONNECT"}) {
    corpus.add("method "s + method, lined(std::string(method) + " /a HTTP/1.1"), 405);
  }
  corpus.add("OPTIONS *", lined("OPTIONS * HTTP/1.1"), 405);
  corpus.add("CONNECT authority", lined("CONNECT localhost:443 HTTP/1.1"), 405);
  for (const char* method :
       {"get", "Get", "GETS", "GE", "PROPFIND", "PURGE", "LINK", "SEARCH", "M-SEARCH", "QUERY", "DEBUG", "_", "0"}) {
    corpus.add("unknown method "s + method, lined(std::string(method) + " /a HTTP/1.1"), 501);
  }
  for (const char* method : {"GET:", "G(ET", "GET,POST", "\"GET\"", "GET/", "{GET}", "G\xC3\x84T", "GET@"}) {
    corpus.add("no method "s + method, lined(std::string(method) + " /a HTTP/1.1"), 400);
  }
  corpus.add("method of 9000 letters", lined(std::string(9000, 'A') + " /a HTTP/1.1"), 501);
}

void add_targets(Corpus& corpus) {
  corpus.add("absolute form", target("http://localhost/a"), 400);
  corpus.add("absolute form https", target("https://localhost/a"), 400);
  corpus.add("absolute form of another host", target("http://elsewhere/a"), 400);
  corpus.add("authority form", target("localhost:443"), 400);
  corpus.add("asterisk form", target("*"), 400);
  corpus.add("relative path", target("a"), 400);
  corpus.add("dot path", target("./a"), 400);
  corpus.add("query alone", target("?a=b"), 400);
  corpus.add("fragment", target("/a#b"), 400);
  corpus.add("fragment in the query", target("/a?b#c"), 400);
  corpus.add("two slashes first", target("//localhost/a"), 400);
  corpus.add("two slashes inside", target("/a//b"), 400);
  corpus.add("backslash", target("/a\\b"), 400);
  corpus.add("backslash dot dot", target("/..\\a"), 400);
  for (const char* path : {"/..", "/../a", "/a/..", "/a/../b", "/.", "/./a", "/a/.", "/a/./b", "/%2e%2e/a", "/%2E%2E",
                           "/.%2e/a", "/%2e/a", "/a/%2e%2e/b", "/a/%2e./b"}) {
    corpus.add("dot segment "s + path, target(path), 400);
  }
  for (const char* path : {"/a%2fb", "/a%2Fb", "/%2f", "/a%5cb", "/a%5Cb", "/..%2fa", "/..%5ca"}) {
    corpus.add("encoded slash "s + path, target(path), 400);
  }
  for (const char* path :
       {"/%00", "/a%00b", "/a%0ab", "/a%0d%0ab", "/a%09b", "/a%1fb", "/a%7fb", "/a%c2%80b", "/a%c2%9f"}) {
    corpus.add("encoded control "s + path, target(path), 400);
  }
  for (const char* path :
       {"/%", "/a%", "/a%2", "/%zz", "/%2g", "/%g2", "/a%%41", "/a?b=%", "/a?b=%4", "/a?b=%zz", "/a?%%%"}) {
    corpus.add("percent "s + path, target(path), 400);
  }
  for (const char* path : {"/%c0%ae%c0%ae/a", "/%c0%af", "/%e0%80%af", "/%f0%80%80%af", "/%ed%a0%80", "/%f4%90%80%80",
                           "/%f5%80%80%80", "/%ff", "/%fe", "/%80", "/%c3", "/%e4%bd", "/%e4%bda", "/%f0%9f%98"}) {
    corpus.add("UTF-8 "s + path, target(path), 400);
  }
  for (const char* raw : {"/\xC3\xA4", "/\x80", "/a?q=\xE4\xBD\xA0", "/\x7F"}) {
    corpus.add("raw byte in the target "s + std::to_string(static_cast<unsigned char>(raw[1])) + raw, target(raw), 400);
  }
  for (const char c : "\"<>^`{|}[]"s) {
    corpus.add("path with " + std::string(1, c), target("/a" + std::string(1, c)), 400);
  }
  corpus.add("target of 8001 bytes", target("/" + std::string(8000, 'a')), 414);
  corpus.add("query of 8001 bytes", target("/?" + std::string(8000, 'a')), 414);
  corpus.add("request line without an end", "GET /" + std::string(17'000, 'a'), 414);
}

void add_sizes(Corpus& corpus) {
  corpus.add("101 fields", "GET /a HTTP/1.1\r\n" + host + repeat(100, "X: y\r\n") + end, 431);
  corpus.add("1000 fields", "GET /a HTTP/1.1\r\n" + host + repeat(1000, "X: y\r\n") + end, 431);
  corpus.add("field of 16 KiB", get("X: " + std::string(16 * 1024, 'y') + "\r\n"), 431);
  corpus.add("field name of 16 KiB", get(std::string(16 * 1024, 'x') + ": y\r\n"), 431);
  corpus.add("head one byte too long",
             "GET /a HTTP/1.1\r\n" + host + "X: " + std::string(16 * 1024 - 40, 'y') + end + end, 431);
  corpus.add("20 fields of 1 KiB", get(repeat(20, "X: " + std::string(1000, 'y') + "\r\n")), 431);
  corpus.add("fields without an end", "GET /a HTTP/1.1\r\n" + repeat(90, "X: " + std::string(200, 'y') + "\r\n"), 431);
}

void add_hosts(Corpus& corpus) {
  corpus.add("no Host", "GET /a HTTP/1.1\r\n\r\n", 400);
  corpus.add("no Host but others", "GET /a HTTP/1.1\r\nX-Forwarded-Host: localhost\r\n\r\n", 400);
  corpus.add("two equal Hosts", get(host), 400);
  corpus.add("two Hosts", get("Host: elsewhere\r\n"), 400);
  corpus.add("two Hosts in two cases", get("hOST: localhost\r\n"), 400);
  for (const char* wrong : {"",
                            " ",
                            "localhost:",
                            "localhost:x",
                            "localhost:-1",
                            "localhost:123456",
                            "localhost:443:443",
                            "user@localhost",
                            "localhost/",
                            "localhost/a",
                            "http://localhost",
                            "localhost localhost",
                            "localhost, localhost",
                            "localhost,elsewhere",
                            "[::1",
                            "::1]",
                            "[localhost]",
                            "[::1]x",
                            "[::1]:x",
                            "local\xC3\xA4host",
                            "%6cocalhost",
                            "localhost?",
                            "localhost#",
                            ":8443",
                            "*"}) {
    corpus.add("Host \""s + wrong + "\"", "GET /a HTTP/1.1\r\nHost: "s + wrong + "\r\n\r\n", 400);
  }
  for (const char* other : {"elsewhere", "localhost.", "localhost.elsewhere", "xlocalhost", "127.0.0.2", "0x7f.1",
                            "[::2]", "localhost.:443", "192.168.0.1:80"}) {
    corpus.add("misdirected to "s + other, "GET /a HTTP/1.1\r\nHost: "s + other + "\r\n\r\n", 421);
  }
}

void add_framing(Corpus& corpus) {
  for (const char* coding :
       {"chunked", "xchunked", "identity", "chunked, identity", "identity, chunked", "gzip, chunked", "gzip", "CHUNKED",
        "chunked,", "\"chunked\"", "chunked;x=y", "", "x", "chunked chunked", "\tchunked"}) {
    corpus.add("Transfer-Encoding \""s + coding + "\"", post("Transfer-Encoding: "s + coding + "\r\n", chunks), 411);
  }
  corpus.add("CL.TE", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", chunks), 411);
  corpus.add("TE.CL", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", chunks), 411);
  corpus.add("TE.TE", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", chunks), 411);
  corpus.add("TE on GET", get("Transfer-Encoding: chunked\r\n") + chunks, 411);
  corpus.add("TE with 20 MB of trailer announced",
             post("Transfer-Encoding: chunked\r\nTrailer: X\r\n", "0\r\nX: y\r\n\r\n"), 411);
  corpus.add("POST without Content-Length", post(""), 411);
  corpus.add("PUT without Content-Length", "PUT /a HTTP/1.1\r\n" + host + end, 411);
  corpus.add("PATCH without Content-Length", "PATCH /a HTTP/1.1\r\n" + host + end, 411);
  for (const char* length :
       {"",    " ",        "+5", "-5", "-0",          "5 ",   "0x5", "5,5",   "4, 4",        "5;5",
        "5.0", "5e0",      "05", "00", "00000000005", "five", "5 5", "\"5\"", "12345678901", "99999999999999999999",
        "5a",  "\xC2\xB2", "_5", "1_0"}) {
    if (length == "5 "s) continue;  // white space around a value is allowed
    corpus.add("Content-Length \""s + length + "\"", post("Content-Length: "s + length + "\r\n", "hello"), 400);
  }
  corpus.add("two equal Content-Lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400);
  corpus.add("two Content-Lengths", post("Content-Length: 5\r\nContent-Length: 50\r\n", "hello"), 400);
  corpus.add("two Content-Lengths in two cases", post("Content-Length: 5\r\ncontent-length: 0\r\n", "hello"), 400);
  for (const char* method : {"GET", "HEAD", "DELETE"}) {
    corpus.add("body on "s + method, std::string(method) + " /a HTTP/1.1\r\n" + host + "Content-Length: 5\r\n\r\nhello",
               400);
  }
  corpus.add("two zero Content-Lengths on GET", get("Content-Length: 0\r\nContent-Length: 0\r\n"), 400);
  for (const char* expect : {"200-ok", "", "100-continue, x", "100", "100-continue;q=1", "continue"}) {
    corpus.add("Expect \""s + expect + "\"", post("Content-Length: 5\r\nExpect: "s + expect + "\r\n", "hello"), 417);
  }
  corpus.add("two Expects", post("Content-Length: 5\r\nExpect: 100-continue\r\nExpect: 100-continue\r\n", "hello"),
             400);
  for (const char* coding : {"gzip", "deflate", "br", "x", "gzip, identity", "zstd"}) {
    corpus.add("Content-Encoding "s + coding,
               post("Content-Length: 5\r\nContent-Encoding: "s + coding + "\r\n", "hello"), 415);
  }
  corpus.add_beyond_head("body one byte over the limit", post("Content-Length: 1048577\r\n"), 413);
  corpus.add_beyond_head("largest length", post("Content-Length: 9999999999\r\n"), 413);
  corpus.add_beyond_head("too large with Expect", post("Content-Length: 1048577\r\nExpect: 100-continue\r\n"), 413);
}

void add_doubles(Corpus& corpus) {
  for (const char* field :
       {"Content-Type", "Authorization", "Cookie", "Origin", "Idempotency-Key", "If-Match", "If-None-Match", "Range",
        "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Referer", "User-Agent"}) {
    corpus.add("two "s + field, get(std::string(field) + ": a\r\n" + field + ": b\r\n"), 400);
  }
  for (const char* named :
       {"Host", "Content-Length", "Transfer-Encoding", "Cookie", "Authorization", "X-Forwarded-For", "close, Host",
        "keep-alive, Content-Length", "upgrade-insecure-requests", "\"close\"", "close;x"}) {
    corpus.add("Connection names "s + named, get("Connection: "s + named + "\r\n"), 400);
  }
}

void add_upgrades(Corpus& corpus) {
  const std::string good = upgrade + version + key + origin;
  corpus.add("h2c", get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"), 400);
  corpus.add("h2c without settings", get("Connection: Upgrade\r\nUpgrade: h2c\r\n"), 400);
  corpus.add("upgrade elsewhere", get(good), 400);
  corpus.add("upgrade below the stream", "GET /api/v1/stream/x HTTP/1.1\r\n" + host + good + end, 400);
  corpus.add("upgrade by POST", "POST /api/v1/stream HTTP/1.1\r\n" + host + "Content-Length: 0\r\n" + good + end, 400);
  corpus.add("upgrade by HEAD", "HEAD /api/v1/stream HTTP/1.1\r\n" + host + good + end, 400);
  corpus.add("upgrade to something else",
             stream("Upgrade: tls/1.3\r\nConnection: Upgrade\r\n" + version + key + origin), 400);
  corpus.add("upgrade to two", stream("Upgrade: websocket, h2c\r\nConnection: Upgrade\r\n" + version + key + origin),
             400);
  corpus.add("upgrade twice", stream("Upgrade: websocket\r\n" + good), 400);
  corpus.add("upgrade without Connection", stream("Upgrade: websocket\r\n" + version + key + origin), 400);
  corpus.add("Connection without upgrade", stream("Connection: Upgrade\r\n" + version + key + origin), 400);
  corpus.add("upgrade without version", stream(upgrade + key + origin), 400);
  corpus.add("upgrade with version 8", stream(upgrade + "Sec-WebSocket-Version: 8\r\n" + key + origin), 400);
  corpus.add("upgrade with two versions", stream(upgrade + version + version + key + origin), 400);
  corpus.add("upgrade without key", stream(upgrade + version + origin), 400);
  corpus.add("upgrade with two keys", stream(upgrade + version + key + key + origin), 400);
  for (const char* wrong : {"", "short==", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===",
                            "dGhlIHNhbXBsZSBub25j!Q==", "dGhlIHNhbXBsZSBub25jZQAA"}) {
    corpus.add("upgrade with key \""s + wrong + "\"",
               stream(upgrade + version + "Sec-WebSocket-Key: "s + wrong + "\r\n" + origin), 400);
  }
  corpus.add("upgrade with a body", stream("Content-Length: 5\r\n" + good) + "hello", 400);
  for (const char* wrong :
       {"https://elsewhere", "http://localhost", "https://localhost:8443", "https://localhost.elsewhere", "null", "",
        "localhost", "https://localhost/", "https://user@localhost", "https://elsewhere https://localhost"}) {
    corpus.add("upgrade from origin \""s + wrong + "\"", stream(upgrade + version + key + "Origin: "s + wrong + "\r\n"),
               403);
  }
  corpus.add("upgrade with a cookie and no origin", stream(upgrade + version + key + "Cookie: a=b\r\n"), 403);
  corpus.add_beyond_head("upgrade with frames before the answer", stream(good) + "\x81\x85\0\0\0\0hello"s, 400);
}

}  // namespace

std::vector<CorpusMessage> malformed_messages() {
  Corpus corpus;
  add_line_endings(corpus);
  add_controls(corpus);
  add_field_syntax(corpus);
  add_request_line(corpus);
  add_targets(corpus);
  add_sizes(corpus);
  add_hosts(corpus);
  add_framing(corpus);
  add_doubles(corpus);
  add_upgrades(corpus);
  return corpus.take();
}

std::vector<CorpusMessage> plain_messages() {
  Corpus corpus;
  corpus.add("GET", get(""), 0);
  corpus.add("HEAD", lined("HEAD /a HTTP/1.1"), 0);
  corpus.add("DELETE", lined("DELETE /a HTTP/1.1"), 0);
  corpus.add("POST with a body", post("Content-Length: 5\r\n", "hello"), 0);
  corpus.add("POST without body", post("Content-Length: 0\r\n"), 0);
  corpus.add("PUT", "PUT /a HTTP/1.1\r\n" + host + "Content-Length: 2\r\n\r\n{}", 0);
  corpus.add("PATCH", "PATCH /a HTTP/1.1\r\n" + host + "Content-Length: 2\r\n\r\n{}", 0);
  corpus.add("GET with Content-Length 0", get("Content-Length: 0\r\n"), 0);
  corpus.add("one empty line first", "\r\n" + get(""), 0);
  corpus.add("no space after the colon", "GET /a HTTP/1.1\r\nHost:localhost\r\n\r\n", 0);
  corpus.add("much space around a value", "GET /a HTTP/1.1\r\nHost: \t localhost \t \r\n\r\n", 0);
  corpus.add("Host in capitals", "GET /a HTTP/1.1\r\nHOST: LOCALHOST\r\n\r\n", 0);
  corpus.add("Host with a port", "GET /a HTTP/1.1\r\nHost: localhost:8443\r\n\r\n", 0);
  corpus.add("Host as IPv4", "GET /a HTTP/1.1\r\nHost: 127.0.0.1:8443\r\n\r\n", 0);
  corpus.add("Host as IPv6", "GET /a HTTP/1.1\r\nHost: [::1]:8443\r\n\r\n", 0);
  corpus.add("empty value", get("X:\r\n"), 0);
  corpus.add("value with tab and UTF-8", get("X: a\tb \xE4\xBD\xA0\r\n"), 0);
  corpus.add("value with colons", get("X: a:b:c\r\n"), 0);
  corpus.add("strange but legal name", get("!#$%&'*+-.^_`|~0: a\r\n"), 0);
  corpus.add("98 more fields", get(repeat(98, "X: y\r\n")), 0);
  corpus.add("100 fields", get(repeat(99, "X: y\r\n")), 0);
  corpus.add("head of exactly 16 KiB",
             "GET /a HTTP/1.1\r\n" + host + "X: " + std::string(16 * 1024 - 41, 'y') + end + end, 0);
  corpus.add("target of 8000 bytes", target("/" + std::string(7999, 'a')), 0);
  corpus.add("Chinese path", target("/%E5%B7%A5%E5%8D%95"), 0);
  corpus.add("Chinese query", target("/a?q=%E5%B7%A5%E5%8D%95&page[size]=5&x={|}"), 0);
  corpus.add("slash at the end", target("/a/"), 0);
  corpus.add("root", target("/"), 0);
  corpus.add("dots that are no segments", target("/...%2e/a..b/.c"), 0);
  corpus.add("doubly encoded dots", target("/%252e%252e/a"), 0);
  corpus.add("empty query", target("/a?"), 0);
  corpus.add("query with slashes and question marks", target("/a?b=/../?c"), 0);
  corpus.add("sub-delims in the path", target("/a;b=c,(d)!*'+$&@:~-_."), 0);
  corpus.add("cookie and token", get("Cookie: a=b; c=d\r\nAuthorization: Bearer x\r\n"), 0);
  corpus.add("browser",
             get("Connection: keep-alive\r\nsec-ch-ua: \"x\";v=\"1\"\r\nUser-Agent: Mozilla/5.0 (X11)\r\nAccept: "
                 "*/*\r\nSec-Fetch-Site: same-origin\r\n"
                 "Accept-Encoding: gzip, deflate, br\r\nAccept-Language: zh-CN,zh;q=0.9\r\nPriority: u=1, i\r\n"),
             0);
  corpus.add("TE trailers", get("TE: trailers\r\nConnection: TE, keep-alive\r\n"), 0);
  corpus.add("two Accepts", get("Accept: a/b\r\nAccept: c/d\r\n"), 0);
  corpus.add("Connection with empty elements", get("Connection: keep-alive,, \r\n"), 0);
  corpus.add("Content-Encoding identity", post("Content-Length: 5\r\nContent-Encoding: identity\r\n", "hello"), 0);
  corpus.add("Expect without a body", get("Expect: 100-continue\r\n"), 0);
  corpus.add("stream path without upgrade", stream(""), 0);
  corpus.add("white space after a length", post("Content-Length: 5 \t\r\n", "hello"), 0);
  return corpus.take();
}

}  // namespace docket::test
