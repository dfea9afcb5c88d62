// keras.initializers.STFT: the real or imaginary side of a short-time Fourier
// transform, times a window, [frame, 1, fft / 2 + 1].
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ir/trace/trace.h"
#include "layers/initializers/initializers.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin::initializers {
namespace {

// Windows that are sums of cosines, by their coefficients;
// scipy.signal.windows.
const std::map<std::string, std::vector<double>>& Cosines() {
  static const auto* all = new std::map<std::string, std::vector<double>>{
      {"boxcar", {1}},
      {"hann", {0.5, 0.5}},
      {"hamming", {0.54, 0.46}},
      {"blackman", {0.42, 0.5, 0.08}},
      {"nuttall", {0.3635819, 0.4891775, 0.1365995, 0.0106411}},
      {"blackmanharris", {0.35875, 0.48829, 0.14128, 0.01168}},
      {"flattop",
       {0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368}}};
  return *all;
}

class STFTClass : public InitializerObject {
  void Describe(Fields& f) override {
    f("side", side_)("window", window_)("periodic", periodic_)("scaling",
                                                               scaling_);
  }
  absl::Status Configured() override {
    if (side_ != "real" && side_ != "imag") {
      return absl::InvalidArgumentError(
          absl::StrCat("'side' must be real or imag, not '", side_, "'"));
    }
    if (scaling_.has_value() && *scaling_ != "density" &&
        *scaling_ != "spectrum") {
      return absl::InvalidArgumentError(
          absl::StrCat("'scaling' must be density, spectrum or None, not '",
                       *scaling_, "'"));
    }
    if (window_.is_string() && !Cosines().contains(window_.as_string())) {
      std::string known;
      for (const auto& [name, coefficients] : Cosines())
        absl::StrAppend(&known, known.empty() ? "" : ", ", name);
      return absl::UnimplementedError(
          absl::StrCat("'window' is '", window_.as_string(),
                       "', and only these are supported: ", known));
    }
    return absl::OkStatus();
  }

  // Its values; none if it has another length.
  std::vector<float> Window(int64_t length) const {
    std::vector<float> values;
    if (window_.is_sequence()) {
      for (const Value& item : window_.items())
        values.push_back(static_cast<float>(item.is_number() ? item.as_double()
                                                             : std::nan("")));
      return values;
    }
    const std::vector<double>& cosines = Cosines().at(window_.as_string());
    const double steps = static_cast<double>(periodic_ ? length : length - 1);
    for (int64_t k = 0; k < length; ++k) {
      if (length == 1) return {1};
      const double angle = -M_PI + 2 * M_PI * static_cast<double>(k) / steps;
      double sum = 0;
      for (size_t j = 0; j < cosines.size(); ++j)
        sum += cosines[j] * std::cos(static_cast<double>(j) * angle);
      values.push_back(static_cast<float>(sum));
    }
    return values;
  }

  Tensor operator()(const Shape& shape, DType dtype) const override {
    if (shape.rank() != 3 || !shape.IsStatic()) {
      return ops::Fail("STFT", absl::StrCat("initializes weights [frame, 1, "
                                            "bins], not of shape ",
                                            shape.ToString()));
    }
    const int64_t frame = *shape[0].AsConstant(), bins = *shape[2].AsConstant();
    Tensor bin = ops::Reshape(ops::ArangeSize(bins, dtype), {1, 1, bins});
    Tensor time = ops::Reshape(ops::ArangeSize(frame, dtype), {frame, 1, 1});
    Tensor angle = (time * -2) * (bin / static_cast<double>((bins - 1) * 2)) *
                   static_cast<float>(M_PI);
    Tensor kernel = side_ == "real" ? ops::Cos(angle) : ops::Sin(angle);
    if (window_.is_none()) return kernel;
    const std::vector<float> values = Window(frame);
    if (static_cast<int64_t>(values.size()) != frame) {
      return ops::Fail("STFT", absl::StrCat("has a window of ", values.size(),
                                            " numbers for frames of ", frame));
    }
    Tensor window = ops::Cast(Trace::Current()->Dense(Array::FromVector<float>(
                                  {frame, 1, 1}, values)),
                              dtype);
    kernel = kernel * window;
    if (!scaling_.has_value()) return kernel;
    return kernel / (*scaling_ == "density"
                         ? ops::Sqrt(ops::Sum(ops::Square(window)))
                         : ops::Sum(ops::Abs(window)));
  }

  std::string side_ = "real";
  Value window_ = "hann";
  std::optional<std::string> scaling_ = "density";
  bool periodic_ = false;
};

[[maybe_unused]] const bool kRegistered =
    RegisterObject<STFTClass>("STFT", {"STFTInitializer"});

}  // namespace

Initializer STFT(const STFTOptions& options) {
  return MakeObject<InitializerObject>("STFT",
                                       {{"side", options.side},
                                        {"window", options.window},
                                        {"scaling", options.scaling},
                                        {"periodic", options.periodic}});
}

}  // namespace keratin::initializers
