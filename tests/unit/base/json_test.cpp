// SPDX-License-Identifier: Apache-2.0
#include "base/json_decode.hpp"
#include "base/json_encode.hpp"
#include "base/json_sparse.hpp"
#include "base/suggest.hpp"

#include "support/both_languages.hpp"
#include "support/catch.hpp"

#include <boost/describe.hpp>
#include <chrono>
#include <iostream>
#include <random>
#include <set>

using namespace docket;
using namespace std::chrono_literals;

template <>
struct Catch::StringMaker<FieldError> {
  static std::string convert(const FieldError& error) { return error.pointer + ": " + error.message; }
};

namespace {

enum class Colour { red, green, new_ };
BOOST_DESCRIBE_ENUM(Colour, red, green, new_)

using Scalar = std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::string>>;

struct Leaf {
  static constexpr std::string_view kind = "leaf";
  std::string name;
  int weight = 7;
  bool operator==(const Leaf&) const = default;
};
BOOST_DESCRIBE_STRUCT(Leaf, (), (name, weight))
constexpr auto field_rules(const Leaf*) {
  return std::array{json::FieldRule{.field = "name", .length = {1, 5}},
                    json::FieldRule{.field = "weight", .optional = true, .range = {0, 100}}};
}

struct Tree;
struct Fork {
  static constexpr std::string_view kind = "fork";
  std::vector<Tree> branches;
  bool operator==(const Fork&) const;
};
BOOST_DESCRIBE_STRUCT(Fork, (), (branches))
struct Tree {
  std::variant<Leaf, Fork> node;
  bool operator==(const Tree&) const = default;
};
BOOST_DESCRIBE_STRUCT(Tree, (), (node))
bool Fork::operator==(const Fork&) const = default;

struct Whole {
  bool flag = false;
  std::int64_t big = 0;
  std::uint8_t small = 0;
  double ratio = 0;
  std::string text;
  Colour colour = Colour::red;
  TicketId ticket{1};
  Time at{};
  Duration length{};
  std::chrono::year_month_day day{std::chrono::year{2026}, std::chrono::February, std::chrono::day{14}};
  Digest digest{};
  std::optional<std::string> note;
  std::optional<std::vector<std::optional<int>>> holes;
  std::vector<std::string> tags;
  std::vector<bool> bits;
  std::set<Colour> colours;
  std::map<std::string, Scalar> fields;
  std::map<UserId, std::int64_t> load;
  Tree tree;
  std::shared_ptr<const Leaf> shared;
  Patch<std::string> a, b, c;
  std::uint64_t huge = 0;
  int class_ = 0;

  bool operator==(const Whole& o) const {
    const bool leaves = shared == nullptr ? o.shared == nullptr : o.shared != nullptr && *shared == *o.shared;
    return leaves && flag == o.flag && big == o.big && small == o.small && ratio == o.ratio && text == o.text &&
           colour == o.colour && ticket == o.ticket && at == o.at && length == o.length && day == o.day &&
           digest == o.digest && note == o.note && holes == o.holes && tags == o.tags && bits == o.bits &&
           colours == o.colours && fields == o.fields && load == o.load && tree == o.tree && a == o.a && b == o.b &&
           c == o.c && huge == o.huge && class_ == o.class_;
  }
};
BOOST_DESCRIBE_STRUCT(Whole, (),
                      (flag, big, small, ratio, text, colour, ticket, at, length, day, digest, note, holes, tags, bits,
                       colours, fields, load, tree, shared, a, b, c, huge, class_))

struct Base {
  int first = 1;
};
BOOST_DESCRIBE_STRUCT(Base, (), (first))
struct Derived : Base {
  std::string second;
};
BOOST_DESCRIBE_STRUCT(Derived, (Base), (second))

struct Contact {
  std::string email;
  std::vector<std::string> names;
  std::optional<double> score;
};
BOOST_DESCRIBE_STRUCT(Contact, (), (email, names, score))
constexpr auto field_rules(const Contact*) {
  return std::array{json::FieldRule{.field = "email",
                                    .matches = [](std::string_view text) { return text.find('@') != text.npos; },
                                    .expected = "must be an e-mail address",
                                    .expected_zh = "须为邮箱地址"},
                    json::FieldRule{.field = "names", .length = {1, 3}, .items = {1, 2}},
                    json::FieldRule{.field = "score", .range = {0, 1}}};
}

struct Row {
  std::string subject = "退货申请：屏幕有裂纹，需要换货", type = "return", state = "inspection",
              team = "warehouse_east";
  std::string channel = "api", priority = "high", region = "华东", product = "phone", level = "gold",
              workflow = "return_v3";
  std::int64_t a = 1, b = 20, c = 300, d = 4000, e = 50000;
  TicketId ticket{123456};
  UserId user{42};
  CustomerId customer{99};
  Time created{Duration{1'770'000'000'000'000}}, updated = created, due = created;
  bool waiting = false, breached = false;
  std::vector<std::string> tags{"vip", "urgent"};
  std::map<std::string, Scalar> fields{{"order", "SO-2026-0001"}, {"amount", 199.5}};
};
BOOST_DESCRIBE_STRUCT(Row, (),
                      (subject, type, state, team, channel, priority, region, product, level, workflow, a, b, c, d, e,
                       ticket, user, customer, created, updated, due, waiting, breached, tags, fields))

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  std::uint64_t number(std::uint64_t below) {
    return std::uniform_int_distribution<std::uint64_t>{0, below - 1}(random_);
  }
  bool coin() { return number(2) == 0; }
  std::string text() {
    static const std::vector<std::string> parts{"a", "工单", "\"", "\\", "\n", "\x01", "😀", "/~", "é", "\x7f", " "};
    std::string text;
    for (auto n = number(6); n > 0; --n) text += parts[number(parts.size())];
    return text;
  }
  double real() {
    const double made = std::bit_cast<double>(random_());
    return std::isfinite(made) ? made : 0.1;
  }
  Leaf leaf() { return {"x" + std::to_string(number(1000)), static_cast<int>(number(100))}; }
  Tree tree(int depth) {
    if (depth == 0 || coin()) return {leaf()};
    Fork fork;
    for (auto n = number(3); n > 0; --n) fork.branches.push_back(tree(depth - 1));
    return {fork};
  }
  Scalar scalar() {
    switch (number(6)) {
      case 0:
        return std::monostate{};
      case 1:
        return coin();
      case 2:
        return static_cast<std::int64_t>(random_());
      case 3:
        return real();
      case 4:
        return text();
      default:
        return std::vector<std::string>{text(), text()};
    }
  }
  Whole whole() {
    Whole w;
    w.flag = coin();
    w.big = static_cast<std::int64_t>(random_());
    w.small = static_cast<std::uint8_t>(number(256));
    w.ratio = real();
    w.text = text();
    w.colour = static_cast<Colour>(number(3));
    w.ticket = TicketId{static_cast<std::int64_t>(number(1ULL << 62)) + 1};
    w.at = Time{Duration{static_cast<std::int64_t>(number(4'000'000'000'000'000))}};
    w.length = Duration{static_cast<std::int64_t>(random_())};
    w.digest = sha256(w.text);
    if (coin()) w.note = text();
    if (coin()) w.holes = std::vector<std::optional<int>>{1, std::nullopt, 3};
    for (auto n = number(4); n > 0; --n) w.tags.push_back(text());
    for (auto n = number(4); n > 0; --n) w.bits.push_back(coin());
    for (auto n = number(4); n > 0; --n) w.colours.insert(static_cast<Colour>(number(3)));
    for (auto n = number(40); n > 0; --n) w.fields[text()] = scalar();
    for (auto n = number(4); n > 0; --n) w.load[UserId{static_cast<std::int64_t>(number(100))}] = 5;
    w.tree = tree(4);
    if (coin()) w.shared = std::make_shared<Leaf>(leaf());
    if (coin()) w.a = text();
    w.b = Patch<std::string>::null();
    w.huge = random_();
    w.class_ = -3;
    return w;
  }

 private:
  std::mt19937_64 random_;
};

template <class T>
std::vector<FieldError> faults(std::string_view text) {
  const auto decoded = json::decode_text<T>(text);
  REQUIRE_FALSE(decoded);
  CHECK(decoded.error().code == ErrorCode::invalid_field);
  CHECK(test::english_only(decoded.error()) == "");
  return test::english_of(decoded.error().fields);
}

ErrorCode refusal(std::string_view text) {
  json::Document document;
  const auto parsed = document.parse(text);
  REQUIRE_FALSE(parsed);
  return parsed.error().code;
}

}  // namespace

TEST_CASE("what is encoded decodes to the same value") {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    INFO("seed " << seed);
    const Whole made = Maker{seed}.whole();
    const auto text = json::encode(made);
    const auto back = json::decode_text<Whole>(text);
    if (!back) {
      for (const auto& field : back.error().fields) UNSCOPED_INFO(field.pointer << " " << field.message);
      FAIL(text << " " << back.error().detail);
    }
    CHECK(*back == made);
    CHECK(json::decode_stored<Whole>(text) == made);
    CHECK(json::encode(*back) == text);
    const auto sparse = json::encode_sparse(made);
    CHECK(json::decode_stored<Whole>(sparse) == made);
    CHECK(sparse.size() <= text.size());
  }
}

TEST_CASE("the forms are the ones that are documented") {
  Whole w;
  w.ratio = 2;
  w.text = "a\"\n\x01";
  w.colour = Colour::new_;
  w.length = 1ms;
  w.at = *from_rfc3339("2026-02-14T09:30:00Z");
  w.fields = {{"n", std::int64_t{3}}, {"x", 3.0}};
  w.tree = {Fork{{Tree{Leaf{"a", 1}}}}};
  w.b = Patch<std::string>::null();
  w.c = std::string{"x"};
  CHECK(json::encode(w) ==
        R"({"flag":false,"big":0,"small":0,"ratio":2.0,"text":"a\"\n\u0001","colour":"new","ticket":1,)"
        R"("at":"2026-02-14T09:30:00.000000Z","length":1000,"day":"2026-02-14",)"
        R"("digest":"0000000000000000000000000000000000000000000000000000000000000000",)"
        R"("tags":[],"bits":[],"colours":[],"fields":{"n":3,"x":3.0},"load":{},)"
        R"("tree":{"node":{"kind":"fork","branches":[{"node":{"kind":"leaf","name":"a","weight":1}}]}},)"
        R"("shared":null,"b":null,"c":"x","huge":0,"class":0})");
  w.ticket = {};
  CHECK(json::encode(w).find("\"ticket\"") == std::string::npos);
  CHECK_FALSE(json::decode_stored<Whole>(json::encode(w)).ticket);
  CHECK(faults<Whole>(json::encode(w)) == std::vector<FieldError>{{"/ticket", "is required"}});
  CHECK(json::encode(Derived{{4}, "x"}) == R"({"first":4,"second":"x"})");
  CHECK_THROWS_AS(json::encode(std::numeric_limits<double>::infinity()), std::domain_error);
}

TEST_CASE("every fault is reported at once, each with its pointer") {
  CHECK(faults<Contact>(R"({"email":"x","names":["","abcd"],"score":2,"scores":1})") ==
        std::vector<FieldError>{{"/email", "must be an e-mail address"},
                                {"/names/0", "must not be empty"},
                                {"/names/1", "must be 1 to 3 characters"},
                                {"/score", "must be 0 to 1"},
                                {"/scores", "is not known here. Did you mean 'score'?"}});
  CHECK(faults<Contact>(R"({"email":null,"score":null})") ==
        std::vector<FieldError>{{"/email", "must be a text"},
                                {"/score", "must not be null; leave it out instead"},
                                {"/names", "is required"}});
  CHECK(faults<Contact>(R"({"email":"a@b","names":[]})") == std::vector<FieldError>{{"/names", "must not be empty"}});
  CHECK(faults<Contact>("[]") == std::vector<FieldError>{{"", "must be an object"}});
  CHECK(faults<Leaf>(R"({"name":""})") == std::vector<FieldError>{{"/name", "must not be empty"}});
  CHECK(faults<Leaf>(R"({"name":"工单工单工单"})") == std::vector<FieldError>{{"/name", "must be 1 to 5 characters"}});
  CHECK(json::decode_text<Leaf>(R"({"name":"工单工单工"})")->weight == 7);
}

TEST_CASE("scalars are checked for kind and range") {
  CHECK(faults<std::uint8_t>("256") == std::vector<FieldError>{{"", "must be 0 to 255"}});
  CHECK(faults<std::uint8_t>("-1") == std::vector<FieldError>{{"", "must be 0 to 255"}});
  CHECK(faults<std::int64_t>("9223372036854775808").size() == 1);
  CHECK(json::decode_text<std::int64_t>("9223372036854775807") == std::numeric_limits<std::int64_t>::max());
  CHECK(json::decode_text<std::uint64_t>("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
  CHECK(faults<int>("1.0") == std::vector<FieldError>{{"", "must be a whole number"}});
  CHECK(faults<TicketId>("0") == std::vector<FieldError>{{"", "must be an id: a whole number above 0"}});
  CHECK(json::decode_stored<TicketId>("0") == TicketId{});
  CHECK(faults<Colour>(R"("gren")") ==
        std::vector<FieldError>{{"", "'gren' is none of: red, green, new. Did you mean 'green'?"}});
  CHECK(faults<Time>(R"("2026-02-14")").size() == 1);
  CHECK(faults<std::chrono::year_month_day>(R"("2026-02-30")").size() == 1);
  CHECK(faults<Digest>(R"("00")").size() == 1);
  CHECK(faults<std::set<Colour>>(R"(["red","red"])") == std::vector<FieldError>{{"/1", "is given twice"}});
  CHECK(faults<std::map<UserId, int>>(R"({"x":1})") ==
        std::vector<FieldError>{{"/x", "is not a name that is accepted here"}});
  CHECK(faults<Scalar>("{}").size() == 1);
  CHECK(faults<Scalar>("[1]") == std::vector<FieldError>{{"/0", "must be a text"}});
}

TEST_CASE("a tagged variant says which kinds there are") {
  CHECK(faults<Tree>(R"({"node":{}})") == std::vector<FieldError>{{"/node/kind", "is required: one of leaf, fork"}});
  CHECK(faults<Tree>(R"({"node":{"kind":"lef"}})") ==
        std::vector<FieldError>{{"/node/kind", "'lef' is none of: leaf, fork. Did you mean 'leaf'?"}});
  CHECK(faults<Tree>(
            R"({"node":{"kind":"fork","branches":[{"node":{"kind":"leaf","name":"a"}},{"node":{"kind":"leaf"}}]}})") ==
        std::vector<FieldError>{{"/node/branches/1/node/name", "is required"}});
}

TEST_CASE("rules bind what comes in, not what was stored") {
  CHECK(json::decode_stored<Leaf>(R"({"name":"much too long","weight":1000})").weight == 1000);
  CHECK(json::decode_stored<Leaf>(R"({"weight":1})") == Leaf{{}, 1});
  CHECK_THROWS_AS(json::decode_stored<Leaf>(R"({"weigth":1})"), std::runtime_error);
  try {
    (void)json::decode_stored<Leaf>(R"({"name":"secret value","weight":"x"})");
    FAIL("not refused");
  } catch (const std::runtime_error& e) {
    CHECK(std::string{e.what()} == "stored JSON is unreadable at '/weight'");
  }
}

TEST_CASE("a text that is not strict JSON is refused with its place") {
  for (const auto* bad : {"",
                          "{",
                          "{\"a\":1,}",
                          "[1 2]",
                          "01",
                          "nul",
                          "\"\xff\"",
                          "\"\xc0\x80\"",
                          "\"\xed\xa0\x80\"",
                          "{}x",
                          "\"\\ud800\"",
                          "\"\\ud800\\u0041\"",
                          "'a'",
                          "{a:1}",
                          "NaN",
                          "+1",
                          "1.",
                          ".5",
                          "\"\n\"",
                          "// x\n1"}) {
    INFO(bad);
    CHECK(refusal(bad) == ErrorCode::malformed_json);
  }
  json::Document document;
  CHECK(document.parse("{\n  \"a\": tru }").error().detail ==
        "The JSON text is wrong at line 2, column 8: the syntax is wrong.");
  CHECK(document.parse("{\n  \"a\": tru }").error().detail_zh == "JSON 在第 2 行第 8 列有误。");
  CHECK(refusal(std::string(33, '[') + std::string(33, ']')) == ErrorCode::malformed_json);
  json::Document deep;
  CHECK(deep.parse(std::string(32, '[') + std::string(32, ']')));
  json::Document large;
  CHECK(large.parse("\"12345\"", {.bytes = 6, .depth = 2}).error().code == ErrorCode::too_large);
}

TEST_CASE("U+0000, repeated names and infinite numbers are refused with a pointer") {
  using Faults = std::vector<FieldError>;
  CHECK(faults<Scalar>(R"(["a","b\u0000"])") == Faults{{"/1", "A text must not contain U+0000."}});
  CHECK(faults<Scalar>(R"({"a":{"b":[1,{"c":"\u0000x"}]}})") ==
        Faults{{"/a/b/1/c", "A text must not contain U+0000."}});
  CHECK(faults<Scalar>(R"({"a":1,"a/b":[0,{"x":1,"y":{},"x":2}]})") ==
        Faults{{"/a~1b/1/x", "The name is given twice."}});
  CHECK(faults<Scalar>(R"({"a":1,"\u0061":1})") == Faults{{"/a", "The name is given twice."}});
  CHECK(faults<Scalar>(R"({"a":1e400})") == Faults{{"/a", "The number is out of range."}});
  CHECK(json::decode_text<double>("1e-400") == 0.0);
  CHECK(json::decode_text<double>("0.1") == 0.1);
  CHECK(json::decode_text<double>("5e-324") == 5e-324);
  std::string many = "{\"k50\":0";
  for (int i = 0; i < 100; ++i) many += ",\"k" + std::to_string(i) + "\":0";
  CHECK(faults<Scalar>(many + "}") == Faults{{"/k50", "The name is given twice."}});
}

TEST_CASE("faults are bounded in number and in what they repeat") {
  std::string many = "[";
  for (int i = 0; i < 1000; ++i) many += "1,";
  CHECK(faults<std::vector<std::string>>(many + "1]").size() == 100);
  const auto found = faults<Colour>('"' + std::string(100'000, 'x') + '"');
  CHECK(found.front().message.size() < 200);
}

TEST_CASE("ten thousand mutated texts never crash the codec") {
  std::mt19937_64 random{20261122};
  for (std::uint64_t round = 0; round < 10'000; ++round) {
    auto text = json::encode(Maker{round % 50 + 1}.whole());
    for (auto n = random() % 4 + 1; n > 0 && !text.empty(); --n) {
      const auto at = random() % text.size();
      switch (random() % 4) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, random() % 8);
          break;
        case 2:
          text.insert(at, text.substr(random() % text.size(), random() % 16));
          break;
        default:
          text[at] = "{}[]\",:0e"[random() % 9];
      }
    }
    const auto back = json::decode_text<Whole>(text);
    if (back)
      CHECK(json::decode_text<Whole>(json::encode(*back)) == *back);
    else
      CHECK((back.error().code == ErrorCode::malformed_json || !back.error().fields.empty()));
  }
}

TEST_CASE("a slip of the keyboard is recognised") {
  const std::vector<std::string_view> words{"subject", "priority", "assignee", "due"};
  CHECK(nearest("subjcet", words) == "subject");
  CHECK(nearest("prioritty", words) == "priority");
  CHECK(nearest("due_", words) == "due");
  CHECK(nearest("xyz", words).empty());
  CHECK(nearest("", words).empty());
  CHECK(did_you_mean("asignee", words) == " Did you mean 'assignee'?");
}

TEST_CASE("codec speed", "[.bench]") {
  const Row row;
  const auto text = json::encode(row);
  constexpr int rounds = 50'000;
  std::size_t total = 0;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < rounds; ++i) total += json::encode(row).size();
  const auto middle = std::chrono::steady_clock::now();
  for (int i = 0; i < rounds; ++i) total += json::decode_text<Row>(text)->subject.size();
  const auto end = std::chrono::steady_clock::now();
  const auto each = [](auto span) { return std::chrono::duration<double, std::micro>(span).count() / rounds; };
  std::cout << text.size() << " bytes: encode " << each(middle - start) << " us, decode " << each(end - middle)
            << " us (" << total << ")\n";
}
