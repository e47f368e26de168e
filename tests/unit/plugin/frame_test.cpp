// SPDX-License-Identifier: Apache-2.0
// Messages between server and host, as a hostile host sends them.
#include "plugin/frame.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <memory>

#include "support/catch.hpp"
#include "plugin/plain_text.hpp"

namespace docket::plugin {
namespace {

Channel::Deadline soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds{60};
}

int open_descriptors() {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir("/proc/self/fd"), &::closedir);
  int count = 0;
  while (::readdir(directory.get()) != nullptr) ++count;
  return count;
}

/// An empty frame with `count` descriptors in one control message, which no channel would send.
void send_with_descriptors(int socket, int count) {
  const std::array<std::uint32_t, 4> header{0x444b5431, 2, 0, 1};
  std::array<char, sizeof header + 2> bytes{};
  std::memcpy(bytes.data(), header.data(), sizeof header);
  std::memcpy(bytes.data() + sizeof header, "{}", 2);
  const Descriptor given(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const auto size = sizeof(int) * static_cast<std::size_t>(count);
  alignas(cmsghdr) std::array<char, 256> control{};
  iovec piece{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = CMSG_SPACE(size);
  auto* item = CMSG_FIRSTHDR(&message);
  item->cmsg_level = SOL_SOCKET;
  item->cmsg_type = SCM_RIGHTS;
  item->cmsg_len = CMSG_LEN(size);
  for (int i = 0; i < count; ++i) {
    const int number = given.get();
    std::memcpy(CMSG_DATA(item) + sizeof(int) * static_cast<std::size_t>(i), &number, sizeof number);
  }
  REQUIRE(::sendmsg(socket, &message, 0) == static_cast<ssize_t>(bytes.size()));
}

}  // namespace

TEST_CASE("Of several descriptors in one message one is kept and none stays open", "[frame]") {
  auto pair = make_socket_pair();
  Channel ours(std::move(pair.ours));
  for (const int count : {1, 2, 3, 20}) {
    const int before = open_descriptors();
    send_with_descriptors(pair.theirs.get(), count);
    {
      const auto frame = ours.receive(soon());
      CHECK(static_cast<bool>(frame.descriptor));
    }
    CHECK(open_descriptors() == before);
  }
}

TEST_CASE("A plugin's words are fit to be kept: UTF-8, without U+0000, and never cut within a character", "[frame]") {
  CHECK(plain_text("发送失败") == "发送失败");
  CHECK(plain_text("发送失败", 7) == "发送");
  CHECK(plain_text(std::string_view("a\0b\xff\xe5\x8f", 6)) == "a?b???");
  CHECK(plain_text("\xed\xa0\x80", 10) == "???");
  CHECK(plain_text("ok", 0).empty());
}

}  // namespace docket::plugin
