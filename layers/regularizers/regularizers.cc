#include "layers/regularizers/regularizers.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/linear.h"
#include "layers/ops/normalization.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin::regularizers {
namespace {

absl::Status Factor(const char* key, double value) {
  if (std::isfinite(value) && value >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "'", key, "' must be a number that is not negative, not ", value));
}

// Keras keeps these factors as float32.
double Single(double value) { return static_cast<float>(value); }

class L1Class : public RegularizerObject {
 public:
  void Describe(Fields& f) override { f("l1", l1); }
  absl::Status Configured() override {
    l1 = Single(l1);
    return Factor("l1", l1);
  }
  Tensor operator()(const Tensor& x) const override {
    return ops::Sum(ops::Abs(x)) * l1;
  }
  double l1 = Single(0.01);
};

class L2Class : public RegularizerObject {
 public:
  void Describe(Fields& f) override { f("l2", l2); }
  absl::Status Configured() override { return Factor("l2", l2); }
  Tensor operator()(const Tensor& x) const override {
    return ops::Sum(ops::Square(x)) * l2;
  }
  double l2 = 0.01;
};

class L1L2Class : public RegularizerObject {
 public:
  void Describe(Fields& f) override { f("l1", l1)("l2", l2); }
  absl::Status Configured() override {
    absl::Status status = Factor("l1", l1);
    return status.ok() ? Factor("l2", l2) : status;
  }
  Tensor operator()(const Tensor& x) const override {
    Tensor total = ops::Zeros({}, x.dtype());
    if (l1 != 0) total = total + ops::Sum(ops::Abs(x)) * l1;
    if (l2 != 0) total = total + ops::Sum(ops::Square(x)) * l2;
    return total;
  }
  double l1 = 0, l2 = 0;
};

class OrthogonalClass : public RegularizerObject {
 public:
  void Describe(Fields& f) override { f("factor", factor)("mode", mode); }
  absl::Status Configured() override {
    factor = Single(factor);
    if (mode == "rows" || mode == "columns") return Factor("factor", factor);
    return absl::InvalidArgumentError(
        absl::StrCat("'mode' must be 'rows' or 'columns', not '", mode, "'"));
  }
  Tensor operator()(const Tensor& x) const override {
    if (x.rank() != 2 || !x.shape().IsStatic()) {
      return ops::Fail("OrthogonalRegularizer",
                       absl::StrCat("takes a matrix of known sizes, not ",
                                    x.shape().ToString()));
    }
    const bool rows = mode == "rows";
    Tensor unit = ops::Normalize(x, rows ? 1 : 0);
    Tensor turned = ops::Transpose(unit);
    Tensor cosines =
        rows ? ops::MatMul(unit, turned) : ops::MatMul(turned, unit);
    const double size = static_cast<double>(*x.dim(rows ? 0 : 1).AsConstant());
    Tensor others =
        cosines * (1.0 - ops::Eye(x.dim(rows ? 0 : 1), x.dim(rows ? 0 : 1), 0,
                                  x.dtype()));
    return ops::Sum(ops::Abs(others)) * (factor * 0.5) /
           (size * (size - 1) / 2);
  }
  double factor = Single(0.01);
  std::string mode = "rows";
};

[[maybe_unused]] const bool kRegistered =
    RegisterObject<L1Class>("L1") && RegisterObject<L2Class>("L2") &&
    RegisterObject<L1L2Class>("L1L2", {"l1_l2"}) &&
    RegisterObject<OrthogonalClass>("OrthogonalRegularizer");

Regularizer Of(const char* class_name, Value::Entries config) {
  return MakeObject<RegularizerObject>(class_name, std::move(config));
}

}  // namespace

Regularizer L1(double l1) { return Of("L1", {{"l1", l1}}); }
Regularizer L2(double l2) { return Of("L2", {{"l2", l2}}); }
Regularizer L1L2(double l1, double l2) {
  return Of("L1L2", {{"l1", l1}, {"l2", l2}});
}
Regularizer OrthogonalRegularizer(double factor, const std::string& mode) {
  return Of("OrthogonalRegularizer", {{"factor", factor}, {"mode", mode}});
}

}  // namespace keratin::regularizers
