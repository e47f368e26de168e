// SPDX-License-Identifier: Apache-2.0
#include "api/pages.hpp"

#include <algorithm>
#include <array>
#include <boost/describe.hpp>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "api/preconditions.hpp"
#include "base/hash.hpp"
#include "base/json_decode.hpp"

namespace docket::api {
namespace {

struct PackedFile {
  std::int64_t size = 0;
  std::string sha256;
};
BOOST_DESCRIBE_STRUCT(PackedFile, (), (size, sha256))

struct Encodings {
  std::optional<PackedFile> gz, br;
};
BOOST_DESCRIBE_STRUCT(Encodings, (), (gz, br))

struct ListedFile {
  std::string path, type;
  std::int64_t size = 0;
  std::string sha256;
  Encodings encodings{};
};
BOOST_DESCRIBE_STRUCT(ListedFile, (), (path, type, size, sha256, encodings))

/// manifest.json, as core/console/scripts/build.mjs writes it.
struct Manifest {
  int format = 0;
  std::vector<ListedFile> files;
};
BOOST_DESCRIBE_STRUCT(Manifest, (), (format, files))

constexpr int known_format = 1;
constexpr std::size_t longest_manifest = std::size_t{1} << 20U;

// Scripts, styles, images and calls from this origin and nothing else; no inline code, no frames around us.
constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";
constexpr std::string_view page_permissions = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

std::runtime_error broken(const std::filesystem::path& file, std::string_view what) {
  return std::runtime_error("The web pages are not whole: " + file.string() + " " + std::string{what} +
                            ". Build or install them again, or name another directory with --web-root.");
}

std::string read(const std::filesystem::path& file, std::uintmax_t most) {
  std::error_code ec;
  const auto size = std::filesystem::file_size(file, ec);
  if (ec) throw broken(file, "is missing");
  if (size > most) throw broken(file, "is too large");
  std::string bytes(size, '\0');
  std::ifstream in{file, std::ios::binary};
  if (!in.read(bytes.data(), static_cast<std::streamsize>(size))) throw broken(file, "can not be read");
  return bytes;
}

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t");
  if (from == text.npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

// "0.5" → 500; anything malformed → 0.
int thousandths(std::string_view text) {
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return 0;
  int value = (text[0] - '0') * 1000;
  if (text.size() == 1) return value;
  if (text[1] != '.' || text.size() > 5) return 0;
  int step = 100;
  for (const char c : text.substr(2)) {
    if (c < '0' || c > '9') return 0;
    value += (c - '0') * step;
    step /= 10;
  }
  return std::min(value, 1000);
}

bool same_word(std::string_view a, std::string_view lower) {
  return std::ranges::equal(a, lower, {}, [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
}

bool under(std::string_view path, std::string_view root) {
  return path == root || (path.starts_with(root) && path.substr(root.size()).starts_with('/'));
}

// The page that draws the screen of an address, or nothing where no screen can be.
std::string_view page_of(std::string_view path) {
  if (under(path, "/api") || under(path, "/assets") || (path != "/api-docs" && under(path, "/api-docs"))) return {};
  if (path == "/api-docs") return "/api-docs.html";
  if (under(path, "/portal")) return "/portal.html";
  if (under(path, "/g")) return "/guest.html";
  return "/index.html";
}

}  // namespace

int accepted_quality(std::string_view accept_encoding, std::string_view coding) {
  int named = -1, any = 0;
  for (std::string_view rest = accept_encoding; !rest.empty();) {
    const auto comma = std::min(rest.find(','), rest.size());
    auto item = trimmed(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    int quality = 1000;
    if (const auto semicolon = item.find(';'); semicolon != item.npos) {
      const auto weight = trimmed(item.substr(semicolon + 1));
      quality = weight.starts_with("q=") || weight.starts_with("Q=") ? thousandths(weight.substr(2)) : 0;
      item = trimmed(item.substr(0, semicolon));
    }
    if (same_word(item, coding)) named = quality;
    if (item == "*") any = quality;
  }
  return named >= 0 ? named : any;
}

std::shared_ptr<const Pages> Pages::load(const std::filesystem::path& directory) {
  const auto manifest_file = directory / "manifest.json";
  const auto text = read(manifest_file, longest_manifest);
  const auto manifest = json::decode_text<Manifest>(text, {.bytes = longest_manifest, .depth = 8});
  if (!manifest || manifest->format != known_format) throw broken(manifest_file, "is not of this version");

  auto pages = std::make_shared<Pages>();
  std::uintmax_t left = most_bytes;
  const auto take = [&](const std::string& path, std::int64_t size, const std::string& digest,
                        std::string_view suffix) -> Body {
    const auto file = directory / (path + std::string{suffix});
    auto bytes = std::make_shared<std::string>(read(file, left));
    left -= bytes->size();
    if (static_cast<std::int64_t>(bytes->size()) != size || to_hex(sha256(*bytes)) != digest) {
      throw broken(file, "is not the file that the manifest lists");
    }
    return {std::move(bytes), '"' + digest.substr(0, 20) + (suffix.empty() ? "" : "-" + std::string{suffix.substr(1)}) +
                                  '"'};
  };
  for (const auto& listed : manifest->files) {
    const std::filesystem::path path{listed.path};
    if (path.is_absolute() || std::ranges::find(path, std::filesystem::path{".."}) != path.end()) {
      throw broken(manifest_file, "lists a path outside of the directory");
    }
    File file;
    file.type = listed.type;
    file.immutable = listed.path.starts_with("assets/");
    file.plain = take(listed.path, listed.size, listed.sha256, "");
    if (const auto& packed = listed.encodings.gz) file.gzip = take(listed.path, packed->size, packed->sha256, ".gz");
    if (const auto& packed = listed.encodings.br) file.brotli = take(listed.path, packed->size, packed->sha256, ".br");
    pages->files_.emplace("/" + listed.path, std::move(file));
  }
  for (const auto* page : {"/index.html", "/portal.html", "/guest.html", "/api-docs.html"}) {
    if (!pages->files_.contains(page)) throw broken(manifest_file, "lists no " + std::string{page + 1});
  }
  return pages;
}

const Pages::File* Pages::find(http::Method method, std::string_view path, std::string_view accept) const {
  if (method != http::Method::get && method != http::Method::head) return nullptr;
  if (const auto exact = files_.find(path); exact != files_.end()) return &exact->second;
  if (accept.find("text/html") == accept.npos) return nullptr;
  const auto page = page_of(path);
  return page.empty() ? nullptr : &files_.find(page)->second;
}

bool Pages::has(http::Method method, std::string_view path, std::string_view accept) const {
  return find(method, path, accept) != nullptr;
}

Pages::Chosen Pages::choose(const File& file, std::string_view accept_encoding) {
  const int brotli = file.brotli ? accepted_quality(accept_encoding, "br") : 0;
  const int gzip = file.gzip ? accepted_quality(accept_encoding, "gzip") : 0;
  if (brotli > 0 && brotli >= gzip) return {&*file.brotli, "br"};
  if (gzip > 0) return {&*file.gzip, "gzip"};
  return {&file.plain, {}};
}

std::optional<http::Response> Pages::answer(http::Method method, std::string_view path, std::string_view accept,
                                            std::string_view accept_encoding, std::string_view if_none_match) const {
  const auto* file = find(method, path, accept);
  if (file == nullptr) return {};
  const auto [body, encoding] = choose(*file, accept_encoding);
  const bool page = file->type.starts_with("text/html");

  http::Response response;
  response.headers.emplace_back("ETag", body->tag);
  response.headers.emplace_back("Vary", page ? "Accept, Accept-Encoding" : "Accept-Encoding");
  response.headers.emplace_back("Cache-Control", file->immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (page) {
    response.headers.emplace_back("Content-Security-Policy", page_policy);
    response.headers.emplace_back("Permissions-Policy", page_permissions);
  }
  if (!if_none_match.empty() && none_match_hits(if_none_match, body->tag)) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back("Content-Type", file->type);
  if (!encoding.empty()) response.headers.emplace_back("Content-Encoding", encoding);
  response.shared_body = body->bytes;
  return response;
}

}  // namespace docket::api
