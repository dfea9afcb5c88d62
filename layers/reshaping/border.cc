#include "layers/reshaping/border.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"

namespace keratin {

absl::Status Border::Spread(const char* field, int rank) {
  const std::vector<Pair> given = widths_;
  const auto symmetric = [](const Pair& pair) {
    return pair.first == pair.second;
  };
  if (is_one_) {
    widths_.resize(rank, widths_.front());
    is_one_ = false;
  } else if (rank == 1 && widths_.size() == 2 &&
             std::all_of(widths_.begin(), widths_.end(), symmetric)) {
    widths_ = {{widths_[0].first, widths_[1].first}};
  }
  const bool fits = std::all_of(
      widths_.begin(), widths_.end(),
      [](const Pair& pair) { return pair.first >= 0 && pair.second >= 0; });
  if (static_cast<int>(widths_.size()) == rank && fits) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "'", field, "' must be a number, ",
      rank == 1 ? "or two" : absl::StrCat(rank, " numbers or ", rank, " pairs"),
      ", none negative, not ", Written(*this).ToString()));
}

absl::Status Read(const Value& value, Border& field) {
  if (value.is_int()) {
    field = Border(value.as_int());
    return absl::OkStatus();
  }
  const absl::Status wrong = absl::InvalidArgumentError(absl::StrCat(
      "must be a number, numbers or pairs of numbers, not ", value.ToString()));
  if (!value.is_sequence()) return wrong;
  Border border({});
  for (const Value& item : value.items()) {
    std::vector<int64_t> widths;
    if (!Read(item, widths).ok() || widths.empty() || widths.size() > 2)
      return wrong;
    border.widths_.emplace_back(widths.front(), widths.back());
  }
  field = std::move(border);
  return absl::OkStatus();
}

Value Written(const Border& field) {
  Value::Items pairs;
  for (const auto& [before, after] : field.widths_)
    pairs.push_back(Value::List({before, after}));
  return pairs.size() == 1 ? pairs[0] : Value::List(std::move(pairs));
}

namespace {

// x with so many more elements (sign 1) or fewer (-1) around its spatial axes.
Tensor Bordered(const Tensor& x, const Border& border, int first_axis,
                int sign) {
  Shape low(std::vector<Dim>(x.rank(), Dim(0))), high = low;
  int axis = first_axis;
  for (const auto& [before, after] : border.widths()) {
    low[axis] = sign * before;
    high[axis++] = sign * after;
  }
  return trace::Pad(x, trace::Constant(0, x.dtype()), low, high,
                    std::vector<int64_t>(x.rank(), 0));
}

template <int kRank>
class ZeroPaddingLayer : public LayerWith<ZeroPaddingOptions> {
  absl::Status Configured() override {
    set_input_spec({{.ndim = kRank + 2}});
    return options_.padding.Spread("padding", kRank);
  }
  Tensor Call(const Tensor& x) override {
    return Bordered(x, options_.padding, options_.data_format.first_axis(), 1);
  }
};

template <typename Options, int kRank>
class CroppingLayer : public LayerWith<Options> {
  absl::Status Configured() override {
    this->set_input_spec({{.ndim = kRank + 2}});
    return this->options_.cropping.Spread("cropping", kRank);
  }
  int first_axis() const {
    if constexpr (kRank == 1)
      return 1;
    else
      return this->options_.data_format.first_axis();
  }
  Tensor Call(const Tensor& x) override {
    const Border& cropping = this->options_.cropping;
    int axis = first_axis();
    for (const auto& [before, after] : cropping.widths()) {
      const Dim left = x.dim(axis++) - before - after;
      if (Trace::Current()->AssumeNotNegative(left - 1)) continue;
      return Layer::Fail(absl::StrCat("'cropping' leaves nothing of axis ",
                                      axis - 1, " of an input of shape ",
                                      x.shape().ToString()));
    }
    return Bordered(x, cropping, first_axis(), -1);
  }
};

using Cropping1DLayer = CroppingLayer<Cropping1DOptions, 1>;
using Cropping2DLayer = CroppingLayer<CroppingOptions, 2>;
using Cropping3DLayer = CroppingLayer<CroppingOptions, 3>;

}  // namespace

KERATIN_DEFINE_LAYER("keras", ZeroPadding1D, ZeroPaddingLayer<1>);
KERATIN_DEFINE_LAYER("keras", ZeroPadding2D, ZeroPaddingLayer<2>);
KERATIN_DEFINE_LAYER("keras", ZeroPadding3D, ZeroPaddingLayer<3>);
KERATIN_DEFINE_LAYER("keras", Cropping1D, Cropping1DLayer);
KERATIN_DEFINE_LAYER("keras", Cropping2D, Cropping2DLayer);
KERATIN_DEFINE_LAYER("keras", Cropping3D, Cropping3DLayer);

}  // namespace keratin
