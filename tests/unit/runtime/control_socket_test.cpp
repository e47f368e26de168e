// SPDX-License-Identifier: Apache-2.0
#include "runtime/control_socket.hpp"

#include <sys/stat.h>

#include <future>
#include <optional>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace docket;
using namespace docket::runtime;

TEST_CASE("a request comes back answered, large ones too, and nobody else may connect") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "control.sock";
  CHECK(ask_server(path, "anybody?").value() == std::nullopt);
  {
    const ControlSocket socket(path, [](const std::string& request, const std::stop_token&) { return std::to_string(request.size()) + ":" + request.substr(0, 5); });
    CHECK(ask_server(path, "hello world").value() == "11:hello");
    CHECK(ask_server(path, std::string(5'000'000, 'x')).value() == "5000000:xxxxx");
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0077) == 0);
  }
  CHECK(ask_server(path, "still there?").value() == std::nullopt);
}

TEST_CASE("a socket that a dead server left behind is replaced") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "control.sock";
  const auto answer = [](const std::string&, const std::stop_token&) { return std::string("here"); };
  auto* leaked = new ControlSocket(path, answer);  // NOLINT: stands for a process that was killed
  const auto copy = directory.path() / "moved.sock";
  std::filesystem::rename(path, copy);
  delete leaked;
  std::filesystem::rename(copy, path);
  const ControlSocket socket(path, answer);
  CHECK(ask_server(path, "?").value() == "here");
}

TEST_CASE("a path that does not fit a socket address is refused with a sentence") {
  const test::TemporaryDirectory directory;
  CHECK_THROWS_WITH(ControlSocket(directory.path() / std::string(200, 'p'), [](const std::string&, const std::stop_token&) { return std::string(); }),
                    Catch::Contains("too long"));
}

TEST_CASE("a long request keeps no other waiting, and ends early when the server stops") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "control.sock";
  std::promise<void> begun;
  std::optional<ControlSocket> socket(std::in_place, path, [&](const std::string& request, const std::stop_token& stop) {
    if (request != "long") return std::string("short");
    std::promise<void> asked;
    const std::stop_callback tell(stop, [&] { asked.set_value(); });
    begun.set_value();
    asked.get_future().wait();
    return std::string("ended early");
  });
  auto long_one = std::async(std::launch::async, [&] { return ask_server(path, "long"); });
  begun.get_future().wait();
  for (int i = 0; i < 20; ++i) CHECK(ask_server(path, "quick").value() == "short");
  socket.reset();
  CHECK(long_one.get().value() == "ended early");
}
