// Dims and Shapes: canonical form, text, hostile input.
#include "runtime/shape.h"

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace keratin {
namespace {

Dim S(absl::string_view name) { return Dim::Symbol(name); }

TEST(DimTest, CanonicalFormMakesEqualSizesEqual) {
  const Dim batch = S("batch"), seq = S("seq"), h = S("h");
  EXPECT_EQ((batch * 4).FloorDiv(4), batch);
  EXPECT_EQ((batch * seq).FloorDiv(seq), batch);
  EXPECT_EQ((batch + 1) * (batch - 1), batch * batch - 1);
  EXPECT_EQ(batch + seq, seq + batch);
  EXPECT_EQ(batch - batch, Dim(0));
  EXPECT_TRUE((batch - batch).IsConstant());
  EXPECT_EQ((h - 1).FloorDiv(2) + 1, (h + 1).FloorDiv(2));
  EXPECT_EQ((h - 3).FloorDiv(2) + 1, (h - 1).FloorDiv(2));
  EXPECT_EQ(h.FloorDiv(2).FloorDiv(2), h.FloorDiv(4));
  EXPECT_EQ((batch * seq * 64).FloorDiv(batch * 12), (seq * 16).FloorDiv(3));
  EXPECT_EQ((batch * seq + 1).FloorDiv(seq), batch + Dim(1).FloorDiv(seq));
  EXPECT_EQ((batch * 6 + 3).Mod(3), Dim(0));
  EXPECT_EQ((batch * 6 + 4).Mod(3), Dim(1));
  EXPECT_NE(batch, seq);
  EXPECT_NE(batch, batch + 1);
}

TEST(DimTest, PrintsPleasantly) {
  const Dim batch = S("batch"), seq = S("seq"), h = S("h");
  EXPECT_EQ((batch * seq * 2 + 1).ToString(), "2*batch*seq + 1");
  EXPECT_EQ((h - 1).FloorDiv(2).ToString(), "floordiv(h - 1, 2)");
  EXPECT_EQ((-h - 3).ToString(), "-h - 3");
  EXPECT_EQ((h - seq * 2).ToString(), "h - 2*seq");
  EXPECT_EQ(Dim::Max(h - 4, 0).ToString(), "max(h - 4, 0)");
  EXPECT_EQ(Dim::Max(h, 0), h);
  EXPECT_EQ(Dim::Min(h + 1, h), h);
  EXPECT_EQ(h.Mod(3).ToString(), "mod(h, 3)");
  EXPECT_EQ(Dim(-7).ToString(), "-7");
  EXPECT_EQ(S("a b-1").ToString(), "`a b-1`");
  EXPECT_EQ(S("max").ToString(), "`max`");
  EXPECT_EQ((S("x_1") + 1).Symbols(), std::vector<std::string>{"x_1"});
}

TEST(DimTest, DividesExactlyOnlyWhatIsDivisible) {
  const Dim a = S("a"), b = S("b");
  EXPECT_EQ((a * a - b * b).DivideExactly(a - b), a + b);
  EXPECT_EQ((a * 6 + 9).DivideExactly(3), a * 2 + 3);
  EXPECT_EQ((a * 6 + 8).DivideExactly(3), std::nullopt);
  EXPECT_EQ((a * b + 1).DivideExactly(a), std::nullopt);
  EXPECT_EQ(a.DivideExactly(0), std::nullopt);
  EXPECT_EQ(Dim(0).DivideExactly(a), Dim(0));
}

TEST(DimTest, KnowsBounds) {
  const Dim h = S("h"), w = S("w");
  EXPECT_TRUE((h * w + 1).IsKnownPositive());
  EXPECT_FALSE((h - 1).IsKnownNonNegative());
  EXPECT_TRUE(h.FloorDiv(2).IsKnownNonNegative());
  EXPECT_EQ((h - 1).FloorDiv(2).LowerBound(), -1);
  EXPECT_EQ((Dim(5) - h.Mod(4)).LowerBound(), 2);
  EXPECT_TRUE((h * 8).IsMultipleOf(4));
  EXPECT_FALSE((h * 8 + 2).IsMultipleOf(4));
}

TEST(DimTest, OverflowPoisons) {
  const Dim big = Dim(INT64_MAX);
  EXPECT_FALSE((big + 1).ok());
  EXPECT_FALSE((big * S("x") * 2).ok());
  EXPECT_FALSE((Dim(INT64_MIN) - 1).ok());
  EXPECT_FALSE(S("x").FloorDiv(0).ok());
  EXPECT_FALSE((S("x").FloorDiv(0) + 1).ok());
  EXPECT_FALSE((big + 1).AsConstant().has_value());
  EXPECT_EQ((big + 1).ToString(), "<invalid>");
  EXPECT_FALSE((big + 1).Evaluate({}).ok());
  EXPECT_FALSE((big * S("x")).Evaluate({{"x", 2}}).ok());
  EXPECT_FALSE(Dim(4).FloorDiv(S("x")).Evaluate({{"x", 0}}).ok());
  EXPECT_EQ(S("x").Evaluate({}).status().message(),
            "the size 'x' has no value");
}

TEST(DimTest, GrowthHasALimit) {
  Dim dim = S("x");
  for (int i = 0; i < 100; ++i) {
    dim = (dim * dim + S(absl::StrCat("s", i))).FloorDiv(3);
  }
  EXPECT_FALSE(dim.ok());
}

TEST(DimTest, ParserSurvivesHostileText) {
  for (const std::string& text :
       {std::string(""),
        std::string("("),
        std::string("1 +"),
        std::string("9223372036854775808"),
        std::string("x y"),
        std::string("floordiv(1)"),
        std::string("floordiv(x, 0)"),
        std::string("floordiv(1, 2, 3)"),
        std::string("floordiv"),
        std::string("`x"),
        std::string("``"),
        std::string("x*"),
        std::string("\x00x", 2),
        std::string("<invalid>"),
        std::string("x)"),
        std::string(100000, '('),
        std::string(60000, '-'),
        std::string(60000, '1'),
        std::string(2000, 'x'),
        std::string("9223372036854775807*9223372036854775807*x")}) {
    absl::StatusOr<Dim> dim = Dim::Parse(text);
    EXPECT_FALSE(dim.ok()) << text.substr(0, 50);
    EXPECT_LT(dim.status().message().size(), 300u);
  }
  std::string nested = "x";
  for (int i = 0; i < 5000; ++i) nested = absl::StrCat("mod(", nested, ",y)");
  EXPECT_FALSE(Dim::Parse(nested).ok());
  EXPECT_EQ(Dim::Parse("x y").status().message(),
            "size expression 'x y': expected an operator at character 2");
}

TEST(DimTest, ParsesTheSmallestInteger) {
  EXPECT_EQ(*Dim::Parse("-9223372036854775808"), Dim(INT64_MIN));
  const Dim dim = S("x") * Dim(INT64_MIN) + Dim(INT64_MIN);
  EXPECT_EQ(*Dim::Parse(dim.ToString()), dim);
}

// A random expression, and its value computed directly.
struct Random {
  std::mt19937 engine;
  DimBindings bindings;

  int Pick(int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(engine);
  }
  static int64_t Floor(int64_t a, int64_t b) {
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
  }
  std::pair<Dim, int64_t> Make(int depth) {
    if (depth == 0 || Pick(0, 4) == 0) {
      if (Pick(0, 2) == 0) {
        const int c = Pick(-6, 12);
        return {Dim(c), c};
      }
      const std::string name(1, static_cast<char>('a' + Pick(0, 3)));
      return {S(name), bindings.at(name)};
    }
    auto [x, xv] = Make(depth - 1);
    auto [y, yv] = Make(depth - 1);
    switch (Pick(0, 7)) {
      case 0:
      case 1:
        return {x + y, xv + yv};
      case 2:
        return {x - y, xv - yv};
      case 3:
        return {x * y, xv * yv};
      case 4:
        return {Dim::Max(x, y), std::max(xv, yv)};
      case 5:
        return {Dim::Min(x, y), std::min(xv, yv)};
      case 6:
        if (yv == 0 || y.IsConstant(0)) return {x, xv};
        return {x.FloorDiv(y), Floor(xv, yv)};
      default:
        if (yv == 0 || y.IsConstant(0)) return {x, xv};
        return {x.Mod(y), xv - yv * Floor(xv, yv)};
    }
  }
};

TEST(DimTest, SimplificationKeepsTheValueAndTextRoundTrips) {
  Random random;
  for (int i = 0; i < 20000; ++i) {
    for (const char* name : {"a", "b", "c", "d"}) {
      random.bindings[name] =
          random.Pick(0, 3) == 0 ? random.Pick(0, 3) : random.Pick(1, 40);
    }
    auto [dim, value] = random.Make(random.Pick(1, 4));
    if (!dim.ok()) continue;
    absl::StatusOr<int64_t> got = dim.Evaluate(random.bindings);
    // A division by an expression that is 0 may remain inside a product with 0.
    if (!got.ok()) continue;
    ASSERT_EQ(*got, value) << dim;
    absl::StatusOr<Dim> parsed = Dim::Parse(dim.ToString());
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    ASSERT_EQ(*parsed, dim) << dim << " became " << *parsed;
    ASSERT_EQ(absl::Hash<Dim>()(*parsed), absl::Hash<Dim>()(dim));
    if (dim.LowerBound().has_value()) {
      ASSERT_LE(*dim.LowerBound(), value) << dim;
    }
    absl::flat_hash_map<std::string, Dim> constants;
    for (const auto& [name, size] : random.bindings) constants[name] = size;
    ASSERT_EQ(dim.Substitute(constants), Dim(value)) << dim;
    ASSERT_EQ(dim.Substitute({}), dim);
    ASSERT_EQ(dim.Substitute({{"a", S("a")}}), dim);
  }
}

TEST(ShapeTest, PrintsAndParses) {
  const Shape shape = {S("batch"), 28, S("h") - 1};
  EXPECT_EQ(shape.ToString(), "(batch, 28, h - 1)");
  EXPECT_EQ(*Shape::Parse("(batch, 28, h - 1)"), shape);
  EXPECT_EQ(Shape().ToString(), "()");
  EXPECT_EQ(*Shape::Parse("()"), Shape());
  EXPECT_EQ((Shape{3}).ToString(), "(3,)");
  EXPECT_EQ(*Shape::Parse("(3,)"), Shape{3});
  EXPECT_EQ(*Shape::Parse("(3)"), Shape{3});
  EXPECT_EQ(*Shape::Parse("(max(a, b), `x,y`)"),
            (Shape{Dim::Max(S("a"), S("b")), S("x,y")}));
  for (absl::string_view bad : {"", "(", "3", "(1,,2)", "(1, 2", "(,)"}) {
    EXPECT_FALSE(Shape::Parse(bad).ok()) << bad;
  }
}

TEST(ShapeTest, EvaluatesAndCounts) {
  const Shape shape = {S("batch"), 28, S("h") - 1};
  EXPECT_EQ(shape.Elements().ToString(), "28*batch*h - 28*batch");
  EXPECT_EQ(*shape.Evaluate({{"batch", 2}, {"h", 4}}),
            (std::vector<int64_t>{2, 28, 3}));
  EXPECT_EQ(shape.Evaluate({{"batch", 2}, {"h", 0}}).status().message(),
            "axis 2 of shape (batch, 28, h - 1) would have the size -1");
  EXPECT_FALSE(shape.IsStatic());
  EXPECT_EQ(shape.Substitute({{"batch", 1}, {"h", 2}}), (Shape{1, 28, 1}));
  EXPECT_EQ(*(Shape{2, 3}).AsSizes(), (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(Shape().Elements(), Dim(1));
}

}  // namespace
}  // namespace keratin
