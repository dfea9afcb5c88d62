// expand-floats: small floats without a compiler's run-time library.
//
// LLVM calls __truncsfbf2, __truncsfhf2, __truncdfhf2 and their like where the
// target lacks an instruction, and `cc` does not link them everywhere. Here the
// conversions become integer operations, correctly rounded to nearest even, for
// scalars and vectors. Conversions to bf16 are always expanded: the instruction
// flushes denormal numbers. Of f8E4M3FN and f8E5M2 LLVM knows nothing.
#include <optional>

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/DialectConversion.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/lowering/passes.h"

namespace keratin {
namespace {

using mlir::Location;
using mlir::OpBuilder;
using mlir::Type;
using mlir::Value;
namespace arith = mlir::arith;

// Arithmetic on the elements of a scalar or vector shaped like `like`.
class Expr {
 public:
  Expr(OpBuilder& b, Location loc, Type like) : b_(b), loc_(loc), like_(like) {}

  Type Like(Type element) const {
    if (auto vector = mlir::dyn_cast<mlir::VectorType>(like_))
      return vector.clone(element);
    return element;
  }
  Type I32() const { return Like(b_.getI32Type()); }
  Type F32() const { return Like(b_.getF32Type()); }
  Value Int(uint32_t value) const {
    return Constant(I32(), b_.getI32IntegerAttr(static_cast<int32_t>(value)));
  }
  Value Float(float value) const {
    return Constant(F32(), b_.getF32FloatAttr(value));
  }
  Value Bits(Value x) const {
    return arith::BitcastOp::create(b_, loc_, I32(), x);
  }
  Value FromBits(Value x) const {
    return arith::BitcastOp::create(b_, loc_, F32(), x);
  }
  Value And(Value x, Value y) const {
    return arith::AndIOp::create(b_, loc_, x, y);
  }
  Value Or(Value x, Value y) const {
    return arith::OrIOp::create(b_, loc_, x, y);
  }
  Value Add(Value x, Value y) const {
    return arith::AddIOp::create(b_, loc_, x, y);
  }
  Value Sub(Value x, Value y) const {
    return arith::SubIOp::create(b_, loc_, x, y);
  }
  Value Shr(Value x, int by) const {
    return arith::ShRUIOp::create(b_, loc_, x, Int(by));
  }
  Value Shl(Value x, int by) const {
    return arith::ShLIOp::create(b_, loc_, x, Int(by));
  }
  Value AddF(Value x, Value y) const {
    return arith::AddFOp::create(b_, loc_, x, y);
  }
  Value SubF(Value x, Value y) const {
    return arith::SubFOp::create(b_, loc_, x, y);
  }
  Value MulF(Value x, Value y) const {
    return arith::MulFOp::create(b_, loc_, x, y);
  }
  Value Compare(arith::CmpIPredicate p, Value x, Value y) const {
    return arith::CmpIOp::create(b_, loc_, p, x, y);
  }
  Value Compare(arith::CmpFPredicate p, Value x, Value y) const {
    return arith::CmpFOp::create(b_, loc_, p, x, y);
  }
  Value Select(Value c, Value x, Value y) const {
    return arith::SelectOp::create(b_, loc_, c, x, y);
  }
  // The low bits as a value of the float type `element`.
  Value Narrow(Value x, Type element) const {
    Value low = arith::TruncIOp::create(b_, loc_, BitsOf(element), x);
    return arith::BitcastOp::create(b_, loc_, Like(element), low);
  }
  Value Widen(Value x) const {
    Type element = mlir::getElementTypeOrSelf(x.getType());
    Value bits = arith::BitcastOp::create(b_, loc_, BitsOf(element), x);
    return arith::ExtUIOp::create(b_, loc_, I32(), bits);
  }

 private:
  Type BitsOf(Type element) const {
    return Like(b_.getIntegerType(element.getIntOrFloatBitWidth()));
  }
  Value Constant(Type type, mlir::TypedAttr value) const {
    if (auto vector = mlir::dyn_cast<mlir::VectorType>(type)) {
      return arith::ConstantOp::create(
          b_, loc_,
          mlir::DenseElementsAttr::get(vector, mlir::Attribute(value)));
    }
    return arith::ConstantOp::create(b_, loc_, value);
  }

  OpBuilder& b_;
  Location loc_;
  Type like_;
};

Value FloatToBfloat(const Expr& e, Value x, Type bf16) {
  Value bits = e.Bits(x);
  Value lowest = e.And(e.Shr(bits, 16), e.Int(1));
  Value rounded = e.Shr(e.Add(bits, e.Add(lowest, e.Int(0x7fff))), 16);
  Value quiet = e.Or(e.Shr(bits, 16), e.Int(0x40));
  Value nan = e.Compare(arith::CmpFPredicate::UNO, x, x);
  return e.Narrow(e.Select(nan, quiet, rounded), bf16);
}

// After M. Dukhan's FP16: the addition of a magic exponent rounds, denormal
// results included.
Value FloatToHalf(const Expr& e, Value x, Type f16) {
  Value bits = e.Bits(x);
  Value magnitude = e.FromBits(e.And(bits, e.Int(0x7fffffff)));
  Value base =
      e.MulF(e.MulF(magnitude, e.Float(0x1.0p+112f)), e.Float(0x1.0p-110f));
  Value doubled = e.Shl(bits, 1);
  Value bias = e.And(doubled, e.Int(0xff000000));
  Value small = e.Compare(arith::CmpIPredicate::ult, bias, e.Int(0x71000000));
  bias = e.Select(small, e.Int(0x71000000), bias);
  Value sum = e.Bits(
      e.AddF(e.FromBits(e.Add(e.Shr(bias, 1), e.Int(0x07800000))), base));
  Value exponent = e.And(e.Shr(sum, 13), e.Int(0x7c00));
  Value nonsign = e.Add(exponent, e.And(sum, e.Int(0x0fff)));
  Value nan = e.Compare(arith::CmpIPredicate::ugt, doubled, e.Int(0xff000000));
  Value sign = e.Shr(e.And(bits, e.Int(0x80000000)), 16);
  return e.Narrow(e.Or(sign, e.Select(nan, e.Int(0x7e00), nonsign)), f16);
}

Value HalfToFloat(const Expr& e, Value x) {
  Value word = e.Shl(e.Widen(x), 16);
  Value sign = e.And(word, e.Int(0x80000000));
  Value doubled = e.Shl(word, 1);
  Value normal =
      e.MulF(e.FromBits(e.Add(e.Shr(doubled, 4), e.Int(0xe0u << 23))),
             e.Float(0x1.0p-112f));
  Value denormal = e.SubF(
      e.FromBits(e.Or(e.Shr(doubled, 17), e.Int(126u << 23))), e.Float(0.5f));
  Value is_denormal =
      e.Compare(arith::CmpIPredicate::ult, doubled, e.Int(1u << 27));
  return e.FromBits(
      e.Or(sign, e.Bits(e.Select(is_denormal, denormal, normal))));
}

// A float of 8 bits. ml_dtypes, and so JAX, has f8E4M3FN without infinities:
// what is too large becomes NaN.
struct Float8 {
  int mantissa, bias;
  uint32_t largest;   // the bits of the largest finite number
  uint32_t overflow;  // and of what stands for larger ones
  uint32_t nan;

  static Float8 Of(Type type) {
    return mlir::isa<mlir::Float8E4M3FNType>(type)
               ? Float8{3, 7, 0x7e, 0x7f, 0x7f}
               : Float8{2, 15, 0x7b, 0x7c, 0x7e};
  }
  // Less the exponent of f32.
  uint32_t rebias() const { return static_cast<uint32_t>(127 - bias); }
  // The power of two whose last bit is the least denormal number: adding it to
  // a number rounds that to a multiple, which its low bits then count.
  uint32_t magic() const {
    return static_cast<uint32_t>(127 + 23 - (bias - 1 + mantissa)) << 23;
  }
};

Value FloatToFloat8(const Expr& e, Value x, Type type) {
  const Float8 f = Float8::Of(type);
  const int shift = 23 - f.mantissa;
  Value bits = e.Bits(x);
  Value magnitude = e.And(bits, e.Int(0x7fffffff));
  Value lowest = e.And(e.Shr(magnitude, shift), e.Int(1));
  Value half = e.Add(lowest, e.Int((1u << (shift - 1)) - 1));
  Value normal = e.Sub(e.Shr(e.Add(magnitude, half), shift),
                       e.Int(f.rebias() << f.mantissa));
  Value magic = e.FromBits(e.Int(f.magic()));
  Value denormal =
      e.Sub(e.Bits(e.AddF(e.FromBits(magnitude), magic)), e.Int(f.magic()));
  Value small = e.Compare(arith::CmpIPredicate::ult, magnitude,
                          e.Int((f.rebias() + 1) << 23));
  Value rounded = e.Select(small, denormal, normal);
  Value large = e.Compare(arith::CmpIPredicate::ugt, rounded, e.Int(f.largest));
  Value nan = e.Compare(arith::CmpFPredicate::UNO, x, x);
  Value code =
      e.Select(nan, e.Int(f.nan), e.Select(large, e.Int(f.overflow), rounded));
  return e.Narrow(e.Or(e.And(e.Shr(bits, 24), e.Int(0x80)), code), type);
}

Value Float8ToFloat(const Expr& e, Value x) {
  const Float8 f = Float8::Of(mlir::getElementTypeOrSelf(x.getType()));
  const int shift = 23 - f.mantissa;
  Value word = e.Widen(x);
  Value magnitude = e.And(word, e.Int(0x7f));
  Value normal = e.Add(e.Shl(magnitude, shift), e.Int(f.rebias() << 23));
  Value magic = e.Int(f.magic());
  Value denormal =
      e.Bits(e.SubF(e.FromBits(e.Or(magnitude, magic)), e.FromBits(magic)));
  Value small =
      e.Compare(arith::CmpIPredicate::ult, magnitude, e.Int(1u << f.mantissa));
  // The mantissa of infinity and NaN is kept.
  Value special = e.Or(e.Shl(magnitude, shift), e.Int(0x7f800000));
  Value large =
      e.Compare(arith::CmpIPredicate::ugt, magnitude, e.Int(f.largest));
  Value bits = e.Select(large, special, e.Select(small, denormal, normal));
  return e.FromBits(e.Or(e.Shl(e.And(word, e.Int(0x80)), 24), bits));
}

bool IsFloat8(Type type) {
  return mlir::isa<mlir::Float8E4M3FNType, mlir::Float8E5M2Type>(type);
}

// f64 to f32, rounded to odd, so that a second rounding is correct.
Value DoubleToOddFloat(const Expr& e, OpBuilder& b, Location loc, Value x) {
  Value near = arith::TruncFOp::create(b, loc, e.F32(), x);
  Value back = arith::ExtFOp::create(b, loc, x.getType(), near);
  Value abs_back = mlir::math::AbsFOp::create(b, loc, back);
  Value abs_x = mlir::math::AbsFOp::create(b, loc, x);
  Value bits = e.Bits(near);
  Value even =
      e.Compare(arith::CmpIPredicate::eq, e.And(bits, e.Int(1)), e.Int(0));
  Value above =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGT, abs_back, abs_x);
  Value below =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OLT, abs_back, abs_x);
  Value step =
      e.Select(above, e.Int(0xffffffff), e.Select(below, e.Int(1), e.Int(0)));
  return e.FromBits(e.Select(even, e.Add(bits, step), bits));
}

struct ExpandTruncF : mlir::OpRewritePattern<arith::TruncFOp> {
  ExpandTruncF(mlir::MLIRContext* context, bool has_half)
      : OpRewritePattern(context), has_half(has_half) {}
  mlir::LogicalResult matchAndRewrite(
      arith::TruncFOp op, mlir::PatternRewriter& rewriter) const override {
    Type to = mlir::getElementTypeOrSelf(op.getType());
    Type from = mlir::getElementTypeOrSelf(op.getIn().getType());
    if (!to.isF16() && !to.isBF16() && !IsFloat8(to)) return mlir::failure();
    if (to.isF16() && has_half && from.isF32()) return mlir::failure();
    Expr e(rewriter, op.getLoc(), op.getType());
    Value x = op.getIn();
    if (from.isF64()) x = DoubleToOddFloat(e, rewriter, op.getLoc(), x);
    if (IsFloat8(to)) {
      if (x.getType() != e.F32())
        x = arith::ExtFOp::create(rewriter, op.getLoc(), e.F32(), x);
      rewriter.replaceOp(op, FloatToFloat8(e, x, to));
    } else if (to.isBF16()) {
      rewriter.replaceOp(op, FloatToBfloat(e, x, to));
    } else if (has_half) {
      rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, op.getType(), x);
    } else {
      rewriter.replaceOp(op, FloatToHalf(e, x, to));
    }
    return mlir::success();
  }
  bool has_half;
};

struct ExpandExtF : mlir::OpRewritePattern<arith::ExtFOp> {
  ExpandExtF(mlir::MLIRContext* context, bool has_half)
      : OpRewritePattern(context), has_half(has_half) {}
  mlir::LogicalResult matchAndRewrite(
      arith::ExtFOp op, mlir::PatternRewriter& rewriter) const override {
    Type from = mlir::getElementTypeOrSelf(op.getIn().getType());
    if (!from.isF16() && !from.isBF16() && !IsFloat8(from))
      return mlir::failure();
    Type to = mlir::getElementTypeOrSelf(op.getType());
    const bool to_double = to.isF64();
    if (from.isF16() && has_half && !to_double) return mlir::failure();
    Expr e(rewriter, op.getLoc(), op.getType());
    Value wide;
    if (IsFloat8(from)) {
      wide = Float8ToFloat(e, op.getIn());
      // Exact.
      if (to.isF16() || to.isBF16())
        wide =
            arith::TruncFOp::create(rewriter, op.getLoc(), op.getType(), wide);
    } else if (from.isBF16()) {
      wide = e.FromBits(e.Shl(e.Widen(op.getIn()), 16));
    } else if (has_half) {
      wide = arith::ExtFOp::create(rewriter, op.getLoc(), e.F32(), op.getIn());
    } else {
      wide = HalfToFloat(e, op.getIn());
    }
    if (to_double)
      wide = arith::ExtFOp::create(rewriter, op.getLoc(), op.getType(), wide);
    rewriter.replaceOp(op, wide);
    return mlir::success();
  }
  bool has_half;
};

bool IsNarrow(Type type) {
  Type element = mlir::getElementTypeOrSelf(type);
  return element.isF16() || element.isBF16() || IsFloat8(element);
}

// Integer conversions and math functions of small floats, through f32.
struct WidenOp : mlir::RewritePattern {
  explicit WidenOp(mlir::MLIRContext* context)
      : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}
  mlir::LogicalResult matchAndRewrite(
      mlir::Operation* op, mlir::PatternRewriter& rewriter) const override {
    bool conversion = mlir::isa<arith::SIToFPOp, arith::UIToFPOp,
                                arith::FPToSIOp, arith::FPToUIOp>(op);
    bool arithmetic =
        mlir::isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp,
                  arith::RemFOp, arith::NegFOp, arith::MaximumFOp,
                  arith::MinimumFOp, arith::MaxNumFOp, arith::MinNumFOp,
                  arith::CmpFOp>(op);
    bool math =
        mlir::isa_and_nonnull<mlir::math::MathDialect>(op->getDialect());
    if (!conversion && !arithmetic && !math) return mlir::failure();
    if (op->getNumResults() != 1) return mlir::failure();
    Type result = op->getResult(0).getType();
    if (!IsNarrow(result) && llvm::none_of(op->getOperandTypes(), IsNarrow))
      return mlir::failure();
    auto widened = [&](Type type) -> Type {
      if (!IsNarrow(type)) return type;
      if (auto vector = mlir::dyn_cast<mlir::VectorType>(type))
        return vector.clone(rewriter.getF32Type());
      return rewriter.getF32Type();
    };
    llvm::SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      Type type = widened(operand.getType());
      operands.push_back(
          type == operand.getType()
              ? operand
              : arith::ExtFOp::create(rewriter, op->getLoc(), type, operand)
                    .getResult());
    }
    mlir::OperationState state(op->getLoc(), op->getName(), operands,
                               {widened(result)}, op->getAttrs());
    Value wide = rewriter.create(state)->getResult(0);
    if (wide.getType() == result) {
      rewriter.replaceOp(op, wide);
    } else {
      rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, result, wide);
    }
    return mlir::success();
  }
};

class ExpandFloatsPass
    : public mlir::PassWrapper<ExpandFloatsPass,
                               mlir::OperationPass<mlir::ModuleOp>> {
 public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ExpandFloatsPass)
  explicit ExpandFloatsPass(bool has_half = true) { has_half_ = has_half; }
  ExpandFloatsPass(const ExpandFloatsPass& other) : PassWrapper(other) {
    has_half_ = other.has_half_.getValue();
  }
  llvm::StringRef getArgument() const override { return "expand-floats"; }
  llvm::StringRef getDescription() const override {
    return "small floats by f32 arithmetic and integer conversions";
  }
  void getDependentDialects(mlir::DialectRegistry& registry) const override {
    registry.insert<arith::ArithDialect, mlir::math::MathDialect,
                    mlir::vector::VectorDialect>();
  }

  void runOnOperation() override {
    bool any = false;
    getOperation()->walk([&](mlir::Operation* op) {
      any |= llvm::any_of(op->getResultTypes(), IsNarrow) ||
             llvm::any_of(op->getOperandTypes(), IsNarrow);
    });
    if (!any) return;
    mlir::RewritePatternSet patterns(&getContext());
    patterns.add<WidenOp>(&getContext());
    patterns.add<ExpandTruncF, ExpandExtF>(&getContext(), has_half_.getValue());
    mlir::GreedyRewriteConfig config;
    config.enableFolding(false).enableConstantCSE(true);
    if (failed(
            applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      signalPassFailure();
  }

 private:
  Option<bool> has_half_{
      *this, "has-half-conversions",
      llvm::cl::desc("f32 to and from f16 is one instruction of the target"),
      llvm::cl::init(true)};
};

}  // namespace

std::unique_ptr<mlir::Pass> CreateExpandFloatsPass(bool has_half_conversions) {
  return std::make_unique<ExpandFloatsPass>(has_half_conversions);
}

}  // namespace keratin
