// Modules of launches and hand-written kernels: places planned, lowered and run
// through the binary interface of runtime/abi.h.
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <map>

#include "compiler/codegen/emit.h"
#include "compiler/codegen/jit.h"
#include "compiler/codegen/machine.h"
#include "gtest/gtest.h"
#include "ir/dialect/dialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "passes/codegen/passes.h"
#include "passes/lowering/passes.h"

namespace keratin {
namespace {

using Task = void (*)(void*, int64_t, int64_t);
struct Call {
  const void* const* args;
  void* const* results;
  const int64_t* dims;
  void* workspace;
  void (*parallel_for)(void*, int64_t, Task, void*);
  void* pool;
};
using Entry = int32_t (*)(const Call*);

struct Loaded {
  std::unique_ptr<Jit> jit;
  Entry entry = nullptr;
};

absl::StatusOr<Loaded> Compile(const std::string& text,
                               const std::string& march = "native") {
  mlir::DialectRegistry registry;
  RegisterLoweringDialects(registry);
  registry.insert<ir::KeratinDialect>();
  RegisterCodegenDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  auto machine = MachineFor(march);
  if (!machine.ok()) return machine.status();
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  if (!module) return absl::InvalidArgumentError("the module does not parse");
  mlir::PassManager pm(&context);
  pm.addPass(CreatePlanMemoryPass());
  AddLoweringPasses(
      pm,
      {.prefix = "m", .has_half_conversions = machine->has_half_conversions});
  if (failed(pm.run(*module))) return absl::InternalError("lowering failed");
  auto object = EmitCode(*module, *machine, CodeKind::kObject);
  if (!object.ok()) return object.status();
  auto jit = Jit::Load(*object, *machine);
  if (!jit.ok()) return jit.status();
  auto entry = (*jit)->Lookup("m_call");
  if (!entry.ok()) return entry.status();
  return Loaded{std::move(*jit), reinterpret_cast<Entry>(*entry)};
}

// An entry over `n` elements: out[i] = body(in[i]); `body` reads %x and defines
// %y.
std::string ElementWise(const std::string& from, const std::string& to,
                        const std::string& body) {
  return R"(
func.func private @kernel_0(%in: memref<?x)" +
         from + R"(>, %out: memref<?x)" + to +
         R"(>, %begin: index, %end: index)
    attributes {keratin.grid = "n", keratin.parallel, keratin.symbols = []} {
  %one = arith.constant 1 : index
  scf.for %i = %begin to %end step %one {
    %x = memref.load %in[%i] : memref<?x)" +
         from + R"(>
    )" + body +
         R"(
    memref.store %y, %out[%i] : memref<?x)" +
         to + R"(>
  }
  return
}
func.func @call(%a: memref<?xi8> {keratin.role = "argument"}, %r: memref<?xi8> {keratin.role = "result"},
                %w: memref<?xi8> {keratin.role = "workspace"}, %n: index {keratin.role = "symbol"}) attributes {keratin.entry} {
  %zero = arith.constant 0 : index
  %in = memref.view %a[%zero][%n] : memref<?xi8> to memref<?x)" +
         from + R"(>
  %out = memref.view %r[%zero][%n] : memref<?xi8> to memref<?x)" +
         to + R"(>
  func.call @kernel_0(%in, %out, %zero, %n) {keratin.parallel} : (memref<?x)" +
         from + ">, memref<?x" + to + R"(>, index, index) -> ()
  return
}
)";
}

template <typename To, typename From>
std::vector<To> Run(const Loaded& loaded, const std::vector<From>& in,
                    Call call = {}) {
  std::vector<To> out(in.size());
  const void* args[] = {in.data()};
  void* results[] = {out.data()};
  int64_t dims[] = {static_cast<int64_t>(in.size())};
  call.args = args;
  call.results = results;
  call.dims = dims;
  EXPECT_EQ(loaded.entry(&call), 0);
  return out;
}

TEST(CodegenTest, CallsKernelsDirectlyAndInParallel) {
  auto loaded =
      Compile(ElementWise("f32", "f32", "%y = arith.addf %x, %x : f32"));
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  std::vector<float> in = {1, 2, 3, 4, 5};
  EXPECT_EQ(Run<float>(*loaded, in), (std::vector<float>{2, 4, 6, 8, 10}));
  int calls = 0;
  Call call{};
  call.pool = &calls;
  call.parallel_for = [](void* pool, int64_t n, Task task, void* context) {
    ++*static_cast<int*>(pool);
    task(context, 2, n);
    task(context, 0, 2);
  };
  EXPECT_EQ(Run<float>(*loaded, in, call),
            (std::vector<float>{2, 4, 6, 8, 10}));
  EXPECT_EQ(calls, 1);
}

// c' = c + x[t], y[t] = c': by two launches, so that the carried value is read
// back from y; returned once more doubled.
TEST(CodegenTest, ScansWalkSequencesInPlace) {
  for (bool backwards : {false, true}) {
    std::string text = R"(
#s = #keratin.dims<"seq">
func.func private @kernel_add(%a: memref<?xf32>, %b: memref<?xf32>, %out: memref<?xf32>, %begin: index, %end: index) {
  %one = arith.constant 1 : index
  scf.for %i = %begin to %end step %one {
    %x = memref.load %a[%i] : memref<?xf32>
    %y = memref.load %b[%i] : memref<?xf32>
    %z = arith.addf %x, %y : f32
    memref.store %z, %out[%i] : memref<?xf32>
  }
  return
}
func.func @call(%x: tensor<?x3xf32, #s>, %c: tensor<1xf32>, %d: tensor<1xf32>) -> (tensor<1xf32>, tensor<?x1xf32, #s>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) {
  %e = keratin.launch @kernel_add(%c, %d) : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  %last, %p, %q, %u, %y = keratin.scan initial(%c, %d, %e, %d : tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) sequences(%x : tensor<?x3xf32, #s>) length #s REVERSE
      -> tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<?x1xf32, #s> {
  ^body(%step: tensor<i32>, %carry: tensor<1xf32>, %p0: tensor<1xf32>, %q0: tensor<1xf32>, %u0: tensor<1xf32>, %xt: tensor<3xf32>):
    %t = keratin.launch @kernel_add(%carry, %xt) : (tensor<1xf32>, tensor<3xf32>) -> tensor<1xf32>
    %v = keratin.launch @kernel_add(%u0, %e) : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
    keratin.yield %t, %q0, %p0, %v, %t : tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
  }
  %twice = keratin.launch @kernel_add(%last, %last) : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  return %twice, %y, %p, %q, %u : tensor<1xf32>, tensor<?x1xf32, #s>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
}
)";
    text.replace(text.find("REVERSE"), 7, backwards ? "reverse" : "");
    auto loaded = Compile(text);
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    float x[3][3] = {{1, 0, 0}, {2, 0, 0}, {4, 0, 0}}, c = 10, d = 100;
    float twice = 0, y[3] = {}, p = 0, q = 0, u = 0;
    const void* args[] = {x, &c, &d};
    void* results[] = {&twice, y, &p, &q, &u};
    int64_t dims[] = {3};
    alignas(64) static char workspace[4096];
    Call call{args, results, dims, workspace, nullptr, nullptr};
    EXPECT_EQ(loaded->entry(&call), 0);
    EXPECT_EQ(twice, 34);
    EXPECT_EQ(y[0], backwards ? 17 : 11);
    EXPECT_EQ(y[1], backwards ? 16 : 13);
    EXPECT_EQ(y[2], backwards ? 14 : 17);
    EXPECT_EQ(p, 110);  // swapped three times
    EXPECT_EQ(q, 100);
    EXPECT_EQ(u, 430);
    dims[0] = 0;  // no step: the initial values
    EXPECT_EQ(loaded->entry(&call), 0);
    EXPECT_EQ(twice, 20);
    EXPECT_EQ(p, 100);
    EXPECT_EQ(u, 100);
  }
}

// The largest error in units in the last place over floats spread evenly by
// their bits, results that are denormal aside.
double WorstUlp(const std::string& op,
                const std::function<double(double)>& exact, float low,
                float high) {
  auto loaded = Compile(ElementWise("f32", "f32", "%y = " + op + " %x : f32"));
  EXPECT_TRUE(loaded.ok()) << loaded.status();
  if (!loaded.ok()) return 1e9;
  std::vector<float> in;
  for (uint64_t bits = 0; bits < 0x100000000; bits += 1009) {
    uint32_t word = static_cast<uint32_t>(bits);
    float x;
    std::memcpy(&x, &word, 4);
    if (x >= low && x <= high) in.push_back(x);
  }
  std::vector<float> out = Run<float>(*loaded, in);
  double worst = 0;
  float where = 0;
  for (size_t i = 0; i < in.size(); ++i) {
    double want = exact(in[i]);
    if (std::abs(want) < 1.2e-38) continue;
    double unit = std::ldexp(1.0, std::ilogb(want) - 23);
    double error = std::abs(out[i] - want) / unit;
    if (!(error <= worst)) worst = error, where = in[i];
  }
  std::printf("%s: %.2f ulp at %.9g\n", op.c_str(), worst, where);
  return worst;
}

TEST(CodegenTest, TranscendentalFunctionsAreAccurate) {
  EXPECT_LE(WorstUlp(
                "math.exp", [](double x) { return std::exp(x); }, -87, 88.7f),
            2);
  EXPECT_LE(
      WorstUlp(
          "math.expm1", [](double x) { return std::expm1(x); }, -87, 88.7f),
      4);
  EXPECT_LE(
      WorstUlp(
          "math.tanh", [](double x) { return std::tanh(x); }, -1e30f, 1e30f),
      8);
  EXPECT_LE(
      WorstUlp(
          "math.log", [](double x) { return std::log(x); }, 1.2e-38f, 3e38f),
      2);
  EXPECT_LE(
      WorstUlp(
          "math.log1p", [](double x) { return std::log1p(x); }, -0.999f, 3e38f),
      4);
  EXPECT_LE(
      WorstUlp(
          "math.erf", [](double x) { return std::erf(x); }, -1e30f, 1e30f),
      8);
}

// The nearer of the two bfloat16 around x, by arithmetic in double; ties to
// even.
uint16_t NearestBfloat(float x) {
  uint32_t low = std::bit_cast<uint32_t>(x) >> 16;
  auto value = [](uint32_t bits) {
    return static_cast<double>(std::bit_cast<float>(bits << 16));
  };
  // The number after the largest is 2^128 in magnitude: there its bits mean
  // infinity.
  double above =
      (low & 0x7fff) == 0x7f7f ? std::copysign(0x1p128, x) : value(low + 1);
  double down = std::abs(x - value(low)), up = std::abs(above - x);
  return static_cast<uint16_t>(
      up < down || (up == down && low % 2 == 1) ? low + 1 : low);
}

TEST(CodegenTest, SixteenBitFloatsRoundAsHardwareDoes) {
  std::vector<float> in;
  for (uint64_t bits = 0; bits < 0x100000000; bits += 4099) {
    uint32_t word = static_cast<uint32_t>(bits);
    float x;
    std::memcpy(&x, &word, 4);
    in.push_back(x);
  }
  auto hard =
      Compile(ElementWise("f32", "f16", "%y = arith.truncf %x : f32 to f16"),
              "x86-64-v3");
  auto soft = Compile(
      ElementWise("f32", "f16", "%y = arith.truncf %x : f32 to f16"), "x86-64");
  auto sum = Compile(ElementWise("f16", "f16", "%y = arith.addf %x, %x : f16"),
                     "x86-64");
  auto wide = Compile(
      ElementWise("f16", "f32", "%y = arith.extf %x : f16 to f32"), "x86-64");
  auto brain =
      Compile(ElementWise("f32", "bf16", "%y = arith.truncf %x : f32 to bf16"),
              "x86-64-v3");
  auto twice =
      Compile(ElementWise("f64", "bf16", "%y = arith.truncf %x : f64 to bf16"),
              "x86-64-v3");
  for (auto* loaded : {&hard, &soft, &sum, &wide, &brain, &twice})
    ASSERT_TRUE(loaded->ok()) << loaded->status();
  std::vector<uint16_t> want = Run<uint16_t>(*hard, in);
  std::vector<uint16_t> got = Run<uint16_t>(*soft, in);
  std::vector<float> back = Run<float>(*wide, got);
  std::vector<uint16_t> bfloat = Run<uint16_t>(*brain, in);
  for (size_t i = 0; i < in.size(); ++i) {
    if (std::isnan(in[i])) {
      EXPECT_TRUE(std::isnan(back[i]));
      continue;
    }
    ASSERT_EQ(got[i], want[i]) << in[i];
    ASSERT_EQ(back[i], static_cast<float>(std::bit_cast<_Float16>(got[i])))
        << in[i];
    if (std::isfinite(in[i]))
      ASSERT_EQ(bfloat[i], NearestBfloat(in[i])) << in[i];
  }
  // Just above the middle of two neighbours, by less than f32 shows.
  EXPECT_EQ(Run<uint16_t>(*twice, std::vector<double>{1 + 0x1p-8 + 0x1p-40,
                                                      1 + 0x1p-8, 1e300})[0],
            0x3f81);
}

TEST(CodegenTest, RefusesUnknownMachines) {
  EXPECT_EQ(MachineFor("z80").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(MachineFor("sparc:v9").status().code(),
            absl::StatusCode::kInvalidArgument);
  auto arm = MachineFor("aarch64");
  ASSERT_TRUE(arm.ok()) << arm.status();
  EXPECT_FALSE(arm->is_host_architecture);
  EXPECT_EQ(arm->target->vector_bits, 128);
  EXPECT_EQ(MachineFor("x86-64-v4")->target->vector_bits, 512);
  EXPECT_EQ(MachineFor("x86-64-v3")->target->vector_bits, 256);
}

}  // namespace
}  // namespace keratin
