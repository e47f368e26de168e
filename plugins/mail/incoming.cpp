// SPDX-License-Identifier: Apache-2.0
#include "mail/incoming.hpp"

#include <gmime/gmime.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "mail/body_text.hpp"
#include "mail/charset.hpp"
#include "mail/formatted.hpp"
#include "mail/tnef.hpp"

namespace docket::mail {
namespace {

template <class Type>
using Owned = std::unique_ptr<Type, void (*)(gpointer)>;

template <class Type>
Owned<Type> owned(Type* object) {
  return {object, g_object_unref};
}

/// A view of a whole file that costs no memory of our own.
class Mapped {
 public:
  explicit Mapped(int fd) : size_(static_cast<std::size_t>(size_of(fd))) {
    if (size_ == 0) return;
    void* start = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
    if (start == MAP_FAILED) throw std::runtime_error("a part of the mail could not be read");
    start_ = static_cast<const char*>(start);
  }
  ~Mapped() {
    if (start_ != nullptr) ::munmap(const_cast<char*>(start_), size_);
  }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  [[nodiscard]] std::string_view bytes() const { return {start_, start_ == nullptr ? 0 : size_}; }

 private:
  std::size_t size_;
  const char* start_ = nullptr;
};

std::string raw_field(GMimeObject* object, const char* name) {
  auto* header = g_mime_header_list_get_header(g_mime_object_get_header_list(object), name);
  const char* value = header == nullptr ? nullptr : g_mime_header_get_raw_value(header);
  return value == nullptr ? std::string() : std::string(value);
}

std::vector<std::string> raw_fields(GMimeObject* object, std::string_view name, std::size_t most) {
  std::vector<std::string> out;
  auto* list = g_mime_object_get_header_list(object);
  const int count = std::min(g_mime_header_list_get_count(list), 2000);
  for (int i = 0; i < count && out.size() < most; ++i) {
    auto* header = g_mime_header_list_get_header_at(list, i);
    const char* value = g_mime_header_get_raw_value(header);
    if (value != nullptr && same_letters(g_mime_header_get_name(header), name)) out.emplace_back(value);
  }
  return out;
}

std::string media_type(GMimeObject* object) {
  auto* type = g_mime_object_get_content_type(object);
  const char* major = type == nullptr ? nullptr : g_mime_content_type_get_media_type(type);
  const char* minor = type == nullptr ? nullptr : g_mime_content_type_get_media_subtype(type);
  if (major == nullptr || minor == nullptr) return "application/octet-stream";
  auto out = lower(std::string(major) + "/" + minor);
  const bool plain = std::ranges::all_of(
      out, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || std::string_view("/.+-_").contains(c); });
  return plain && out.size() <= 120 ? out : "application/octet-stream";
}

std::string file_name(GMimeObject* object) {
  auto name = header_parameter(raw_field(object, "Content-Disposition"), "filename");
  if (name.empty()) name = header_parameter(raw_field(object, "Content-Type"), "name");
  return std::string(cut(name, 600));
}

bool is_attachment(GMimeObject* object) {
  const auto disposition = lower(trimmed(raw_field(object, "Content-Disposition")));
  return disposition.starts_with("attachment");
}

std::string content_id(GMimeObject* object) {
  const auto ids = header_ids(raw_field(object, "Content-ID"), 1);
  return ids.empty() ? std::string() : ids.front();
}

/// A name for a file that has none.
std::string made_up_name(const std::string& type, std::size_t number) {
  const auto slash = type.find('/');
  auto ending = type.substr(slash + 1);
  if (ending == "jpeg") ending = "jpg";
  if (ending == "plain") ending = "txt";
  if (ending == "calendar") ending = "ics";
  if (ending == "rfc822") ending = "eml";
  if (ending == "octet-stream" || ending.size() > 5) ending = "bin";
  return "附件" + std::to_string(number) + "." + ending;
}

class Walk {
 public:
  Walk(Incoming& out, const MakeFile& make_file, const Budget& budget)
      : out_(out), make_file_(make_file), budget_(budget) {}

  void part(GMimeObject* object, int depth) {
    if (++parts_ > budget_.parts) {
      remark("邮件的部件过多，后面的部件未展开");
      return;
    }
    if (depth > budget_.depth) {
      remark("邮件嵌套过深，内层未展开");
      return;
    }
    if (GMIME_IS_MULTIPART(object))
      multipart(GMIME_MULTIPART(object), depth);
    else if (GMIME_IS_MESSAGE_PART(object))
      nested_message(object);
    else if (GMIME_IS_PART(object))
      leaf(GMIME_PART(object));
  }

  /// Joins what was found.
  void finish() {
    auto text = joined(pieces_);
    if (!calendar_.empty()) text += (text.empty() ? "" : "\n\n") + calendar_;
    if (text.size() > budget_.text_bytes) {
      enclose_text(text, "正文.txt");
      text = std::string(cut(text, budget_.text_bytes));
      remark("正文过长，全文见附件“正文.txt”");
    }
    out_.text = std::move(text);
    // It stands for the whole text or not at all.
    if (pieces_.size() > 1 && std::ranges::any_of(pieces_, &Piece::plain)) return;
    for (auto& tree : trees_)
      out_.formatted.insert(out_.formatted.end(), std::make_move_iterator(tree.begin()), std::make_move_iterator(tree.end()));
    if (!is_formatted(out_.formatted)) out_.formatted.clear();
    if (out_.formatted.empty()) return;
    if (!calendar_.empty()) out_.formatted.push_back(paragraph_of(calendar_));
  }

  void remark(std::string sentence) {
    if (std::ranges::find(out_.remarks, sentence) == out_.remarks.end() && out_.remarks.size() < 20)
      out_.remarks.push_back(std::move(sentence));
  }

  void enclose_text(std::string_view text, std::string name) {
    auto file = make_file_();
    write_all(file.get(), text);
    keep(std::move(file), std::move(name), "text/plain", {});
  }

 private:
  /// What one part says.
  struct Piece {
    std::string text{};
    bool plain = true;
    [[nodiscard]] bool says_nothing() const { return trimmed(text).empty(); }
  };

  static std::string joined(const std::vector<Piece>& pieces) {
    std::string out;
    for (const auto& piece : pieces) {
      if (piece.text.empty()) continue;
      if (!out.empty()) out += "\n\n";
      out += piece.text;
    }
    return out;
  }

  void multipart(GMimeMultipart* parts, int depth) {
    const auto type = media_type(GMIME_OBJECT(parts));
    const int count = g_mime_multipart_get_count(parts);
    if (type == "multipart/alternative") {
      const auto before = static_cast<std::ptrdiff_t>(pieces_.size());
      for (int i = 0; i < count; ++i) part(g_mime_multipart_get_part(parts, i), depth + 1);
      // The same words in two kinds: the plain one is searched and answered, unless it is empty.
      const auto from = pieces_.begin() + before;
      auto chosen = std::find_if(from, pieces_.end(), [](const Piece& piece) { return piece.plain && !piece.says_nothing(); });
      if (chosen == pieces_.end()) chosen = std::find_if(from, pieces_.end(), [](const Piece& piece) { return !piece.says_nothing(); });
      if (chosen != pieces_.end() && chosen != from) std::iter_swap(from, chosen);
      if (from != pieces_.end()) pieces_.erase(from + 1, pieces_.end());
      return;
    }
    for (int i = 0; i < count; ++i) part(g_mime_multipart_get_part(parts, i), depth + 1);
  }

  void nested_message(GMimeObject* object) {
    auto* message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
    auto name = file_name(object);
    if (message != nullptr) {
      auto* inner = GMIME_OBJECT(message);
      if (name.empty()) name = std::string(cut(header_text(raw_field(inner, "Subject")), 150));
      if (out_.bounce && out_.bounce->original_id.empty()) {
        const auto ids = header_ids(raw_field(inner, "Message-ID"), 1);
        if (!ids.empty()) out_.bounce->original_id = ids.front();
      }
    }
    if (message == nullptr) return;
    if (name.empty()) name = "邮件";
    if (!lower(name).ends_with(".eml")) name += ".eml";
    if (!room()) return;
    auto file = make_file_();
    auto stream = owned(g_mime_stream_fs_new(::dup(file.get())));
    g_mime_object_write_to_stream(GMIME_OBJECT(message), nullptr, stream.get());
    g_mime_stream_flush(stream.get());
    keep(std::move(file), std::move(name), "message/rfc822", {});
  }

  /// The decoded content of a part, in a file.
  Descriptor content_of(GMimePart* part) {
    auto file = make_file_();
    auto* content = g_mime_part_get_content(part);
    if (content == nullptr) return file;
    auto stream = owned(g_mime_stream_fs_new(::dup(file.get())));
    if (g_mime_data_wrapper_write_to_stream(content, stream.get()) < 0 || g_mime_stream_flush(stream.get()) != 0)
      throw std::runtime_error("a part of the mail could not be kept: no room on the disk");
    return file;
  }

  void leaf(GMimePart* part) {
    auto* object = GMIME_OBJECT(part);
    const auto type = media_type(object);
    auto name = file_name(object);
    if (type == "message/delivery-status") return delivery_status(part);
    if (type == "text/rfc822-headers") return returned_headers(part);
    if (type == "application/pgp-signature" || type == "application/pkcs7-signature" ||
        type == "application/x-pkcs7-signature")
      return;
    if (type == "application/pkcs7-mime" || type == "application/x-pkcs7-mime" || type == "application/pgp-encrypted")
      remark("邮件经过加密或不透明签名，内容见附件");
    if (type == "application/ms-tnef" || type == "application/vnd.ms-tnef" || same_letters(name, "winmail.dat"))
      return winmail(part);
    if (type == "text/calendar") {
      auto file = content_of(part);
      calendar_ = calendar_text(decoded_text(file, object));
      if (name.empty()) name = "invite.ics";
      return keep(std::move(file), std::move(name), type, content_id(object));
    }
    const bool readable = type == "text/plain" || type == "text/html";
    if (readable && !is_attachment(object) && (name.empty() || type == "text/plain")) {
      // A text with a file's name and without a disposition is a file, unless nothing else has said anything yet.
      if (name.empty() || pieces_.empty()) return readable_part(part, type);
    }
    auto file = content_of(part);
    if (name.empty()) name = made_up_name(type, out_.enclosures.size() + 1);
    keep(std::move(file), std::move(name), type, content_id(object));
  }

  std::string decoded_text(const Descriptor& file, GMimeObject* object) const {
    const auto bytes = read_start(file.get(), most_html_bytes + 1);
    return to_utf8(bytes, header_parameter(raw_field(object, "Content-Type"), "charset"));
  }

  void readable_part(GMimePart* part, const std::string& type) {
    auto* object = GMIME_OBJECT(part);
    auto file = content_of(part);
    const auto text = decoded_text(file, object);
    if (type == "text/html") return html(text, std::move(file));
    const bool whole = size_of(file.get()) <= static_cast<std::int64_t>(most_html_bytes);
    const auto raw_type = raw_field(object, "Content-Type");
    auto lines = tidy_lines(text);
    if (same_letters(header_parameter(raw_type, "format"), "flowed"))
      lines = unflowed(lines, same_letters(header_parameter(raw_type, "delsp"), "yes"));
    if (!whole) {
      remark("正文过长，全文见附件“正文.txt”");
      keep(std::move(file), "正文.txt", "text/plain", {});
      lines = std::string(cut(lines, budget_.text_bytes));
    }
    pieces_.push_back({std::move(lines), true});
  }

  void html(std::string_view text, Descriptor file) {
    out_.had_html = true;
    auto tree = safe_tree(text);
    if (!tree) {
      remark("HTML 正文过大或过于复杂，未显示，原文见附件");
      keep(std::move(file), "正文.html", "text/html", {});
      return;
    }
    if (tree->remote_images > 0) remark("邮件引用了 " + std::to_string(tree->remote_images) + " 张外部图片，未加载");
    pieces_.push_back({tidy_lines(plain_text(*tree)), false});
    trees_.push_back(shaped(std::move(*tree)));
  }

  void winmail(GMimePart* part) {
    auto file = content_of(part);
    Tnef inside;
    bool unpacked = false;
    {
      const Mapped mapped(file.get());
      inside = read_tnef(mapped.bytes());
      unpacked = !inside.damaged;
      for (const auto& piece : inside.files) {
        if (!room()) break;
        auto copy = make_file_();
        write_all(copy.get(), piece.content);
        auto type = lower(piece.media_type);
        if (type.empty() || type.find('/') == std::string::npos || type.size() > 120) type = "application/octet-stream";
        auto name = std::string(cut(without_controls(piece.name, false), 600));
        if (name.empty()) name = made_up_name(type, out_.enclosures.size() + 1);
        keep(std::move(copy), std::move(name), std::move(type), {});
      }
    }
    if (!inside.text.empty()) (void)late_text(tidy_lines(inside.text));
    if (inside.text.empty() && !inside.html.empty()) {
      auto tree = safe_tree(inside.html);
      if (tree && late_text(tidy_lines(plain_text(*tree)))) trees_.push_back(shaped(std::move(*tree)));
    }
    if (unpacked) return;
    remark("winmail.dat 未能完整解开，原件见附件");
    keep(std::move(file), "winmail.dat", "application/ms-tnef", {});
  }

  /// Of a packed part: said only where the mail itself says nothing.
  bool late_text(std::string text) {
    if (!std::ranges::all_of(pieces_, &Piece::says_nothing)) return false;
    pieces_.clear();
    trees_.clear();
    pieces_.push_back({std::move(text), true});
    return true;
  }

  void delivery_status(GMimePart* part) {
    const auto file = content_of(part);
    const auto text = read_start(file.get(), 65536);
    auto& report = bounce();
    bool of_first_failure = false;
    std::size_t at = 0;
    while (at < text.size()) {
      auto end = text.find('\n', at);
      if (end == std::string::npos) end = text.size();
      const auto line = trimmed(std::string_view(text).substr(at, end - at));
      at = end + 1;
      const auto colon = line.find(':');
      if (colon == std::string_view::npos) continue;
      const auto field = lower(line.substr(0, colon));
      auto value = line.substr(colon + 1);
      // "rfc822; somebody@example.com": the type is before the semicolon.
      if (const auto semicolon = value.find(';'); field != "status" && field != "action" && semicolon != value.npos)
        value = value.substr(semicolon + 1);
      const auto word = std::string(cut(without_controls(to_utf8(trimmed(value), ""), false), 300));
      if (field == "final-recipient" && report.recipient.empty()) {
        report.recipient = word;
        of_first_failure = true;
      } else if (field == "final-recipient") {
        of_first_failure = false;
      }
      if (field == "action" && (report.status.empty() || of_first_failure)) report.delayed = lower(word) == "delayed";
      if (field == "status" && report.status.empty()) report.status = word;
      if (field == "diagnostic-code" && report.diagnostic.empty()) report.diagnostic = word;
    }
  }

  void returned_headers(GMimePart* part) {
    const auto file = content_of(part);
    const auto text = read_start(file.get(), 65536);
    const auto found = lower(text).find("message-id:");
    if (found == std::string::npos) return;
    const auto ids = header_ids(std::string_view(text).substr(found, 400), 50);
    if (out_.bounce && !ids.empty() && out_.bounce->original_id.empty()) out_.bounce->original_id = ids.front();
  }

  BounceReport& bounce() {
    if (!out_.bounce) out_.bounce.emplace();
    return *out_.bounce;
  }

  bool room() {
    if (std::cmp_less(out_.enclosures.size(), budget_.enclosures)) return true;
    remark("附件过多，只保留了前 " + std::to_string(budget_.enclosures) + " 个");
    return false;
  }

  void keep(Descriptor file, std::string name, std::string type, std::string id) {
    if (!room()) return;
    Enclosure enclosure;
    enclosure.size = size_of(file.get());
    if (enclosure.size == 0) return;
    enclosure.name = std::move(name);
    enclosure.media_type = std::move(type);
    enclosure.content_id = std::move(id);
    enclosure.content = std::move(file);
    out_.enclosures.push_back(std::move(enclosure));
  }

  Incoming& out_;
  const MakeFile& make_file_;
  const Budget& budget_;
  int parts_ = 0;
  std::vector<Piece> pieces_;
  std::vector<std::vector<Node>> trees_;
  std::string calendar_;
};

void read_fields(GMimeObject* message, Incoming& out) {
  const auto first = [&](const char* name) { return raw_field(message, name); };
  const auto ids = header_ids(first("Message-ID"), 1);
  if (!ids.empty()) out.message_id = ids.front();
  out.in_reply_to = header_ids(first("In-Reply-To"), 10);
  out.references = header_ids(first("References"), 50);
  for (const auto& raw : raw_fields(message, "From", 10)) {
    for (auto& address : header_addresses(raw, 10)) out.from.push_back(std::move(address));
  }
  out.to = header_addresses(first("To"));
  out.cc = header_addresses(first("Cc"));
  out.reply_to = header_addresses(first("Reply-To"), 10);
  for (const char* name : {"Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"}) {
    for (const auto& raw : raw_fields(message, name, 5)) {
      for (auto& address : header_addresses(raw, 5)) out.delivered_to.push_back(std::move(address.address));
    }
  }
  out.subject = std::string(cut(header_text(first("Subject")), 2000));
  const auto word = [&](const char* name) {
    const auto text = lower(header_text(first(name)));
    return std::string(trimmed(std::string_view(text).substr(0, text.find(';'))));
  };
  out.auto_submitted = word("Auto-Submitted");
  out.precedence = word("Precedence");
  out.response_suppress = word("X-Auto-Response-Suppress");
  if (out.auto_submitted.empty() && (!first("X-Autoreply").empty() || !first("X-Autorespond").empty()))
    out.auto_submitted = "auto-replied";
  out.from_list = !first("List-Id").empty() || !first("List-Unsubscribe").empty() || !first("List-Post").empty();
  for (const auto& raw : raw_fields(message, "Return-Path", 1)) out.empty_return_path = trimmed(raw) == "<>";
  for (const auto& raw : raw_fields(message, "Authentication-Results", 10))
    out.authentication_results.push_back(header_text(raw));
}

/// Where the header of the mail ends, or 0 when it does not within the budget.
std::size_t header_size(int fd, const Budget& budget) {
  const auto start = read_start(fd, static_cast<std::size_t>(budget.header_bytes));
  const auto crlf = start.find("\r\n\r\n");
  const auto lf = start.find("\n\n");
  if (crlf == std::string::npos && lf == std::string::npos) {
    // Nothing but a header is a mail as well.
    return std::cmp_less(start.size(), budget.header_bytes) ? start.size() : 0;
  }
  return std::min(crlf, lf);
}

}  // namespace

void start_reading_mails() {
  static std::once_flag once;
  std::call_once(once, [] { g_mime_init(); });
}

Incoming read_incoming(int fd, const MakeFile& make_file, const Budget& budget) {
  start_reading_mails();
  Incoming out;
  out.size = size_of(fd);
  out.digest = sha256_hex(fd);
  const auto original_enclosed = [&] {
    auto copy = make_file();
    const Mapped mapped(fd);
    write_all(copy.get(), mapped.bytes());
    Enclosure enclosure;
    enclosure.name = "original.eml";
    enclosure.media_type = "message/rfc822";
    enclosure.size = out.size;
    enclosure.content = std::move(copy);
    out.enclosures.push_back(std::move(enclosure));
  };
  const bool readable = out.size <= budget.bytes && header_size(fd, budget) > 0;
  // Beyond a budget only the start of the header is looked at.
  Descriptor start;
  if (!readable) {
    start = make_file();
    write_all(start.get(), read_start(fd, static_cast<std::size_t>(budget.header_bytes)));
  }
  auto stream = owned(g_mime_stream_fs_new_with_bounds(::dup(readable ? fd : start.get()), 0, -1));
  auto parser = owned(g_mime_parser_new_with_stream(stream.get()));
  g_mime_parser_set_persist_stream(parser.get(), TRUE);
  auto message = owned(g_mime_parser_construct_message(parser.get(), nullptr));
  Walk walk(out, make_file, budget);
  if (!message) {
    walk.remark("邮件无法解析，原件见附件");
    original_enclosed();
    return out;
  }
  read_fields(GMIME_OBJECT(message.get()), out);
  if (!readable) {
    walk.remark("邮件过大或邮件头异常，未展开，原件见附件");
    if (out.size <= (std::int64_t{25} << 20)) original_enclosed();
    return out;
  }
  auto* body = g_mime_message_get_mime_part(message.get());
  if (body != nullptr) {
    const auto type = media_type(body);
    const auto report = lower(header_parameter(raw_field(body, "Content-Type"), "report-type"));
    if (type == "multipart/report" && (report == "delivery-status" || report.empty())) out.bounce.emplace();
    out.read_receipt = type == "multipart/report" && report == "disposition-notification";
    walk.part(body, 0);
  }
  walk.finish();
  return out;
}

}  // namespace docket::mail
