#include "compiler/tools/image.h"

#include <fcntl.h>
#include <png.h>
#include <sys/stat.h>

#include <cerrno>
#include <csetjmp>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"

namespace keratin::tools {
namespace {

constexpr uint32_t kLargestSide = 1 << 15;

struct Decoder {
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::string message;
  uint32_t width = 0;
  uint32_t height = 0;

  ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }
};

void OnError(png_structp png, png_const_charp message) {
  auto* decoder = static_cast<Decoder*>(png_get_error_ptr(png));
  decoder->message = message;
  png_longjmp(png, 1);
}

void OnWarning(png_structp, png_const_charp) {}

// Nothing with a destructor lives in the two functions below: libpng leaves
// them by longjmp.
bool ReadHeader(Decoder* d, FILE* file, int channels) {
  if (setjmp(png_jmpbuf(d->png))) return false;
  png_init_io(d->png, file);
  png_set_user_limits(d->png, kLargestSide, kLargestSide);
  png_read_info(d->png, d->info);
  const int type = png_get_color_type(d->png, d->info);
  const bool grey = (type & PNG_COLOR_MASK_COLOR) == 0;
  const bool wants_grey = channels <= 2;
  const bool wants_alpha = channels % 2 == 0;
  png_set_scale_16(d->png);
  png_set_packing(d->png);
  png_set_expand(d->png);
  if (grey && !wants_grey) png_set_gray_to_rgb(d->png);
  // Grey is a sum of the numbers as they are stored, whatever gamma they name.
  png_set_gamma(d->png, 1.0, 1.0);
  if (!grey && wants_grey)
    png_set_rgb_to_gray(d->png, PNG_ERROR_ACTION_NONE, 0.299, 0.587);
  if (wants_alpha) {
    png_set_add_alpha(d->png, 255, PNG_FILLER_AFTER);
  } else {
    png_set_strip_alpha(d->png);
  }
  png_set_interlace_handling(d->png);
  png_read_update_info(d->png, d->info);
  d->width = png_get_image_width(d->png, d->info);
  d->height = png_get_image_height(d->png, d->info);
  return png_get_rowbytes(d->png, d->info) ==
         static_cast<size_t>(d->width) * static_cast<size_t>(channels);
}

bool ReadPixels(Decoder* d, png_bytepp rows) {
  if (setjmp(png_jmpbuf(d->png))) return false;
  png_read_image(d->png, rows);
  png_read_end(d->png, nullptr);
  return true;
}

std::string Side(const Dim& dim) {
  const std::optional<int64_t> size = dim.AsConstant();
  return size.has_value() ? absl::StrCat(*size) : std::string("any");
}

bool Fits(const Dim& dim, int64_t size) {
  const std::optional<int64_t> wanted = dim.AsConstant();
  return !wanted.has_value() || *wanted == size;
}

}  // namespace

absl::StatusOr<Array> ReadPng(const std::string& path, int channels) {
  // A pipe must not be waited for.
  const int opened = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  const std::unique_ptr<FILE, int (*)(FILE*)> file(
      opened < 0 ? nullptr : fdopen(opened, "rb"), &std::fclose);
  struct stat info;
  if (file == nullptr || fstat(opened, &info) != 0) {
    return absl::NotFoundError(
        absl::StrCat("cannot read ", path, ": ", std::strerror(errno)));
  }
  if (!S_ISREG(info.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot read ", path, ": it is not a file"));
  }
  Decoder decoder;
  decoder.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoder, OnError,
                                       OnWarning);
  if (decoder.png != nullptr)
    decoder.info = png_create_info_struct(decoder.png);
  if (decoder.info == nullptr)
    return absl::ResourceExhaustedError("no memory for a PNG decoder");
  const auto failed = [&] {
    return absl::DataLossError(
        absl::StrCat(path, " cannot be decoded as PNG: ",
                     decoder.message.empty() ? "its pixels are of no known kind"
                                             : decoder.message));
  };
  if (!ReadHeader(&decoder, file.get(), channels)) return failed();
  const int64_t sizes[] = {decoder.height, decoder.width, channels};
  absl::StatusOr<Array> pixels = Array::Allocate(DType::kUInt8, sizes);
  if (!pixels.ok()) return pixels.status();
  auto* data = static_cast<uint8_t*>(pixels->mutable_raw_data());
  std::vector<png_bytep> rows(decoder.height);
  for (size_t y = 0; y < rows.size(); ++y)
    rows[y] = data + y * decoder.width * static_cast<size_t>(channels);
  if (!ReadPixels(&decoder, rows.data())) return failed();
  return pixels;
}

absl::StatusOr<Array> ReadPngFor(const std::string& path,
                                 const TensorSpec& input) {
  const Shape& shape = input.shape;
  const bool has_channels = shape.rank() == 4;
  const std::optional<int64_t> last =
      has_channels ? shape.back().AsConstant() : std::optional<int64_t>(1);
  if ((shape.rank() != 3 && shape.rank() != 4) || !last.has_value() ||
      *last < 1 || *last > 4) {
    return absl::InvalidArgumentError(absl::StrCat(
        "input \"", input.name, "\" of shape ", shape.ToString(),
        " takes no PNG file: it must be (batch, height, width, channels) with "
        "1 to 4 channels, or (batch, height, width); give a .npy file"));
  }
  absl::StatusOr<Array> pixels = ReadPng(path, static_cast<int>(*last));
  if (!pixels.ok()) return pixels.status();
  const int64_t height = pixels->size(0);
  const int64_t width = pixels->size(1);
  if (!Fits(shape[1], height) || !Fits(shape[2], width)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is ", width, " pixels wide and ", height,
                     " high, input \"", input.name, "\" takes images ",
                     Side(shape[2]), " wide and ", Side(shape[1]), " high"));
  }
  absl::StatusOr<Array> cast = pixels->Cast(input.dtype);
  if (!cast.ok()) return cast.status();
  std::vector<int64_t> sizes = {1, height, width};
  if (has_channels) sizes.push_back(*last);
  return cast->Reshape(sizes);
}

}  // namespace keratin::tools
