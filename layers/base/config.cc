#include "layers/base/config.h"

#include <algorithm>
#include <mutex>
#include <optional>

#include "absl/strings/str_cat.h"

namespace keratin::config {
namespace {

struct Options {
  DType floatx = DType::kFloat32;
  double epsilon = 1e-7;
  std::string image_data_format = "channels_last";
  std::optional<DTypePolicy> policy;
  size_t eager_cache_size = 64;
};

std::mutex options_mutex;

Options& Current() {
  static auto* options = new Options();
  return *options;
}

}  // namespace

DType floatx() {
  std::lock_guard<std::mutex> lock(options_mutex);
  return Current().floatx;
}

absl::Status set_floatx(DType dtype) {
  if (dtype != DType::kBFloat16 && dtype != DType::kFloat16 &&
      dtype != DType::kFloat32 && dtype != DType::kFloat64) {
    return absl::InvalidArgumentError(
        absl::StrCat("floatx must be bfloat16, float16, float32 or float64, "
                     "not ",
                     DTypeName(dtype)));
  }
  std::lock_guard<std::mutex> lock(options_mutex);
  Current().floatx = dtype;
  return absl::OkStatus();
}

double epsilon() {
  std::lock_guard<std::mutex> lock(options_mutex);
  return Current().epsilon;
}

void set_epsilon(double epsilon) {
  std::lock_guard<std::mutex> lock(options_mutex);
  Current().epsilon = epsilon;
}

std::string image_data_format() {
  std::lock_guard<std::mutex> lock(options_mutex);
  return Current().image_data_format;
}

absl::Status set_image_data_format(const std::string& format) {
  if (format != "channels_last" && format != "channels_first") {
    return absl::InvalidArgumentError(absl::StrCat(
        "the image data format must be 'channels_last' or 'channels_first', "
        "not '",
        format, "'"));
  }
  std::lock_guard<std::mutex> lock(options_mutex);
  Current().image_data_format = format;
  return absl::OkStatus();
}

DTypePolicy dtype_policy() {
  std::lock_guard<std::mutex> lock(options_mutex);
  if (Current().policy.has_value()) return *Current().policy;
  return DTypePolicy(DTypeName(Current().floatx));
}

absl::Status set_dtype_policy(const DTypePolicy& policy) {
  if (!policy.status().ok()) return policy.status();
  std::lock_guard<std::mutex> lock(options_mutex);
  Current().policy = policy;
  return absl::OkStatus();
}

size_t eager_cache_size() {
  std::lock_guard<std::mutex> lock(options_mutex);
  return Current().eager_cache_size;
}

void set_eager_cache_size(size_t signatures) {
  std::lock_guard<std::mutex> lock(options_mutex);
  Current().eager_cache_size = std::max<size_t>(signatures, 1);
}

}  // namespace keratin::config
