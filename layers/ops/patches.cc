#include "layers/ops/patches.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/indexing.h"
#include "layers/ops/linear.h"
#include "layers/ops/padding.h"
#include "layers/ops/shaping.h"

namespace keratin::ops {
namespace {

// The windows along one axis.
struct Windows {
  int64_t kernel = 1;
  int64_t dilation = 1;
  int64_t padding = 0;
  int64_t stride = 1;

  // How many an axis of that size has.
  Dim CountOn(const Dim& size) const {
    return Dim::Max(
        (size + (2 * padding - dilation * (kernel - 1) - 1)).FloorDiv(stride) +
            1,
        0);
  }
  // The padded position of element k of window i: [kernel, count].
  Tensor Positions(const Dim& count) const {
    return ExpandDims(ArangeSize(kernel), 1) * static_cast<int>(dilation) +
           ArangeSize(count) * static_cast<int>(stride);
  }
};

// Along both axes; an error and nothing if a number is no such.
std::optional<std::array<Windows, 2>> WindowsOf(const char* op,
                                                const PatchOptions& options) {
  std::array<Windows, 2> windows;
  for (auto [name, values, least, field] :
       {std::tuple{"kernel_size", &options.kernel_size, 1, &Windows::kernel},
        {"dilation", &options.dilation, 1, &Windows::dilation},
        {"padding", &options.padding, 0, &Windows::padding},
        {"stride", &options.stride, 1, &Windows::stride}}) {
    const bool one = values->size() == 1;
    if (!one && values->size() != 2) {
      Fail(op, absl::StrCat(name, " must be one number or two"));
      return std::nullopt;
    }
    for (int axis = 0; axis < 2; ++axis) {
      const int64_t value = (*values)[one ? 0 : axis];
      if (value < least) {
        Fail(op, absl::StrCat(name, " is ", value, ", but must be at least ",
                              least));
        return std::nullopt;
      }
      windows[axis].*field = value;
    }
  }
  return windows;
}

// 1 where element k of window i is at a place of the result, else 0:
// [kernel, count, size].
Tensor Membership(const Windows& windows, int64_t size, DType dtype) {
  const Tensor place = windows.Positions(windows.CountOn(size)) -
                       static_cast<int>(windows.padding);
  return Cast(Equal(ExpandDims(place, -1), ArangeSize(size)), dtype);
}

Dim PartOf(const char* op, const Dim& size, int64_t count, const char* what) {
  std::optional<Dim> part = size.DivideExactly(count);
  if (part.has_value()) return *part;
  Fail(op, absl::StrCat(what, " of ", size.ToString(),
                        " do not divide into parts of ", count));
  return Dim::Invalid();
}

// The sizes of images.
struct Image {
  Dim batch, height, width, channels;
};

std::optional<Image> ImageOf(const char* op, const Operand& x,
                             int64_t block_size, DataFormat data_format) {
  if (!x.ok()) return std::nullopt;
  if (x.shape().rank() != 4 || block_size < 1) {
    Fail(op, "images of rank 4 and a positive block_size are needed");
    return std::nullopt;
  }
  const Shape& s = x.shape();
  return data_format == DataFormat::kChannelsLast
             ? Image{s[0], s[1], s[2], s[3]}
             : Image{s[0], s[2], s[3], s[1]};
}

}  // namespace

Tensor Unfold(const Operand& x, const PatchOptions& options) {
  if (!x.ok()) return Tensor();
  const auto windows = WindowsOf("unfold", options);
  if (!windows.has_value()) return Tensor();
  if (x.shape().rank() != 4) return Fail("unfold", "x must have rank 4");
  const auto& [rows, columns] = *windows;
  const Shape shape = x.shape();
  const Dim height = rows.CountOn(shape[2]);
  const Dim width = columns.CountOn(shape[3]);
  const Tensor padded = Pad(x, {{0, 0},
                                {0, 0},
                                {rows.padding, rows.padding},
                                {columns.padding, columns.padding}});
  // [n, c, kernel, h, kernel, w]
  const Tensor patches = Take(Take(padded, rows.Positions(height), 2),
                              columns.Positions(width), -1);
  return Reshape(
      Transpose(patches, {0, 1, 2, 4, 3, 5}),
      {shape[0], shape[1] * (rows.kernel * columns.kernel), height * width});
}

Tensor Fold(const Operand& x, const std::vector<int64_t>& output_size,
            const PatchOptions& options) {
  if (!x.ok()) return Tensor();
  const auto windows = WindowsOf("fold", options);
  if (!windows.has_value()) return Tensor();
  if (x.shape().rank() != 3 || output_size.empty() || output_size.size() > 2 ||
      output_size.front() < 0 || output_size.back() < 0)
    return Fail("fold", "x must have rank 3, and output_size be two sizes");
  const auto& [rows, columns] = *windows;
  const DType dtype = x.AsTensor().dtype();
  const Dim channels =
      PartOf("fold", x.shape()[1], rows.kernel * columns.kernel, "columns");
  if (!channels.ok()) return Tensor();
  const Tensor patches =
      Reshape(x, {x.shape()[0], channels, rows.kernel, columns.kernel,
                  rows.CountOn(output_size.front()),
                  columns.CountOn(output_size.back())});
  return Einsum("ncklij,kih,ljw->nchw",
                {patches, Membership(rows, output_size.front(), dtype),
                 Membership(columns, output_size.back(), dtype)});
}

Tensor DepthToSpace(const Operand& x, int64_t block_size,
                    DataFormat data_format) {
  constexpr char kOp[] = "depth_to_space";
  const auto image = ImageOf(kOp, x, block_size, data_format);
  if (!image.has_value()) return Tensor();
  const auto& [n, h, w, c] = *image;
  const Dim channels = PartOf(kOp, c, block_size * block_size, "channels");
  if (!channels.ok()) return Tensor();
  if (data_format == DataFormat::kChannelsLast) {
    const Tensor blocks =
        Reshape(x, {n, h, w, block_size, block_size, channels});
    return Reshape(Transpose(blocks, {0, 1, 3, 2, 4, 5}),
                   {n, h * block_size, w * block_size, channels});
  }
  const Tensor blocks = Reshape(x, {n, channels, block_size, block_size, h, w});
  return Reshape(Transpose(blocks, {0, 1, 4, 2, 5, 3}),
                 {n, channels, h * block_size, w * block_size});
}

Tensor SpaceToDepth(const Operand& x, int64_t block_size,
                    DataFormat data_format) {
  constexpr char kOp[] = "space_to_depth";
  const auto image = ImageOf(kOp, x, block_size, data_format);
  if (!image.has_value()) return Tensor();
  const auto& [n, h, w, c] = *image;
  const Dim height = PartOf(kOp, h, block_size, "rows");
  const Dim width = PartOf(kOp, w, block_size, "columns");
  if (!height.ok() || !width.ok()) return Tensor();
  const Dim channels = c * (block_size * block_size);
  if (data_format == DataFormat::kChannelsLast) {
    const Tensor blocks =
        Reshape(x, {n, height, block_size, width, block_size, c});
    return Reshape(Transpose(blocks, {0, 1, 3, 2, 4, 5}),
                   {n, height, width, channels});
  }
  const Tensor blocks =
      Reshape(x, {n, c, height, block_size, width, block_size});
  return Reshape(Transpose(blocks, {0, 1, 3, 5, 2, 4}),
                 {n, channels, height, width});
}

}  // namespace keratin::ops
