// SPDX-License-Identifier: Apache-2.0
#include "plugin/frame.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/json.hpp"

namespace docket::plugin {
namespace {

using Kind = ChannelError::Kind;

constexpr std::uint32_t kMagic = 0x444b5431;  // "DKT1": whatever else comes is no frame

struct Header {
  std::uint32_t magic = kMagic;
  std::uint32_t head_size = 0;
  std::uint32_t body_size = 0;
  std::uint32_t has_descriptor = 0;
};

int milliseconds_until(Channel::Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 600'000));
}

union Control {
  cmsghdr alignment;
  std::array<char, CMSG_SPACE(sizeof(int))> bytes;
};

}  // namespace

bool Channel::wait(Deadline deadline, int also, bool* also_ready) {
  std::array<pollfd, 2> watched{pollfd{socket_.get(), POLLIN, 0}, pollfd{also, POLLIN, 0}};
  const int ready = ::poll(watched.data(), also >= 0 ? 2 : 1, milliseconds_until(deadline));
  if (also_ready != nullptr) *also_ready = ready > 0 && also >= 0 && watched[1].revents != 0;
  return ready > 0 && watched[0].revents != 0;
}

void Channel::send(const boost::json::object& head, std::string_view body, int descriptor, Deadline deadline) {
  const auto text = boost::json::serialize(head);
  if (text.size() > most_frame_bytes || body.size() > most_frame_bytes) throw std::length_error("a message is too large");
  const Header header{.head_size = static_cast<std::uint32_t>(text.size()),
                      .body_size = static_cast<std::uint32_t>(body.size()),
                      .has_descriptor = descriptor >= 0 ? 1U : 0U};
  std::array<iovec, 3> pieces{iovec{const_cast<Header*>(&header), sizeof header},
                              iovec{const_cast<char*>(text.data()), text.size()},
                              iovec{const_cast<char*>(body.data()), body.size()}};
  Control control{};
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = pieces.size();
  if (descriptor >= 0) {
    message.msg_control = control.bytes.data();
    message.msg_controllen = control.bytes.size();
    auto* item = CMSG_FIRSTHDR(&message);
    item->cmsg_level = SOL_SOCKET;
    item->cmsg_type = SCM_RIGHTS;
    item->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(item), &descriptor, sizeof descriptor);
  }
  while (message.msg_iovlen > 0) {
    const auto sent = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) {
      pollfd watched{socket_.get(), POLLOUT, 0};
      const int wait = milliseconds_until(deadline);
      if (wait == 0 || ::poll(&watched, 1, wait) <= 0) throw ChannelError(Kind::late, "the other side does not listen");
      continue;
    }
    if (sent < 0) throw ChannelError(Kind::closed, "the other side is gone");
    message.msg_control = nullptr;
    message.msg_controllen = 0;
    auto left = static_cast<std::size_t>(sent);
    while (message.msg_iovlen > 0 && left >= message.msg_iov->iov_len) {
      left -= message.msg_iov->iov_len;
      ++message.msg_iov;
      --message.msg_iovlen;
    }
    if (message.msg_iovlen > 0) {
      message.msg_iov->iov_base = static_cast<char*>(message.msg_iov->iov_base) + left;
      message.msg_iov->iov_len -= left;
    }
  }
}

void Channel::read_exactly(char* to, std::size_t size, Deadline deadline, Descriptor* received) {
  while (size > 0) {
    iovec piece{to, size};
    Control control{};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes.data();
    // Room for one descriptor and no more: with the padding of CMSG_SPACE the kernel would hand over two.
    message.msg_controllen = CMSG_LEN(sizeof(int));
    const auto got = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) {
      if (milliseconds_until(deadline) == 0 || !wait(deadline)) throw ChannelError(Kind::late, "no answer in time");
      continue;
    }
    if (got <= 0) throw ChannelError(Kind::closed, "the other side is gone");
    for (auto* item = CMSG_FIRSTHDR(&message); item != nullptr; item = CMSG_NXTHDR(&message, item)) {
      if (item->cmsg_level != SOL_SOCKET || item->cmsg_type != SCM_RIGHTS) continue;
      for (std::size_t at = 0; CMSG_LEN(at + sizeof(int)) <= item->cmsg_len; at += sizeof(int)) {
        int number = -1;
        std::memcpy(&number, CMSG_DATA(item) + at, sizeof number);
        Descriptor taken(number);
        if (received != nullptr && !*received) *received = std::move(taken);  // more than one is closed again
      }
    }
    to += got;
    size -= static_cast<std::size_t>(got);
  }
}

Frame Channel::receive(Deadline deadline) {
  Frame frame;
  Header header;
  std::array<char, sizeof header> bytes{};
  read_exactly(bytes.data(), bytes.size(), deadline, &frame.descriptor);
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != kMagic || header.head_size > most_frame_bytes || header.body_size > most_frame_bytes)
    throw ChannelError(Kind::garbage, "what came is no message");
  std::string head(header.head_size, '\0');
  read_exactly(head.data(), head.size(), deadline, &frame.descriptor);
  frame.body.resize(header.body_size);
  read_exactly(frame.body.data(), frame.body.size(), deadline, &frame.descriptor);
  json::Document document;
  const auto parsed = document.parse(head, {.bytes = most_frame_bytes, .depth = 32});
  if (!parsed || !document.root().is_object()) throw ChannelError(Kind::garbage, "the head of a message is no JSON object");
  frame.head = boost::json::object(document.root().get_object(), boost::json::storage_ptr{});
  return frame;
}

SocketPair make_socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw std::system_error(errno, std::generic_category(), "a pair of sockets");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

}  // namespace docket::plugin
