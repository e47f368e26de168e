// SPDX-License-Identifier: Apache-2.0
#include "store/backup.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

#include "base/both.hpp"
#include "base/hash.hpp"
#include "base/json_decode.hpp"
#include "base/json_encode.hpp"
#include "base/log.hpp"
#include "store/data_directory.hpp"
#include "store/errors.hpp"
#include "store/migrations.hpp"
#include "store/session_impl.hpp"
#include "store/sqlite_api.hpp"

namespace docket::store {
namespace {

namespace fs = std::filesystem;

constexpr int kPagesASlice = 256;  // 1 MiB: the writer is held for a few milliseconds
constexpr std::int64_t kPagesASync = 16'384;  // 64 MiB: the log of the desk on the same disk waits for no more than that
constexpr const char* kManifest = "manifest.json";
constexpr const char* kDatabase = "docket.db";

[[noreturn]] void refuse(const Said& what, const fs::path& path) {
  throw StoreUnavailable(0, both("{0} {2}: {3}", "{1} {2}：{3}", what.en, what.zh, path.string(), std::generic_category().message(errno)));
}

class File {
 public:
  File(const fs::path& path, int flags)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600)), path_(path) {
    if (descriptor_ < 0) refuse({"can not open", "无法打开"}, path);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::close(descriptor_); }

  /// Fills the buffer as far as there is more; 0 at the end.
  std::size_t read(std::span<char> buffer) {
    while (true) {
      const ssize_t got = ::read(descriptor_, buffer.data(), buffer.size());
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) refuse({"can not read", "无法读取"}, path_);
    }
  }
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t put = ::write(descriptor_, bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) {
        if (errno == ENOSPC) throw StoreFull(0, "no space left for " + path_.string());
        refuse({"can not write", "无法写入"}, path_);
      }
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
  }
  void sync() {
    if (::fsync(descriptor_) != 0) refuse({"can not sync", "无法落盘"}, path_);
  }

 private:
  int descriptor_;
  fs::path path_;
};

/// Reads `from` to its end; what is read also goes to `to`, if given.
BackupFile digest_and_copy(const fs::path& from, File* to) {
  File in(from, O_RDONLY);
  Hasher hasher;
  BackupFile file;
  std::vector<char> buffer(std::size_t{256} << 10);
  while (const std::size_t got = in.read(buffer)) {
    const std::string_view bytes(buffer.data(), got);
    hasher.add(bytes);
    file.size += static_cast<std::int64_t>(got);
    if (to != nullptr) to->write(bytes);
  }
  file.sha256 = to_hex(hasher.finish());
  return file;
}

BackupFile copy_durably(const fs::path& from, const fs::path& to) {
  fs::create_directories(to.parent_path());
  File out(to, O_WRONLY | O_CREAT | O_EXCL);
  auto file = digest_and_copy(from, &out);
  out.sync();
  return file;
}

void write_durably(const fs::path& path, const std::string& text) {
  const fs::path unfinished = path.string() + ".unfinished";
  {
    File out(unfinished, O_WRONLY | O_CREAT | O_TRUNC);
    out.write(text);
    out.sync();
  }
  fs::rename(unfinished, path);
  sync_directory(path.parent_path());
}

void sync_tree(const fs::path& root) {
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.is_directory()) sync_directory(entry.path());
  }
  sync_directory(root);
}

/// The copy of the database under way: its own connection and SQLite's state, both used on the writer thread only.
class DatabaseCopy {
 public:
  explicit DatabaseCopy(fs::path file) : file_(std::move(file)) {}
  DatabaseCopy(const DatabaseCopy&) = delete;
  DatabaseCopy& operator=(const DatabaseCopy&) = delete;
  ~DatabaseCopy() { close(); }

  /// False when all is copied. What the writer changes meanwhile reaches the copy by itself: it is the same connection.
  bool step(Session& source) {
    if (copy_ == nullptr) begin(source);
    const int result = sqlite::sqlite3_backup_step(backup_, kPagesASlice);
    total_ = sqlite::sqlite3_backup_pagecount(backup_);
    done_ = total_ - sqlite::sqlite3_backup_remaining(backup_);
    if (result == SQLITE_OK) return true;
    if (result != SQLITE_DONE) fail(result);
    const int finished = sqlite::sqlite3_backup_finish(std::exchange(backup_, nullptr));
    if (finished != SQLITE_OK) fail(finished);
    close();
    return false;
  }
  [[nodiscard]] std::int64_t done() const { return done_; }
  [[nodiscard]] std::int64_t total() const { return total_; }

  void close() {
    if (source_ != nullptr) std::exchange(source_, nullptr)->impl().copied = false;
    if (backup_ != nullptr) sqlite::sqlite3_backup_finish(std::exchange(backup_, nullptr));
    if (copy_ != nullptr) sqlite::sqlite3_close(std::exchange(copy_, nullptr));
  }

 private:
  void begin(Session& source) {
    const int opened =
        sqlite::sqlite3_open_v2(file_.c_str(), &copy_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    if (opened != SQLITE_OK) fail(opened);
    // Whoever makes the backup syncs it, on a thread of its own: the last slice would hold up the writer for all of it.
    const int set = sqlite::sqlite3_exec(copy_, "PRAGMA synchronous=OFF", nullptr, nullptr, nullptr);
    if (set != SQLITE_OK) fail(set);
    backup_ = sqlite::sqlite3_backup_init(copy_, "main", source.impl().connection(), "main");
    if (backup_ == nullptr) fail(sqlite::sqlite3_extended_errcode(copy_));
    source_ = &source;
    source.impl().copied = true;
  }
  /// An error of the copy is no error of the database: nothing of it may end the process.
  [[noreturn]] void fail(int result) {
    if ((result & 0xff) == SQLITE_FULL) throw StoreFull(SQLITE_FULL, {"no space left for the backup", "备份的空间已用尽"});
    throw StoreUnavailable(result & 0xff, both("the backup can not be written: {}", "备份无法写入：{}",
                                               std::string_view(sqlite::sqlite3_errstr(result))));
  }

  const fs::path file_;
  Session* source_ = nullptr;
  sqlite::sqlite3* copy_ = nullptr;
  sqlite::sqlite3_backup* backup_ = nullptr;
  std::int64_t done_ = 0;
  std::int64_t total_ = 0;
};

/// Its connections belong to the writer's thread; if that has ended, nobody uses them any more.
void give_up(Writer& writer, const std::shared_ptr<DatabaseCopy>& copy) {
  (void)writer.run_maintenance([copy](Session&) -> Result<bool> {
    copy->close();
    return true;
  });
}

struct DatabaseFacts {
  int schema = 0;
  std::int64_t feed_position = 0;
};

/// Checks a copy that nobody has open, and makes it one file again (the source's WAL mode is copied with its header).
DatabaseFacts settle(const fs::path& file) {
  sqlite::sqlite3* connection = nullptr;
  const int opened = sqlite::sqlite3_open_v2(file.c_str(), &connection, SQLITE_OPEN_READWRITE, nullptr);
  const std::unique_ptr<sqlite::sqlite3, int (*)(sqlite::sqlite3*)> closer(connection, sqlite::sqlite3_close);
  if (opened != SQLITE_OK) throw StoreCorrupt(opened, "the copy can not be opened");
  const auto text = [&](const char* sql) {
    sqlite::sqlite3_stmt* statement = nullptr;
    std::string value;
    if (sqlite::sqlite3_prepare_v2(connection, sql, -1, &statement, nullptr) == SQLITE_OK &&
        sqlite::sqlite3_step(statement) == SQLITE_ROW) {
      if (const auto* bytes = sqlite::sqlite3_column_text(statement, 0)) value = reinterpret_cast<const char*>(bytes);
    }
    sqlite::sqlite3_finalize(statement);
    return value;
  };
  if (text("PRAGMA journal_mode=DELETE") != "delete")
    throw StoreCorrupt(SQLITE_CORRUPT, "the copy is no sound database");
  if (text("PRAGMA quick_check(1)") != "ok") throw StoreCorrupt(SQLITE_CORRUPT, "the copy is no sound database");
  DatabaseFacts facts;
  facts.schema = std::atoi(text("PRAGMA user_version").c_str());
  facts.feed_position = std::atoll(text("SELECT coalesce(max(position), 0) FROM event").c_str());
  return facts;
}

/// What is made from here on has other keys than what was made in vain (0014_restored.sql).
void begin_other_keys(const fs::path& file) {
  sqlite::sqlite3* connection = nullptr;
  const int opened = sqlite::sqlite3_open_v2(file.c_str(), &connection, SQLITE_OPEN_READWRITE, nullptr);
  const std::unique_ptr<sqlite::sqlite3, int (*)(sqlite::sqlite3*)> closer(connection, sqlite::sqlite3_close);
  const int done = opened != SQLITE_OK ? opened
                                       : sqlite::sqlite3_exec(connection,
                                                              "CREATE TABLE IF NOT EXISTS restored(last_delivery INTEGER PRIMARY KEY,"
                                                              " word TEXT NOT NULL) STRICT;"
                                                              "INSERT OR REPLACE INTO restored SELECT coalesce(max(id), 0),"
                                                              " lower(hex(randomblob(4))) FROM delivery;",
                                                              nullptr, nullptr, nullptr);
  if ((done & 0xff) == SQLITE_FULL) throw StoreFull(done, both("no space left for {}", "{} 的空间已用尽", file.string()));
  if (done != SQLITE_OK) throw StoreUnavailable(done, both("can not write {}", "无法写入 {}", file.string()));
}

std::int64_t bytes_of(Session& session) {
  return std::get<0>(session.select<std::int64_t>("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()").one());
}

std::uint64_t bytes_under(const fs::path& directory) {
  std::uint64_t bytes = 0;
  std::error_code gone;  // a file may go away meanwhile
  for (fs::recursive_directory_iterator at(directory, gone), end; at != end; at.increment(gone)) {
    if (!at->is_regular_file(gone)) continue;
    const auto size = at->file_size(gone);
    if (!gone) bytes += size;
  }
  return bytes;
}

/// The desk may live on the same disk: what it keeps free for itself stays free.
Result<void> has_room(const fs::path& place, std::uint64_t bytes) {
  constexpr std::uint64_t spare = std::uint64_t{64} << 20;
  if (free_bytes(place) >= bytes + spare) return {};
  return fail(ErrorCode::storage_full, both("There is not enough free space in {0} for a backup: {1} MiB are needed.",
                                            "{0} 的空间不够备份，需要 {1} MiB。", place.string(), (bytes + spare) >> 20));
}

/// What was copied, until it is whole.
class Unfinished {
 public:
  explicit Unfinished(fs::path directory) : directory_(std::move(directory)) {}
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  ~Unfinished() {
    if (kept_) return;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(directory_, ignored)) fs::remove_all(entry.path(), ignored);
  }
  void keep() { kept_ = true; }

 private:
  const fs::path directory_;
  bool kept_ = false;
};

/// Attachments that a row of the copy names and that are not there.
void add_missing(const fs::path& database, const fs::path& blobs, std::vector<std::string>& missing) {
  sqlite::sqlite3* connection = nullptr;
  const int opened = sqlite::sqlite3_open_v2(database.c_str(), &connection, SQLITE_OPEN_READONLY, nullptr);
  const std::unique_ptr<sqlite::sqlite3, int (*)(sqlite::sqlite3*)> closer(connection, sqlite::sqlite3_close);
  sqlite::sqlite3_stmt* statement = nullptr;
  if (opened != SQLITE_OK || sqlite::sqlite3_prepare_v2(connection, "SELECT DISTINCT sha256 FROM attachment WHERE ticket <> 0", -1,
                                                        &statement, nullptr) != SQLITE_OK)
    throw StoreCorrupt(SQLITE_CORRUPT, "the copy is no sound database");
  while (sqlite::sqlite3_step(statement) == SQLITE_ROW) {
    const std::string digest = reinterpret_cast<const char*>(sqlite::sqlite3_column_text(statement, 0));
    if (!fs::exists(blobs / digest.substr(0, 2) / digest)) missing.push_back(digest);
  }
  sqlite::sqlite3_finalize(statement);
}

/// What a backup is made of: the database, and what stands under blobs/. Whatever else somebody puts into one, keys or
/// plugins for instance, is not for the data directory.
bool is_part(const std::string& path) {
  const fs::path relative(path);
  if (path == kDatabase) return true;
  return std::distance(relative.begin(), relative.end()) > 1 && *relative.begin() == "blobs" && relative.has_filename() &&
         std::ranges::none_of(relative, [](const fs::path& part) { return part == ".." || part == "."; });
}

}  // namespace

Result<BackupManifest> make_backup(Writer& writer, const fs::path& blobs, const fs::path& destination, Time now,
                                   const BackupProgress& progress) {
  std::error_code failed;
  fs::create_directories(destination, failed);
  if (failed)
    return fail(ErrorCode::conflict, both("The directory {} can not be made: {}. The process that serves makes it; as a service it writes "
                                          "only in its data directory and where ReadWritePaths= of its unit says.",
                                          "无法建立目录 {}：{}。目录由正在服务的进程建立；作为系统服务时，它只能写入数据目录和单元文件 ReadWritePaths= "
                                          "列出的位置。",
                                          destination.string(), failed.message()));
  if (!fs::is_empty(destination))
    return fail(ErrorCode::conflict, both("The directory {} is not empty.", "目录 {} 不是空的。", destination.string()));
  const auto wanted = writer.run_maintenance([](Session& session) -> Result<std::int64_t> { return bytes_of(session); });
  if (!wanted) return std::unexpected(wanted.error());
  if (auto room = has_room(destination, static_cast<std::uint64_t>(*wanted) + bytes_under(blobs)); !room)
    return std::unexpected(std::move(room.error()));
  Unfinished unfinished(destination);
  if (::chmod(destination.c_str(), 0700) != 0) refuse({"can not protect", "无法设置权限"}, destination);

  BackupManifest manifest;
  manifest.created_at = now;
  const auto database = destination / kDatabase;
  std::int64_t pages = 0;
  {
    const auto copy = std::make_shared<DatabaseCopy>(database);
    std::int64_t synced = 0;
    for (bool more = true; more;) {
      const auto stepped = writer.run_maintenance([copy](Session& session) -> Result<bool> {
        try {
          return copy->step(session);
        } catch (...) {
          copy->close();
          throw;
        }
      });
      if (!stepped) {
        give_up(writer, copy);
        return std::unexpected(stepped.error());
      }
      more = *stepped;
      try {
        if (copy->done() - synced >= kPagesASync) {
          sync_file(database);  // closing it gives SQLite's locks on the copy away, which nobody else opens
          synced = copy->done();
        }
        if (progress) progress(copy->done(), copy->total());
      } catch (...) {  // not wanted any more
        give_up(writer, copy);
        throw;
      }
    }
    pages = copy->total();
  }
  const auto facts = settle(database);
  manifest.schema = facts.schema;
  manifest.feed_position = facts.feed_position;
  {
    auto file = digest_and_copy(database, nullptr);
    file.path = kDatabase;
    manifest.files.push_back(std::move(file));
    File(database, O_RDONLY).sync();
  }
  // After the database: every blob that a row of the copy names is there by now.
  if (fs::exists(blobs)) {
    for (const auto& entry : fs::recursive_directory_iterator(blobs)) {
      if (!entry.is_regular_file()) continue;
      if (progress) progress(pages, pages);  // there may be many: whoever no longer wants the backup can say so
      const auto path = "blobs/" + entry.path().lexically_relative(blobs).generic_string();
      BackupFile file;
      const auto size = entry.file_size(failed);
      if (auto room = has_room(destination, failed ? 0 : size); !room) return std::unexpected(std::move(room.error()));
      try {
        file = copy_durably(entry.path(), destination / path);
      } catch (const StoreUnavailable&) {
        if (fs::exists(entry.path())) throw;
        fs::remove(destination / path);
        continue;  // an upload that nobody used, and whose day was over
      }
      file.path = path;
      if (file.sha256 != entry.path().filename().string()) manifest.unsound.push_back(entry.path().filename().string());
      manifest.files.push_back(std::move(file));
    }
  }
  add_missing(database, destination / "blobs", manifest.unsound);
  for (const auto& digest : manifest.unsound) log::error("blob_damaged", {{"sha256", digest}});
  sync_tree(destination);
  write_durably(destination / kManifest, json::encode(manifest) + "\n");
  unfinished.keep();
  return manifest;
}

Said about_unsound(const BackupManifest& made) {
  if (made.unsound.empty()) return {};
  constexpr std::size_t shown = 10;
  std::string names;
  for (std::size_t i = 0; i < std::min(shown, made.unsound.size()); ++i) names += " " + made.unsound[i];
  if (made.unsound.size() > shown) names += " …";
  return both("{} attachments are damaged or missing in this desk; the backup is complete without them. Put them back from an earlier "
              "backup, into blobs/ of the data directory:{}",
              "本服务台有 {} 个附件损坏或丢失，备份中没有它们，其余完整。请从更早的备份放回数据目录的 blobs/：{}", made.unsound.size(), names);
}

Result<BackupManifest> check_backup(const fs::path& backup) {
  const auto manifest_path = backup / kManifest;
  if (!fs::exists(manifest_path)) {
    return fail(ErrorCode::not_found, both("{} has no {}: it is no backup, or one that was not finished.",
                                           "{} 里没有 {}：它不是备份，或备份没有完成。", backup.string(), std::string_view(kManifest)));
  }
  std::string text;
  {
    File in(manifest_path, O_RDONLY);
    std::vector<char> buffer(std::size_t{64} << 10);
    while (const std::size_t got = in.read(buffer)) text.append(buffer.data(), got);
  }
  json::Document document;
  if (auto parsed = document.parse(text, {.bytes = std::size_t{256} << 20, .depth = 8}); !parsed) {
    return std::unexpected(std::move(parsed.error()));
  }
  auto manifest = json::decode<BackupManifest>(document.root(), json::Trust::stored);
  if (!manifest) return std::unexpected(std::move(manifest.error()));
  if (manifest->format != 1) return fail(ErrorCode::invalid_field, {"The backup was made by a newer program.", "备份由更新版本的程序建立。"});

  Error faults;
  faults.code = ErrorCode::invalid_field;
  const auto fault = [&](const std::string& path, Said what) { faults.fields.push_back(field_error(path, std::move(what))); };
  bool has_database = false;
  for (const auto& file : manifest->files) {
    has_database |= file.path == kDatabase;
    if (!is_part(file.path)) {
      fault(file.path, {"is no part of a backup", "不是备份的一部分"});
    } else if (!fs::is_regular_file(backup / file.path)) {
      fault(file.path, {"is missing", "丢失"});
    } else {
      const auto found = digest_and_copy(backup / file.path, nullptr);
      if (found.size != file.size || found.sha256 != file.sha256) fault(file.path, {"was altered", "被改动"});
    }
  }
  if (!has_database) fault(kDatabase, {"is missing", "丢失"});
  if (faults.fields.empty()) return manifest;
  const auto& first = faults.fields.front();
  faults.say(both("The backup is damaged: {0} {1}.", "备份已损坏：{0} {2}。", first.pointer, first.message, first.message_zh));
  return std::unexpected(std::move(faults));
}

Result<BackupManifest> restore_backup(const fs::path& backup, const fs::path& data_directory) {
  auto manifest = check_backup(backup);
  if (!manifest) return manifest;
  if (manifest->schema > migrations().back().number) {
    return fail(ErrorCode::conflict, both("The backup has schema {}, this program knows up to {}; restore it with the newer program.",
                                          "备份的结构版本是 {}，本程序只认识到 {}；请用新版程序恢复。", manifest->schema,
                                          migrations().back().number));
  }
  const auto directory = DataDirectory::open(data_directory);
  const auto database = directory.database();
  if (fs::exists(database) || fs::exists(database.string() + "-wal")) {
    return fail(ErrorCode::conflict, both("There is a database in {} already; nothing was changed.", "{} 里已有数据库，未作任何更改。",
                                          data_directory.string()));
  }
  const fs::path unfinished = database.string() + ".restoring";
  std::error_code ignored;
  fs::remove(unfinished, ignored);
  for (const auto& file : manifest->files) {
    const bool is_database = file.path == kDatabase;
    const auto to = is_database ? unfinished : directory.path() / file.path;
    if (!is_database) fs::remove(to, ignored);  // of an interrupted restore; blobs are named by their content
    const auto copied = copy_durably(backup / file.path, to);
    if (copied.sha256 != file.sha256) return fail(ErrorCode::conflict, both("{} changed while it was read.", "{} 在读取时发生变化。", file.path));
  }
  (void)settle(unfinished);
  begin_other_keys(unfinished);
  sync_tree(directory.path());
  // The database appears last and whole.
  fs::rename(unfinished, database);
  sync_directory(directory.path());
  return manifest;
}

}  // namespace docket::store
