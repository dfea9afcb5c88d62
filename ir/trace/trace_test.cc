// What a trace builds, and what it says of operands and uses that are wrong.
#include "ir/trace/trace.h"

#include <string>

#include "gtest/gtest.h"
#include "ir/trace/module.h"
#include "ir/trace/ops.h"
#include "mlir/IR/Verifier.h"

namespace keratin {
namespace {

const Dim kBatch = Dim::Symbol("batch");

Tensor Input(Trace& trace, const Shape& shape, DType dtype = DType::kFloat32) {
  return trace.Argument(
      {.kind = "input", .name = "x", .dtype = dtype, .shape = shape});
}

// Whether the trace's error says all of these.
testing::AssertionResult Says(const absl::Status& status,
                              std::initializer_list<std::string> parts) {
  const std::string message(status.message());
  for (const std::string& part : parts) {
    if (message.find(part) == std::string::npos)
      return testing::AssertionFailure()
             << "'" << part << "' is not in: " << message;
  }
  return testing::AssertionSuccess();
}

TEST(TraceTest, MakesAModuleThatVerifies) {
  auto trace = Trace::Create("model");
  Trace::Scope scope(*trace);
  Tensor x = Input(*trace, {kBatch, 8});
  Tensor y = trace::Add(trace::Tanh(x), trace::Full({kBatch, 8}, 1, x.dtype()));
  EXPECT_EQ(y.shape(), Shape({kBatch, 8}));
  EXPECT_EQ(y.dtype(), DType::kFloat32);
  ASSERT_TRUE(trace->Return({{.value = y, .name = "y"}}).ok());
  TracedModule traced = TakeModule(*trace);
  EXPECT_TRUE(succeeded(mlir::verify(*traced.module)));
}

TEST(TraceTest, KeepsUnknownSizesAsSymbols) {
  auto trace = Trace::Create("model");
  Trace::Scope scope(*trace);
  Tensor x = Input(*trace, {kBatch, Dim::Symbol("seq"), 3});
  Tensor flat = trace::Reshape(x, {kBatch * Dim::Symbol("seq"), 3});
  EXPECT_EQ(flat.dim(0).ToString(), "batch*seq");
  EXPECT_EQ(trace::Concatenate({x, x}, 1).dim(1).ToString(), "2*seq");
  EXPECT_EQ(trace::Pad(flat, trace::Constant(0, DType::kFloat32), {1, 0},
                       {2, 0}, {0, 0})
                .dim(0)
                .ToString(),
            "batch*seq + 3");
}

TEST(TraceTest, PoisonsWhatFollowsAnErrorAndKeepsTheFirstWithItsLayer) {
  auto trace = Trace::Create("model");
  Trace::Scope scope(*trace);
  Tensor x = Input(*trace, {kBatch, 8});
  Tensor wrong;
  {
    Trace::LayerScope layer("model/dense");
    wrong = trace::Add(x, trace::Full({kBatch, 9}, 0, DType::kFloat32));
  }
  EXPECT_FALSE(wrong.ok());
  {
    Trace::LayerScope layer("model/later");
    EXPECT_FALSE(trace::Tanh(wrong).ok());
    EXPECT_FALSE(trace::ReduceSum(x, {7}).ok());
  }
  absl::Status status = trace->Return({{.value = trace::Tanh(wrong)}});
  EXPECT_TRUE(Says(status, {"layer 'model/dense'", "add", "different shapes"}));
}

TEST(TraceTest, NamesTheLayerInLocations) {
  auto trace = Trace::Create("model");
  Trace::Scope scope(*trace);
  Tensor x = Input(*trace, {2});
  Tensor y;
  {
    Trace::LayerScope outer("model/block");
    Trace::LayerScope inner("model/block/dense");
    y = trace::Tanh(x);
  }
  ASSERT_TRUE(trace->Return({{.value = y}}).ok());
  TracedModule traced = TakeModule(*trace);
  std::string location;
  traced.module->walk([&](ir::TanhOp op) {
    location = mlir::cast<mlir::NameLoc>(op.getLoc()).getName().str();
  });
  EXPECT_EQ(location, "model/block/dense");
}

TEST(TraceTest, RefusesATensorOfAnotherTrace) {
  Tensor escaped;
  {
    auto first = Trace::Create("first");
    Trace::Scope scope(*first);
    escaped = Input(*first, {2});
  }
  EXPECT_EQ(escaped.trace(), nullptr);
  EXPECT_FALSE(trace::Tanh(escaped).ok());  // no trace at all
  auto second = Trace::Create("second");
  Trace::Scope scope(*second);
  EXPECT_FALSE(trace::Tanh(escaped).ok());
  EXPECT_TRUE(
      Says(second->status(), {"keep no tensor beyond the call of its layer"}));
}

TEST(TraceTest, RefusesToAddAfterReturn) {
  auto trace = Trace::Create("model");
  Trace::Scope scope(*trace);
  Tensor x = Input(*trace, {2});
  ASSERT_TRUE(trace->Return({{.value = x}}).ok());
  EXPECT_FALSE(trace::Tanh(x).ok());
  EXPECT_FALSE(trace::Full({2}, 1, DType::kFloat32).ok());
  EXPECT_TRUE(Says(trace->status(), {"has returned"}));
}

TEST(TraceTest, ChecksAssumedSizesAtEntry) {
  auto trace = Trace::Create("model");
  Trace::Scope scope(*trace);
  Tensor x = Input(*trace, {Dim::Symbol("a_1")});
  EXPECT_TRUE(trace->AssumeEqual(Dim::Symbol("a_1"), Dim::Symbol("b_1")));
  EXPECT_TRUE(trace->AssumeEqual(Dim::Symbol("a_1"), Dim::Symbol("b_1")));
  EXPECT_TRUE(trace->AssumeEqual(kBatch, kBatch));
  EXPECT_FALSE(trace->AssumeEqual(2, 3));
  ASSERT_TRUE(trace->Return({{.value = x}}).ok());
  TracedModule traced = TakeModule(*trace);
  auto assumed =
      (*traced.module)->getAttrOfType<mlir::ArrayAttr>("keratin.assume");
  ASSERT_TRUE(assumed);
  EXPECT_EQ(assumed.size(), 1u);
}

TEST(TraceTest, ChecksSizesThatMustNotBeNegativeAtEntry) {
  auto trace = Trace::Create("model");
  Trace::Scope scope(*trace);
  const Dim size = Dim::Symbol("a_1");
  Tensor x = Input(*trace, {size});
  EXPECT_TRUE(trace->AssumeNotNegative(size - 3));
  EXPECT_TRUE(trace->AssumeNotNegative(size - 3));
  EXPECT_TRUE(trace->AssumeNotNegative(size + 1));  // as all sizes are
  EXPECT_TRUE(trace->AssumeNotNegative(0));
  EXPECT_FALSE(trace->AssumeNotNegative(-1));
  ASSERT_TRUE(trace->Return({{.value = x}}).ok());
  TracedModule traced = TakeModule(*trace);
  auto sizes =
      (*traced.module)->getAttrOfType<mlir::ArrayAttr>("keratin.not_negative");
  ASSERT_TRUE(sizes);
  ASSERT_EQ(sizes.size(), 1u);
  EXPECT_EQ(mlir::cast<mlir::StringAttr>(sizes[0]).getValue(), "a_1 - 3");
}

TEST(TraceTest, ScansOverASequence) {
  auto trace = Trace::Create("model");
  Trace::Scope scope(*trace);
  const Dim steps = Dim::Symbol("steps");
  Tensor xs = Input(*trace, {steps, kBatch, 4});
  Tensor zero = trace::Full({kBatch, 4}, 0, DType::kFloat32);
  std::vector<Tensor> results = trace::Scan(
      {zero}, {xs}, steps, false,
      [](const Tensor&, absl::Span<const Tensor> carried,
         absl::Span<const Tensor> slices) {
        Tensor sum = trace::Add(carried[0], slices[0]);
        return std::make_pair(std::vector<Tensor>{sum},
                              std::vector<Tensor>{trace::Tanh(sum)});
      });
  ASSERT_EQ(results.size(), 2u) << trace->status().message();
  EXPECT_EQ(results[1].shape(), Shape({steps, kBatch, 4}));
  ASSERT_TRUE(
      trace->Return({{.value = results[0]}, {.value = results[1]}}).ok());
  EXPECT_TRUE(succeeded(mlir::verify(*TakeModule(*trace).module)));
}

TEST(TraceTest, RefusesATensorThatLeavesTheBodyOfAScan) {
  auto trace = Trace::Create("model");
  Trace::Scope scope(*trace);
  Tensor xs = Input(*trace, {5, 4});
  Tensor escaped;
  trace::Scan({}, {xs}, 5, false,
              [&](const Tensor&, absl::Span<const Tensor>,
                  absl::Span<const Tensor> slices) {
                escaped = trace::Tanh(slices[0]);
                return std::make_pair(std::vector<Tensor>{},
                                      std::vector<Tensor>{escaped});
              });
  EXPECT_FALSE(trace::Tanh(escaped).ok());
  EXPECT_TRUE(Says(trace->status(), {"body of a scan"}));
}

TEST(TraceTest, SaysWhatIsWrongWithTheBodyOfAScan) {
  auto trace = Trace::Create("model");
  Trace::Scope scope(*trace);
  Tensor x = Input(*trace, {4});
  Tensor escaped;
  auto results = trace::Scan({x}, {}, 5, false,
                             [&](const Tensor&, absl::Span<const Tensor> in,
                                 absl::Span<const Tensor>) {
                               escaped = trace::Tanh(in[0]);
                               return std::make_pair(std::vector<Tensor>{},
                                                     std::vector<Tensor>{});
                             });
  EXPECT_TRUE(results.empty());
  EXPECT_TRUE(Says(trace->status(), {"returns 0 carried values where 1"}));
  EXPECT_FALSE(trace::Tanh(escaped).ok());  // its block is gone: no crash
}

TEST(TraceTest, RefusesValuesThatCannotBeMade) {
  auto negative = Trace::Create("model");
  Trace::Scope scope(*negative);
  EXPECT_FALSE(trace::Full({-1}, 0, DType::kFloat32).ok());
  EXPECT_TRUE(Says(negative->status(), {"(-1,)", "negative"}));
  auto invalid = Trace::Create("model");
  Trace::Scope inner(*invalid);
  EXPECT_FALSE(trace::Iota(0, DType::kInt32, {Dim::Invalid()}).ok());
  EXPECT_TRUE(Says(invalid->status(), {"iota"}));
}

TEST(TraceTest, ConvertsConstantsToTheirType) {
  auto trace = Trace::Create("model");
  Trace::Scope scope(*trace);
  EXPECT_EQ(trace::Full({}, 2, DType::kBool).dtype(), DType::kBool);
  EXPECT_EQ(trace::Full({3}, 1e300, DType::kInt8).dtype(), DType::kInt8);
  EXPECT_EQ(trace::FullInteger({}, -1, DType::kUInt32).dtype(), DType::kUInt32);
  EXPECT_TRUE(trace->status().ok());
}

}  // namespace
}  // namespace keratin
