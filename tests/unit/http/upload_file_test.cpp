// SPDX-License-Identifier: Apache-2.0
#include "http/upload_file.hpp"

#include <filesystem>
#include <limits>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace docket;
using http::UploadFile;

TEST_CASE("an upload never takes the room that the desk itself needs") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path().string();
  const auto refused = UploadFile::create(path, std::numeric_limits<std::uint64_t>::max());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::storage_full);
  CHECK(std::filesystem::is_empty(path));

  auto upload = UploadFile::create(path, 0);
  REQUIRE(upload);
  CHECK(upload->append(std::string(std::size_t{5} << 20, 'x')));
  CHECK(std::filesystem::file_size(upload->path()) == std::size_t{5} << 20);
}
