#include "layers/normalization/group_normalization.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "layers/normalization/base_normalization.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin {

namespace {

class GroupNormalizationLayer
    : public NormalizationOf<GroupNormalizationOptions> {
  absl::Status Build(const Shape& input) override {
    absl::StatusOr<int> axis = PlaceOfKnownAxis(options_.axis, input);
    if (!axis.ok()) return axis.status();
    const int64_t channels = *input[*axis].AsConstant();
    if (options_.groups == -1) options_.groups = channels;
    if (options_.groups < 1 || channels % options_.groups != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("'groups' = ", options_.groups, " does not divide the ",
                       channels, " channels of the input"));
    }
    AddGammaAndBeta({channels}, options_.scale, options_.center);
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& input) override {
    const int axis = static_cast<int>(
        options_.axis < 0 ? options_.axis + input.rank() : options_.axis);
    const int64_t channels = *input.dim(axis).AsConstant();
    // The axis becomes two: groups, channels of a group.
    Shape grouped, parameter;
    std::vector<int> reduced;
    for (int k = 0; k < input.rank(); ++k) {
      if (k == axis) {
        grouped.push_back(options_.groups);
        parameter.push_back(options_.groups);
      }
      const Dim size =
          k == axis ? Dim(channels / options_.groups) : input.dim(k);
      if (k > 0) reduced.push_back(static_cast<int>(grouped.size()));
      grouped.push_back(size);
      parameter.push_back(k == axis ? size : Dim(1));
    }
    const Tensor x =
        ops::Reshape(ops::Cast(input, ops::WideFloat(input.dtype())), grouped);
    const ops::Moments moments = ops::MomentsOf(x, reduced, /*keepdims=*/true);
    const auto beside = [&](const Weight& variable) {
      return ops::Cast(ops::Reshape(variable->value(), parameter), x.dtype());
    };
    Tensor inverse = ops::Rsqrt(moments.variance + options_.epsilon);
    if (gamma_) inverse = inverse * beside(gamma_);
    Tensor shift = -moments.mean * inverse;
    if (beta_) shift = shift + beside(beta_);
    const Tensor y = ops::Cast(x * inverse + shift, input.dtype());
    return ops::Cast(ops::Reshape(y, input.shape()), compute_dtype());
  }
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", GroupNormalization, GroupNormalizationLayer);

}  // namespace keratin
