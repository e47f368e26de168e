// SPDX-License-Identifier: Apache-2.0
#include "support/door.hpp"

#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "base/clock.hpp"
#include "http/tls_identity.hpp"

namespace docket::test {

class Program::Echo final : public http::StreamPeer {
 public:
  explicit Echo(Program& program) : program_(program) {}
  void on_open(http::StreamSender sender) override {
    const std::lock_guard lock(program_.mutex_);
    program_.senders_.push_back(sender);
    sender_ = std::make_unique<http::StreamSender>(sender);
  }
  void on_message(std::string_view text) override {
    if (text == "throw") throw std::runtime_error("as asked");
    sender_->send(std::string(text));
  }
  void on_close() override { ++program_.streams_closed_; }

 private:
  Program& program_;
  std::unique_ptr<http::StreamSender> sender_;
};

Program::Program(std::string directory)
    : directory_(std::move(directory)), big_(std::make_shared<const std::string>(4 * 1024 * 1024, 'b')) {
  std::ofstream(directory_ + "/file") << std::string(1024 * 1024, 'f');
}

Result<http::BodyPlan> Program::plan(const http::Head& head, const std::string&) {
  http::BodyPlan plan;
  plan.to_file = head.path == "/upload";
  plan.max_bytes = plan.to_file ? 256 * 1024 * 1024 : 1024 * 1024;
  if (head.path == "/nowhere") return fail(ErrorCode::not_found, "There is no such thing.");
  if (head.path == "/throw-early") throw std::runtime_error("as asked");
  return plan;
}

void Program::handle(http::Request request, http::Respond respond) {
  const std::string path = request.path;
  http::Response response;
  response.headers.emplace_back("Content-Type", "application/octet-stream");
  if (path == "/echo") response.body = request.body;
  if (path == "/big") response.shared_body = big_;
  if (path == "/file") response.body_file = directory_ + "/file";
  if (path == "/lost-file") response.body_file = directory_ + "/none";
  if (path == "/empty") response.status = 204;
  if (path == "/injected") response.headers.emplace_back("X-Name", "a\r\nSet-Cookie: b");
  if (path == "/cached") response.headers.emplace_back("Cache-Control", "max-age=60");
  if (path == "/upload") {
    std::ifstream file(request.body_file, std::ios::binary);
    const std::string content(std::istreambuf_iterator<char>(file), {});
    response.body = std::to_string(content.size()) + " " + content.substr(0, 8);
  }
  const bool later = path == "/later";
  {
    const std::lock_guard lock(mutex_);
    seen_.push_back(std::string(http::name(request.method)) + " " + path);
    if (later) later_.push_back(std::move(respond));
    last_ = std::move(request);
  }
  if (path == "/throw") throw std::runtime_error("as asked");
  if (path == "/silent" || later) return;
  respond(std::move(response));
}

void Program::open_stream(http::Request request, http::AcceptStream accept) {
  if (request.query == "refuse") {
    accept(fail(ErrorCode::unauthenticated, "Sign in first."));
    return;
  }
  std::shared_ptr<http::StreamPeer> peer = std::make_shared<Echo>(*this);
  accept(std::move(peer));
}

std::vector<std::string> Program::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

http::Request Program::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

std::vector<http::Respond> Program::take_later(std::size_t count) {
  const bool there = eventually([&] {
    const std::lock_guard lock(mutex_);
    return later_.size() >= count;
  });
  if (!there) throw std::runtime_error("the requests did not arrive");
  const std::lock_guard lock(mutex_);
  return std::exchange(later_, {});
}

std::vector<http::StreamSender> Program::senders() const {
  const std::lock_guard lock(mutex_);
  return senders_;
}

Door::Door(const std::function<void(http::ServerOptions&)>& adjust) {
  const std::string path = directory_.path().string();
  const auto identity = http::ensure_local_identity(path, {}, SystemClock{}.now());
  if (!identity) throw std::runtime_error(identity.error().detail);
  auto keys = http::read_tls_keys(identity->certificate, identity->key);
  if (!keys) throw std::runtime_error(keys.error().detail);
  program_ = std::make_unique<Program>(path);
  http::ServerOptions options;
  options.tls = std::move(*keys);
  options.io_threads = 2;
  options.stream_path = "/api/v1/stream";
  options.upload_directory = path;
  if (adjust) adjust(options);
  tls_ = options.tls.has_value();
  auto server = http::Server::start(std::move(options), *program_);
  if (!server) throw std::runtime_error(server.error().detail);
  server_ = std::move(*server);
}

ClientOptions Door::client() const {
  ClientOptions options;
  options.port = server_->port();
  options.tls = tls_;
  if (tls_) options.ca_file = (directory_.path() / "ca.pem").string();
  return options;
}

bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

bool with_patience(const std::function<bool(std::chrono::milliseconds patience)>& attempt) {
  for (std::chrono::milliseconds patience{150}; patience < std::chrono::seconds{40}; patience *= 4) {
    try {
      if (attempt(patience)) return true;
    } catch (const std::runtime_error&) {
      // The connection was gone before its time.
    }
  }
  return false;
}

}  // namespace docket::test
