// SPDX-License-Identifier: Apache-2.0
#include "definition/bundle.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

#include "base/hash.hpp"

namespace docket::definition {
namespace {

namespace fs = std::filesystem;

constexpr int max_directory_depth = 8;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

/// What must not change while the bundle is read.
struct Stamp {
  ino_t inode = 0;
  off_t size = 0;
  std::int64_t modified_ns = 0;
  bool operator==(const Stamp&) const = default;
};

Stamp stamp_of(const struct stat& status) {
  return {status.st_ino, status.st_size, std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

bool inside(const fs::path& root, const fs::path& path) {
  const auto [end, ignored] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  return end == root.end();
}

/// Relative path to the real path of every file that belongs to the bundle.
Result<std::map<std::string, fs::path>> list_files(const fs::path& root) {
  std::map<std::string, fs::path> out;
  std::error_code error;
  auto it = fs::recursive_directory_iterator(root, fs::directory_options::follow_directory_symlink, error);
  for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    const auto relative = it->path().lexically_relative(root).generic_string();
    std::error_code ignored;
    const bool directory = it->is_directory(ignored);
    const bool skipped = it->path().filename().native().starts_with('.') || (directory && relative == "samples");
    if (directory) {
      const auto real = fs::canonical(it->path(), ignored);
      if (!skipped && (ignored || !inside(root, real))) {
        return fail(ErrorCode::invalid_definition,
                    {relative + " leads out of the desk's directory", relative + " 指到了服务台目录之外"});
      }
      if (!skipped && it.depth() + 1 >= max_directory_depth) {
        return fail(ErrorCode::invalid_definition,
                    {relative + " is nested more than 8 directories deep", relative + " 的目录嵌套超过 8 层"});
      }
      if (skipped) it.disable_recursion_pending();
      continue;
    }
    if (!skipped && it->path().extension() == ".yml")  // left out without a word, what stands there would silently not count
      return fail(ErrorCode::invalid_definition, {relative + " is not read: the files of a desk end in .yaml; rename it or move it away",
                                                  relative + " 不会被读取：服务台的文件以 .yaml 结尾；请改名或移走"});
    if (skipped || !belongs_to_bundle(relative)) continue;
    const auto real = fs::canonical(it->path(), ignored);
    if (ignored || !inside(root, real)) {
      return fail(ErrorCode::invalid_definition, {relative + " leads out of the desk's directory, or nowhere",
                                                  relative + " 指到了服务台目录之外，或目标不存在"});
    }
    out[relative] = real;
    if (out.size() > max_bundle_files)
      return fail(ErrorCode::invalid_definition, {"a desk has at most 500 files", "一个服务台最多 500 个文件"});
  }
  if (error)
    return fail(ErrorCode::invalid_definition,
                {"the directory can not be read: " + error.message(), "目录无法读取：" + error.message()});
  return out;
}

std::unexpected<Error> unreadable(const std::string& name) {
  const auto why = std::generic_category().message(errno);
  return fail(ErrorCode::invalid_definition, {name + " can not be read: " + why, name + " 无法读取：" + why});
}

/// The bytes of one file; `moved` is set when it changed while it was read.
Result<std::string> read_file(const std::string& name, const fs::path& real, Stamp& stamp, bool& moved) {
  const Descriptor file(::open(real.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  struct stat before {};
  if (file.get() < 0 || ::fstat(file.get(), &before) != 0) {
    return unreadable(name);
  }
  if (!S_ISREG(before.st_mode))
    return fail(ErrorCode::invalid_definition, {name + " is not a regular file", name + " 不是普通文件"});
  if (static_cast<std::size_t>(before.st_size) > max_bundle_file_bytes) {
    return fail(ErrorCode::invalid_definition, {name + " is larger than 1 MiB", name + " 超过 1 MiB"});
  }
  std::string bytes(static_cast<std::size_t>(before.st_size) + 1, '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const auto got = ::read(file.get(), bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable(name);
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  struct stat after {};
  moved = ::fstat(file.get(), &after) != 0 || stamp_of(before) != stamp_of(after) ||
          have != static_cast<std::size_t>(before.st_size);
  stamp = stamp_of(after);
  return bytes;
}

/// One try; an empty optional says that something changed under it.
Result<std::optional<Bundle>> try_load(const fs::path& root) {
  const auto files = list_files(root);
  if (!files) return std::unexpected(files.error());
  Bundle bundle;
  std::map<std::string, Stamp> stamps;
  std::size_t total = 0;
  for (const auto& [name, real] : *files) {
    bool moved = false;
    auto bytes = read_file(name, real, stamps[name], moved);
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    if (moved) return std::optional<Bundle>{};
    total += bytes->size();
    if (total > max_bundle_bytes)
      return fail(ErrorCode::invalid_definition,
                  {"the desk's files are larger than 8 MiB together", "服务台的文件合计超过 8 MiB"});
    bundle.files[name] = std::move(*bytes);
  }
  const auto again = list_files(root);
  if (!again || *again != *files) return std::optional<Bundle>{};
  for (const auto& [name, real] : *files) {
    struct stat now {};
    if (::lstat(real.c_str(), &now) != 0 || stamp_of(now) != stamps[name]) return std::optional<Bundle>{};
  }
  return std::optional(std::move(bundle));
}

}  // namespace

std::string Bundle::digest() const {
  Hasher hasher;
  const auto add = [&](const std::string& part) {
    hasher.add(std::to_string(part.size()) + ":");
    hasher.add(part);
  };
  for (const auto& [path, bytes] : files) {
    add(path);
    add(bytes);
  }
  return to_hex(hasher.finish());
}

bool belongs_to_bundle(const std::string& path) {
  if (path.starts_with("samples/")) return false;
  if (path.starts_with('.') || path.find("/.") != std::string::npos) return false;
  if (path.ends_with(".yaml")) return true;
  const auto folder = fs::path(path).parent_path().filename();
  return path.ends_with(".json") && folder == "holidays";
}

Result<Bundle> load_bundle(const fs::path& directory) {
  std::error_code error;
  const auto root = fs::canonical(directory, error);
  if (error || !fs::is_directory(root, error)) {
    return fail(ErrorCode::invalid_definition, {directory.string() + " is not a directory that can be read",
                                                directory.string() + " 不是可读取的目录"});
  }
  for (int attempt = 0; attempt < 3; ++attempt) {
    auto bundle = try_load(root);
    if (!bundle) return std::unexpected(std::move(bundle.error()));
    if (*bundle) return std::move(**bundle);
  }
  return fail(ErrorCode::conflict,
              {"the files in " + directory.string() + " keep changing; try again when they are all saved",
               directory.string() + " 里的文件一直在变化；请全部保存后再试"});
}

}  // namespace docket::definition
