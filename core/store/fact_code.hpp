// SPDX-License-Identifier: Apache-2.0
// How facts are written into the database: packed numbers, each name once a row.
#pragma once

#include <bit>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/report/counted.hpp"

namespace docket::store {

/// One line of the log: the ticket as it stands after a change, and what the change added.
[[nodiscard]] std::string encode_fact_line(const domain::FactHead& head, const std::vector<domain::Fact>& facts);
/// Both throw StoreCorrupt for bytes that were not written by their other half.
void decode_fact_line(std::string_view bytes, domain::FactHead& head, std::vector<domain::Fact>& facts);

/// A row of a block: what it holds and the instants that it spans. `span` is none for an empty row.
struct FactRow {
  std::string data;
  std::optional<std::pair<Time, Time>> span;
  std::int64_t open = 0;
};
[[nodiscard]] FactRow encode_heads(const std::vector<domain::FactHead>& heads);
/// Ascending by ticket. Facts keep their order.
[[nodiscard]] FactRow encode_facts(const std::vector<std::pair<TicketId, domain::Fact>>& facts);

/// Reads packed numbers; throws StoreCorrupt past the end.
class FactBytes {
 public:
  explicit FactBytes(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}
  [[nodiscard]] bool at_end() const { return at_ == end_; }
  [[nodiscard]] std::uint64_t number() {
    if (at_ == end_) refuse();
    const auto first = static_cast<unsigned char>(*at_);
    if ((first & 0x80U) == 0) {
      ++at_;
      return first;
    }
    if constexpr (std::endian::native == std::endian::little) {
      if (end_ - at_ >= static_cast<std::ptrdiff_t>(sizeof(std::uint64_t))) {
        std::uint64_t word = 0;
        std::memcpy(&word, at_, sizeof word);
        const std::uint64_t last = ~word & 0x8080808080808080U;  // lowest: the byte that ends the number
        if (last != 0) {
          at_ += std::countr_zero(last) / 8 + 1;
          return joined(word & (last ^ (last - 1)));
        }
      }
    }
    return byte_by_byte();
  }
  [[nodiscard]] std::int64_t signed_number() {
    const auto value = number();
    return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
  }
  [[nodiscard]] std::string_view text() {
    const auto size = number();
    if (size > static_cast<std::uint64_t>(end_ - at_)) refuse();
    const std::string_view text(at_, size);
    at_ += size;
    return text;
  }
  [[noreturn]] static void refuse();

 private:
  /// The seven bits of each byte, moved together: times are numbers of five to seven bytes, and a report reads millions.
  [[nodiscard]] static std::uint64_t joined(std::uint64_t word) {
    word = (word & 0x007f007f007f007fU) | ((word & 0x7f007f007f007f00U) >> 1U);
    word = (word & 0x00003fff00003fffU) | ((word & 0x3fff00003fff0000U) >> 2U);
    return (word & 0x000000000fffffffU) | ((word & 0x0fffffff00000000U) >> 4U);
  }
  [[nodiscard]] std::uint64_t byte_by_byte() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ == end_) refuse();
      const auto byte = static_cast<unsigned char>(*at_++);
      value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if ((byte & 0x80U) == 0) return value;
    }
    refuse();
  }

  const char* at_;
  const char* end_;
};

/// The names at the head of a row, as numbers of a book.
class FactNames {
 public:
  FactNames(FactBytes& bytes, domain::NameBook& book);
  [[nodiscard]] domain::NameCode at(std::uint64_t index) const {
    if (index >= codes_.size()) FactBytes::refuse();
    return codes_[index];
  }

 private:
  std::vector<domain::NameCode> codes_;
};

/// Reads a row of tickets one after another. The bytes must outlive it.
class HeadReader {
 public:
  HeadReader(std::string_view row, domain::NameBook& book) : bytes_(row), names_(bytes_, book) {}
  /// False at the end.
  bool next(domain::CountedHead& head);

 private:
  FactBytes bytes_;
  FactNames names_;
  std::int64_t last_ticket_ = 0;
  std::int64_t last_created_ = 0;
};

/// Reads a row of facts of one kind. It stands at a fact, whose ticket is known before the fact is read.
class FactReader {
 public:
  FactReader(std::string_view row, domain::FactKind kind, domain::NameBook& book)
      : bytes_(row), names_(bytes_, book), kind_(kind) {
    step();
  }
  [[nodiscard]] bool at_end() const { return at_end_; }
  [[nodiscard]] TicketId ticket() const { return TicketId{ticket_}; }
  /// Reads the fact and goes on to the next. Not at the end.
  void take(domain::CountedFact& fact);

 private:
  void step() {
    at_end_ = bytes_.at_end();
    if (!at_end_) ticket_ += static_cast<std::int64_t>(bytes_.number());
  }

  FactBytes bytes_;
  FactNames names_;
  domain::FactKind kind_;
  bool at_end_ = false;
  std::int64_t ticket_ = 0;
  std::int64_t last_at_ = 0;
};

}  // namespace docket::store
