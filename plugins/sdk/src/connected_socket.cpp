// SPDX-License-Identifier: Apache-2.0
// libcurl 7.88, Debian 12's, calls connect() even on a socket that its owner has declared connected, and takes EISCONN
// for a failure (curl issue 10626, mended in 8.0). Linked into an executable that loads plugins, this stands before
// libc's connect and lets that one call succeed: to the address that no one has, on a socket that is connected already.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

namespace {

constexpr in_addr_t kNowhere = 0xC0000201;  // 192.0.2.1 of RFC 5737, as src/http.cpp tells libcurl

bool connected(int descriptor) {
  sockaddr peer{};
  socklen_t size = sizeof peer;
  return ::getpeername(descriptor, &peer, &size) == 0;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int connect(int descriptor, const sockaddr* address, socklen_t size) {
  if (address != nullptr && size >= sizeof(sockaddr_in) && address->sa_family == AF_INET) {
    sockaddr_in to{};
    std::memcpy(&to, address, sizeof to);
    if (to.sin_addr.s_addr == htonl(kNowhere) && connected(descriptor)) return 0;
  }
  return static_cast<int>(::syscall(SYS_connect, descriptor, address, size));
}
