// Zeros around the spatial axes, or a margin taken away from them. Keras:
// keras.layers.ZeroPadding1D to 3D, Cropping1D to 3D.
//
//   KerasTensor y = ZeroPadding2D({.padding = {{1, 0}, {2, 2}}})(x);
#ifndef KERATIN_LAYERS_RESHAPING_BORDER_H_
#define KERATIN_LAYERS_RESHAPING_BORDER_H_

#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "layers/base/layer_ptr.h"
#include "layers/core/data_format.h"

namespace keratin {

// How many elements before and after each spatial axis: one number for all of
// that, or one for each axis, or a pair for each axis; of one axis, {before,
// after}.
class Border {
 public:
  using Pair = std::pair<int64_t, int64_t>;

  Border(int64_t width) : widths_{{width, width}}, is_one_(true) {}  // NOLINT
  // A braced number stands for as much before as after.
  struct Width : Pair {
    Width(int64_t both) : Pair(both, both) {}                      // NOLINT
    Width(int64_t before, int64_t after) : Pair(before, after) {}  // NOLINT
  };
  Border(std::initializer_list<Width> widths)  // NOLINT
      : widths_(widths.begin(), widths.end()) {}

  // Makes it a pair for each of `rank` axes; an error that begins with the name
  // of the field if it is none, or one is negative.
  absl::Status Spread(const char* field, int rank);
  const std::vector<Pair>& widths() const { return widths_; }

  friend absl::Status Read(const Value& value, Border& field);
  friend Value Written(const Border& field);

 private:
  std::vector<Pair> widths_;
  bool is_one_ = false;
};

struct ZeroPaddingOptions {
  Border padding = 1;
  DataFormat data_format = {};

  void Describe(Fields& f) {
    f("padding", padding)("data_format", data_format);
  }
};
using ZeroPadding1DOptions = ZeroPaddingOptions;
using ZeroPadding2DOptions = ZeroPaddingOptions;
using ZeroPadding3DOptions = ZeroPaddingOptions;
KERATIN_DECLARE_LAYER(ZeroPadding1D);
KERATIN_DECLARE_LAYER(ZeroPadding2D);
KERATIN_DECLARE_LAYER(ZeroPadding3D);

// keras.layers.Cropping1D, of channels last.
struct Cropping1DOptions {
  Border cropping = 1;

  void Describe(Fields& f) { f("cropping", cropping); }
};
struct CroppingOptions {
  Border cropping = 1;
  DataFormat data_format = {};

  void Describe(Fields& f) {
    f("cropping", cropping)("data_format", data_format);
  }
};
using Cropping2DOptions = CroppingOptions;
using Cropping3DOptions = CroppingOptions;
KERATIN_DECLARE_LAYER(Cropping1D);
KERATIN_DECLARE_LAYER(Cropping2D);
KERATIN_DECLARE_LAYER(Cropping3D);

}  // namespace keratin

#endif  // KERATIN_LAYERS_RESHAPING_BORDER_H_
