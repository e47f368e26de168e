// SPDX-License-Identifier: Apache-2.0
// The table of web pages: what is served for what, in which encoding, and what is refused at start.
#include "api/pages.hpp"

#include "base/hash.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

#include <fstream>

using namespace docket;
using namespace docket::api;

namespace {

struct Built {
  test::TemporaryDirectory directory;
  std::string listed;

  Built() {
    for (const auto* page : {"index.html", "portal.html", "guest.html", "api-docs.html"})
      add(page, "text/html; charset=utf-8", std::string{"<p>"} + page);
    add("assets/app-1a2b.js", "text/javascript; charset=utf-8", "let a = 1;", "GZ", "BR");
    add("favicon.svg", "image/svg+xml", "<svg/>");
    write_manifest();
  }

  void put(const std::string& path, const std::string& bytes) {
    const auto file = directory.path() / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file, std::ios::binary} << bytes;
  }
  static std::string facts(const std::string& bytes) {
    return R"("size":)" + std::to_string(bytes.size()) + R"(,"sha256":")" + to_hex(sha256(bytes)) + '"';
  }
  void add(const std::string& path, const std::string& type, const std::string& bytes, const std::string& gz = {},
           const std::string& br = {}) {
    put(path, bytes);
    std::string encodings;
    if (!gz.empty()) {
      put(path + ".gz", gz);
      put(path + ".br", br);
      encodings = R"("gz":{)" + facts(gz) + R"(},"br":{)" + facts(br) + "}";
    }
    if (!listed.empty()) listed += ',';
    listed += R"({"path":")" + path + R"(","type":")" + type + R"(",)" + facts(bytes) + R"(,"encodings":{)" +
              encodings + "}}";
  }
  void write_manifest() { put("manifest.json", R"({"format":1,"files":[)" + listed + "]}"); }
  [[nodiscard]] std::shared_ptr<const Pages> load() const { return Pages::load(directory.path()); }
};

std::string header(const http::Response& response, std::string_view name) {
  for (const auto& [field, value] : response.headers) {
    if (field == name) return value;
  }
  return {};
}

constexpr std::string_view browser = "text/html,application/xhtml+xml,*/*;q=0.8";

}  // namespace

TEST_CASE("addresses of screens are answered with their page, for browsers only") {
  const Built built;
  const auto pages = built.load();
  const auto body = [&](std::string_view path, std::string_view accept = browser) -> std::string {
    const auto answer = pages->answer(http::Method::get, path, accept, "", "");
    return answer ? *answer->shared_body : "";
  };
  CHECK(body("/") == "<p>index.html");
  CHECK(body("/tickets/7") == "<p>index.html");
  CHECK(body("/admin/users") == "<p>index.html");
  CHECK(body("/portal") == "<p>portal.html");
  CHECK(body("/portal/ticket") == "<p>portal.html");
  CHECK(body("/portals") == "<p>index.html");
  CHECK(body("/g") == "<p>guest.html");
  CHECK(body("/api-docs") == "<p>api-docs.html");
  CHECK(body("/favicon.svg", "image/*") == "<svg/>");
  for (const auto* path : {"/api", "/api/v1/me", "/api/v1/nothing", "/assets/old-9f.js", "/api-docs/missing.css"})
    CHECK(body(path).empty());
  CHECK(body("/tickets/7", "application/json").empty());
  CHECK(body("/manifest.json", "*/*").empty());
  CHECK(body("/assets/app-1a2b.js.gz", "*/*").empty());
  CHECK_FALSE(pages->answer(http::Method::post, "/", browser, "", ""));
  CHECK(pages->answer(http::Method::head, "/", browser, "", ""));
}

TEST_CASE("the encoding is what the client takes, each with a tag of its own") {
  const Built built;
  const auto pages = built.load();
  const auto get = [&](std::string_view encodings, std::string_view tag = {}) {
    return *pages->answer(http::Method::get, "/assets/app-1a2b.js", "*/*", encodings, tag);
  };
  const auto plain = get(""), gzip = get("gzip, deflate"), brotli = get("gzip, deflate, br, zstd");
  CHECK(*plain.shared_body == "let a = 1;");
  CHECK(header(plain, "Content-Encoding").empty());
  CHECK((*gzip.shared_body == "GZ" && header(gzip, "Content-Encoding") == "gzip"));
  CHECK((*brotli.shared_body == "BR" && header(brotli, "Content-Encoding") == "br"));
  CHECK(header(get("br;q=0.2, gzip;q=0.8"), "Content-Encoding") == "gzip");
  CHECK(header(get("br;q=0, *"), "Content-Encoding") == "gzip");
  CHECK(header(get("identity"), "Content-Encoding").empty());
  CHECK(header(plain, "ETag") != header(gzip, "ETag"));
  CHECK(header(gzip, "ETag") != header(brotli, "ETag"));
  CHECK(header(gzip, "Vary") == "Accept-Encoding");
  CHECK(header(gzip, "Cache-Control") == "public, max-age=31536000, immutable");

  const auto same = get("gzip", header(gzip, "ETag"));
  CHECK((same.status == 304 && !same.shared_body && same.body.empty()));
  CHECK(get("gzip", header(brotli, "ETag")).status == 200);
}

TEST_CASE("a page carries its policy and is asked for anew") {
  const Built built;
  const auto page = *built.load()->answer(http::Method::get, "/", browser, "", "");
  const auto policy = header(page, "Content-Security-Policy");
  CHECK(policy.find("script-src 'self';") != policy.npos);
  CHECK(policy.find("frame-ancestors 'none'") != policy.npos);
  CHECK(policy.find("unsafe") == policy.npos);
  CHECK(header(page, "Cache-Control") == "no-cache");
}

TEST_CASE("what is not as it was built is not served at all") {
  Built built;
  SECTION("a changed file") { built.put("assets/app-1a2b.js", "let a = 2;"); }
  SECTION("a changed encoding") { built.put("assets/app-1a2b.js.br", "RB"); }
  SECTION("a missing file") { std::filesystem::remove(built.directory.path() / "favicon.svg"); }
  SECTION("no manifest") { std::filesystem::remove(built.directory.path() / "manifest.json"); }
  SECTION("another format") { built.put("manifest.json", R"({"format":2,"files":[]})"); }
  SECTION("a page too few") { built.put("manifest.json", R"({"format":1,"files":[]})"); }
  SECTION("a path that leads outside") {
    built.listed += R"(,{"path":"../x","type":"text/plain","size":0,"sha256":"","encodings":{}})";
    built.write_manifest();
  }
  CHECK_THROWS_WITH(built.load(), Catch::Contains("The web pages are not whole"));
}

TEST_CASE("Accept-Encoding is read as the standard says") {
  CHECK(accepted_quality("gzip, br", "br") == 1000);
  CHECK(accepted_quality("GZIP;q=0.5", "gzip") == 500);
  CHECK(accepted_quality("*;q=0.1", "br") == 100);
  CHECK(accepted_quality("br;q=0, *;q=1", "br") == 0);
  CHECK(accepted_quality("", "gzip") == 0);
  CHECK(accepted_quality("gzip;q=x", "gzip") == 0);
  CHECK(accepted_quality("xgzip, ,;", "gzip") == 0);
}
