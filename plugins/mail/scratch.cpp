// SPDX-License-Identifier: Apache-2.0
#include "mail/scratch.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace docket::mail {
namespace {

[[noreturn]] void refuse(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

class Digester {
 public:
  Digester() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1)
      throw std::runtime_error("no SHA-256");
  }
  void add(const void* data, std::size_t size) { EVP_DigestUpdate(context_.get(), data, size); }
  std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_.get(), raw.data(), &size);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (unsigned int i = 0; i < size; ++i) {
      out += digits[raw[i] >> 4];
      out += digits[raw[i] & 15];
    }
    return out;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

}  // namespace

Descriptor Scratch::make() const {
  if (!directory_.empty()) {
    const int fd = ::open(directory_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0) return Descriptor(fd);
  }
  const int fd = ::memfd_create("mail", MFD_CLOEXEC);
  if (fd < 0) refuse("no room for a message");
  return Descriptor(fd);
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      refuse("a message could not be kept");
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::int64_t size_of(int fd) {
  struct stat state {};
  if (::fstat(fd, &state) != 0) refuse("size of a message");
  return state.st_size;
}

std::string read_start(int fd, std::size_t most) {
  std::string out;
  std::array<char, 65536> piece{};
  while (out.size() < most) {
    const auto got =
        ::pread(fd, piece.data(), std::min(piece.size(), most - out.size()), static_cast<off_t>(out.size()));
    if (got < 0) {
      if (errno == EINTR) continue;
      refuse("reading a message");
    }
    if (got == 0) break;
    out.append(piece.data(), static_cast<std::size_t>(got));
  }
  return out;
}

std::string sha256_hex(int fd) {
  Digester digester;
  std::array<char, 65536> piece{};
  off_t at = 0;
  while (true) {
    const auto got = ::pread(fd, piece.data(), piece.size(), at);
    if (got < 0) {
      if (errno == EINTR) continue;
      refuse("reading a message");
    }
    if (got == 0) break;
    digester.add(piece.data(), static_cast<std::size_t>(got));
    at += got;
  }
  return digester.hex();
}

std::string sha256_hex(std::string_view bytes) {
  Digester digester;
  digester.add(bytes.data(), bytes.size());
  return digester.hex();
}

}  // namespace docket::mail
