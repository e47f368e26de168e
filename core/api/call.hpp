// SPDX-License-Identifier: Apache-2.0
// What a handler gets and gives: the typed request, where it runs, and the typed answer.
#pragma once

#include "api/cursor.hpp"
#include "api/services.hpp"
#include "base/error.hpp"
#include "desk/ports/unit.hpp"
#include "domain/identity/principal.hpp"
#include "http/message.hpp"

#include <boost/describe.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace docket::api {

/// Nothing: no path parameters, no query parameters, no body.
struct None {
  bool operator==(const None&) const = default;
};
BOOST_DESCRIBE_STRUCT(None, (), ())

/// A body that was written to a private temporary file while it arrived, as the raw bytes of one file.
struct Upload {
  std::string file;        ///< path; the file goes away with `guard` unless it is moved
  std::string media_type;  ///< as the client named it
  std::shared_ptr<void> guard;
};

/// One request after all checks that need no database. Path, Query and Body are described structs.
template <class Path_, class Query_, class Body_>
struct Call {
  using Path = Path_;
  using Query = Query_;
  using Body = Body_;

  Path path{};
  Query query{};
  Body body{};
  Upload upload{};                         ///< only for routes of body Upload
  std::optional<std::int64_t> if_match{};  ///< version that the client read; none: any. -1 matches nothing
  std::string remote_address{};
  std::string request_id{};
};

/// Where a command runs: one job on the writer.
struct CommandContext {
  desk::Unit& unit;
  const domain::Principal& principal;
  std::optional<SessionId> session;  ///< none for a token and for strangers
  const Cursors& cursors;
  const Services& services;
};

/// Where a query runs: one view of the database.
struct QueryContext {
  const desk::Reading& reading;
  const domain::Principal& principal;
  std::optional<SessionId> session;
  const Cursors& cursors;
  const Services& services;
};

/// Where an answer is given that needs no database: an io thread. Must be quick.
struct PlainContext {
  std::shared_ptr<const std::string> openapi;  ///< the description of the whole API
};

/// What a handler answers with. `Answer<None>` has no body.
template <class Out>
struct Answer {
  Out body{};
  std::optional<std::int64_t> version{};  ///< becomes the ETag
  std::string location{};                 ///< of what was made
  http::Headers headers{};

  Answer() = default;
  Answer(Out out) : body(std::move(out)) {}  // NOLINT: `return page;` is the ordinary case
  [[nodiscard]] Answer&& with_version(std::int64_t number) && {
    version = number;
    return std::move(*this);
  }
  [[nodiscard]] Answer&& at(std::string path) && {
    location = std::move(path);
    return std::move(*this);
  }
  [[nodiscard]] Answer&& with_header(std::string name, std::string value) && {
    headers.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
  }
};

/// One page of a list that is ordered by a key. `next` is the cursor of the page after it; without it this is the last.
template <class T>
struct Page {
  std::vector<T> items;
  std::optional<std::string> next;
  BOOST_DESCRIBE_CLASS(Page, (), (items, next), (), ())
};

/// A file from disk, sent as an attachment so that no browser runs it.
struct FileBody {
  std::string path;
  std::string name;  ///< shown to the person who saves it
  std::string media_type;
  std::shared_ptr<void> guard{};  ///< kept until it is sent
};

/// A text that stands ready and is shared between answers.
struct TextBody {
  std::shared_ptr<const std::string> text;
  std::string media_type = "application/json";
};

}  // namespace docket::api
