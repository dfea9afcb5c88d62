// JSON as Python writes it, and what is said of text that is none.
#include "layers/saving/json.h"

#include <cmath>

#include "gtest/gtest.h"

namespace keratin {
namespace {

TEST(JsonTest, ReadsTheNumbersThatPythonAdds) {
  auto value = ParseJson(
      R"({"a": [NaN, Infinity, -Infinity], "NaN": "Infinity, \"-Infinity\\"})",
      "text");
  ASSERT_TRUE(value.ok()) << value.status();
  const Value::Items& numbers = value->entries()[0].second.items();
  ASSERT_EQ(numbers.size(), 3u);
  EXPECT_TRUE(std::isnan(numbers[0].as_double()));
  EXPECT_EQ(numbers[1].as_double(), HUGE_VAL);
  EXPECT_EQ(numbers[2].as_double(), -HUGE_VAL);
  EXPECT_EQ(value->entries()[1].first, "NaN");
  EXPECT_EQ(value->entries()[1].second.as_string(), "Infinity, \"-Infinity\\");
  EXPECT_EQ(
      WriteJson(*value),
      R"({"a": [NaN, Infinity, -Infinity], "NaN": "Infinity, \"-Infinity\\"})");
}

TEST(JsonTest, WholeNumbersBeyond64BitsAreFloats) {
  auto value = ParseJson("[9223372036854775807, 18446744073709551615]", "text");
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ(value->items()[0].as_int(), 9223372036854775807);
  EXPECT_EQ(value->items()[1].as_double(), 18446744073709551616.0);
}

TEST(JsonTest, SaysWhereItIsWrong) {
  for (const char* text :
       {"", "{", "[1, Inf]", "{\"a\": NaNa}", "\"a", "{NaN: 1}"}) {
    auto value = ParseJson(text, "'config.json'");
    ASSERT_FALSE(value.ok()) << text;
    EXPECT_EQ(value.status().message().substr(0, 13), "'config.json'");
  }
  EXPECT_FALSE(ParseJson(std::string(1000, '['), "text").ok());
}

}  // namespace
}  // namespace keratin
