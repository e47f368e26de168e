// SPDX-License-Identifier: Apache-2.0
// The web pages: built files, read once at start into an immutable table and served from memory. No request ever touches
// the file system, so no path can lead anywhere else.
#pragma once

#include "http/message.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace docket::api {

/// Immutable; any thread.
class Pages {
 public:
  static constexpr std::uintmax_t most_bytes = 64U << 20U;  ///< of all files with their encodings

  /// What `manifest.json` of the directory lists, each file checked against its size and digest. Throws
  /// std::runtime_error with a sentence for the operator when something is missing, changed or too large.
  [[nodiscard]] static std::shared_ptr<const Pages> load(const std::filesystem::path& directory);

  /// The answer to GET or HEAD of a page or an asset; nothing for everything else, which the route table answers.
  /// Addresses of screens (for example /tickets/7) are answered with the page that draws them, when a browser asks for
  /// one.
  [[nodiscard]] std::optional<http::Response> answer(http::Method method, std::string_view path,
                                                     std::string_view accept, std::string_view accept_encoding,
                                                     std::string_view if_none_match) const;

  /// Whether answer() would have something for it.
  [[nodiscard]] bool has(http::Method method, std::string_view path, std::string_view accept) const;

  [[nodiscard]] std::size_t size() const { return files_.size(); }

 private:
  struct Body {
    std::shared_ptr<const std::string> bytes;
    std::string tag;  // strong, one an encoding
  };
  struct File {
    std::string type;
    bool immutable = false;  // its name changes with its content
    Body plain;
    std::optional<Body> gzip, brotli;
  };
  struct Chosen {
    const Body* body;
    std::string_view encoding;
  };

  [[nodiscard]] const File* find(http::Method method, std::string_view path, std::string_view accept) const;
  [[nodiscard]] static Chosen choose(const File& file, std::string_view accept_encoding);

  std::map<std::string, File, std::less<>> files_;  // by path, with its leading slash
};

/// The quality that Accept-Encoding gives a coding, in thousandths; 0 when it is not accepted (RFC 9110 §12.5.3).
[[nodiscard]] int accepted_quality(std::string_view accept_encoding, std::string_view coding);

}  // namespace docket::api
