// SPDX-License-Identifier: Apache-2.0
// Files: uploaded, judged, taken by a message, given only to those who may have them.
#include "served_desk.hpp"
#include "support/catch.hpp"

using namespace docket;
using namespace docket::test;

namespace {

using namespace std::string_literals;
const std::string png = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR and so on"s;

ApiAnswer upload(ServedDesk& desk, const std::string& who, std::string_view body, std::string_view type,
                 std::string_view name = "%E5%8F%91%E7%A5%A8.png") {
  return desk.call(who, "POST", "/api/v1/attachments?name=" + std::string{name}, body,
                   {{"Content-Type", std::string{type}}});
}

std::string path_of(std::int64_t id) {
  return "/api/v1/attachments/" + std::to_string(id);
}

}  // namespace

TEST_CASE("a file is kept whole and sent so that no browser runs it") {
  ServedDesk desk;
  const auto made = upload(desk, "rui", png, "image/png");
  INFO(made.body);
  REQUIRE(made.status == 201);
  CHECK(made.text("name") == "发票.png");
  CHECK(made.json().at("size").as_int64() == static_cast<std::int64_t>(png.size()));
  const auto id = made.number("id");
  const auto got = desk.call("rui", "GET", path_of(id));
  REQUIRE(got.status == 200);
  CHECK(got.body == png);
  CHECK(got.header("content-type") == "image/png");
  CHECK(got.header("content-disposition").starts_with("attachment; filename=\""));
  CHECK(got.header("content-disposition").find("filename*=UTF-8''%E5%8F%91%E7%A5%A8.png") != std::string::npos);
  CHECK(got.header("x-content-type-options") == "nosniff");
  CHECK(got.header("content-security-policy").find("default-src 'none'") != std::string::npos);
  CHECK(desk.call("boss", "GET", path_of(id)).status == 404);  // nobody else's until a message takes it
}

TEST_CASE("files are what they are called, and no programs") {
  ServedDesk desk;
  const auto program = "MZ\x90\0\x03\0\0\0"s + std::string(100, '\0');
  struct {
    std::string_view name, body, type;
    int status;
  } const cases[] = {
      {"a text called an image", "hello", "image/png", 415},
      {"an image called a PDF", png, "application/pdf", 415},
      {"an image called nothing", png, "application/octet-stream", 201},
      {"a program", program, "application/octet-stream", 415},
      {"a program called a text", program, "text/plain", 415},
      {"zeros called a text", std::string_view{"a\0b", 3}, "text/plain", 415},
      {"a page stays a text", "<html><script>alert(1)</script>", "text/html", 201},
      {"a word document", "PK\x03\x04 and so on",
       "application/vnd.openxmlformats-officedocument.wordprocessingml.document", 201},
      {"no media type at all", "hello", "text", 415},
      {"nothing", "", "text/plain", 422},
  };
  for (const auto& one : cases) {
    INFO(one.name);
    const auto answer = upload(desk, "rui", one.body, one.type, "x.bin");
    INFO(answer.body);
    CHECK(answer.status == one.status);
  }
  const auto detected = upload(desk, "rui", png, "application/octet-stream");
  CHECK(detected.text("media_type") == "image/png");
  CHECK(upload(desk, "rui", "x", "text/plain", "..%2F..%2Fetc%2Fpasswd").text("name") == "passwd");
  CHECK(upload(desk, "rui", "x", "text/plain", "%E2%80%AEgpj.exe").text("name") == "gpj.exe");
  CHECK(desk.call("rui", "POST", "/api/v1/attachments", "x", {{"Content-Type", "text/plain"}}).status == 400);
  CHECK(upload(desk, "audrey", "x", "text/plain").status == 403);
  const std::string huge((std::size_t{25} << 20) + 1, 'x');
  CHECK(upload(desk, "rui", huge, "text/plain").status == 413);
}

TEST_CASE("who sees the ticket sees its files") {
  ServedDesk desk;
  const auto ticket = desk.ticket("returns");
  const auto path = "/api/v1/tickets/" + std::to_string(ticket);
  const auto open = upload(desk, "rui", "for the customer", "text/plain", "a.txt").number("id");
  const auto secret = upload(desk, "rui", "for us only", "text/plain", "b.txt").number("id");
  const auto of_lena = upload(desk, "lena", "hers", "text/plain", "c.txt").number("id");
  const auto say = [&](const char* kind, std::int64_t file) {
    return desk.call(
        "rui", "POST", path + "/messages",
        R"({"kind":")" + std::string{kind} + R"(","body":"见附件","attachments":[)" + std::to_string(file) + "]}");
  };
  const auto reply = say("reply", open);
  INFO(reply.body);
  REQUIRE(reply.status == 201);
  REQUIRE(say("note", secret).status == 201);
  CHECK(say("reply", of_lena).status == 422);  // somebody else's
  CHECK(say("reply", open).status == 422);     // taken already
  const auto list = desk.call("lena", "GET", path + "/attachments");
  CHECK(list.json().at("items").as_array().size() == 2);
  CHECK(desk.call("lena", "GET", path_of(open)).body == "for the customer");
  CHECK(desk.call("lena", "GET", path_of(secret)).body == "for us only");
  CHECK(desk.call("fin", "GET", path_of(open)).status == 404);
  CHECK(desk.call("fin", "GET", path + "/attachments").status == 404);
  CHECK(desk.call("", "GET", path_of(open)).status == 401);
  CHECK(desk.call("rui", "GET", path_of(4711)).status == 404);
}
