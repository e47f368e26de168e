// SPDX-License-Identifier: Apache-2.0
#include "server/set_up.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "base/both.hpp"
#include "base/failure.hpp"
#include "definition/bundle.hpp"
#include "http/tls_identity.hpp"
#include "server/anchor_key.hpp"
#include "server/control.hpp"
#include "server/engine.hpp"
#include "server/private_file.hpp"
#include "store/data_owner.hpp"

namespace docket::server {
namespace {

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void make_private_directory(const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory);
  std::filesystem::permissions(directory, std::filesystem::perms::owner_all);
}

/// Publishes the first bundle. True when it did.
bool publish_first(Engine& engine, const std::filesystem::path& config) {
  if (engine.active()) return false;
  const auto bundle = definition::load_bundle(config);
  if (!bundle) throw Failure(bundle.error().said());
  ControlRequest request;
  request.command = "publish";
  request.by = "init";
  request.comment = "first publication";
  for (const auto& [path, bytes] : bundle->files) request.files[path] = to_base64url(bytes);
  const auto answer = run_control(engine, request);
  if (answer.ok) return true;
  Said text{answer.text, answer.text_zh};
  for (const auto& finding : answer.findings) {
    text.en += "\n" + finding.rendered;
    text.zh += "\n" + finding.rendered_zh;
  }
  throw Failure(std::move(text));
}

bool has_users(Engine& engine) {
  const auto any = desk::read_and_wait(engine.database(), [](const desk::Reading& reading) -> Result<bool> {
    return !reading.directory.users(UserId{}, 1, {}).empty();
  });
  if (!any) throw Failure(any.error().said());
  return *any;
}

}  // namespace

SetUpReport set_up_data(const std::filesystem::path& data, const std::filesystem::path& config,
                        const std::vector<std::string>& server_names, const Clock& clock, Engine::Options here) {
  const store::LeaveToOwner leave{data};
  here.data = data;
  here.make = true;
  here.upgrade = false;
  Engine engine(here, clock);
  const DataLayout layout(data);
  SetUpReport report;

  make_private_directory(layout.tls);
  make_private_directory(layout.keys);
  make_private_directory(layout.uploads);
  const auto identity = http::ensure_local_identity(layout.tls.string(), server_names, SystemClock{}.now());
  if (!identity) throw Failure(identity.error().said());
  report.ca_certificate = identity->ca_certificate;
  if (identity->changed) {
    report.made = true;
    report.done.push_back(both("Made a certificate authority and a server certificate in {}.", "已在 {} 生成证书颁发机构与服务器证书。",
                               layout.tls.string()));
  }
  static_cast<void>(AnchorKey::load_or_make(layout.anchor_key));
  static_cast<void>(load_or_make_key(layout.cursor_key));
  static_cast<void>(load_or_make_key(layout.link_key));

  if (publish_first(engine, config)) {
    report.made = true;
    report.done.push_back(both("Published the definitions in {}.", "已发布 {} 里的配置。", config.string()));
  }
  if (!has_users(engine)) {
    report.setup_secret = random_token();
    write_private(layout.setup_digest, to_hex(sha256(*report.setup_secret)));
    report.made = true;
  }
  return report;
}

std::optional<Digest> read_setup_digest(const std::filesystem::path& data) {
  const auto hex = read_file(DataLayout(data).setup_digest);
  Digest digest{};
  if (hex.size() != digest.size() * 2) return {};
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const auto value = [&](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    digest[i] = static_cast<std::uint8_t>(value(hex[2 * i]) * 16 + value(hex[2 * i + 1]));
  }
  return digest;
}

std::string load_or_make_key(const std::filesystem::path& file) {
  auto key = read_file(file);
  if (key.size() == 32) return key;
  if (!key.empty())
    throw Failure(both("The key file {} is damaged. Put it back from your copy of keys/. Only if there is none, move it away: a new one is made, "
                       "and links and open pages that were handed out with the old one end.",
                       "密钥文件 {} 已损坏。请从 keys/ 的副本放回。没有副本时才移走它：会生成新的，用旧密钥发出的链接和打开的翻页随之失效。",
                       file.string()));
  key = random_bytes(32);
  write_private(file, key);
  return key;
}

}  // namespace docket::server
