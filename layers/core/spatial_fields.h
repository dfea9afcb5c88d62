// Fields of layers over sequences, images and volumes: Sizes along the spatial
// axes, and the DataFormat, which says where the channels are.
//
//   Sizes strides = 2;             // along every axis
//   Sizes kernel_size = {3, 5};    // one for each
//   DataFormat data_format = "channels_first";
#ifndef KERATIN_LAYERS_CORE_SPATIAL_FIELDS_H_
#define KERATIN_LAYERS_CORE_SPATIAL_FIELDS_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "layers/base/fields.h"
#include "layers/ops/convolution.h"

namespace keratin {

// One number for all spatial axes, or one for each. Keras:
// keras.src.utils.argument_validation.standardize_tuple.
class Sizes {
 public:
  Sizes() = default;                           // none
  Sizes(int64_t size) : sizes_{size} {}        // NOLINT
  Sizes(std::initializer_list<int64_t> sizes)  // NOLINT
      : sizes_(sizes) {}
  Sizes(std::vector<int64_t> sizes)  // NOLINT
      : sizes_(std::move(sizes)) {}

  const std::vector<int64_t>& values() const { return sizes_; }
  bool empty() const { return sizes_.empty(); }
  int64_t operator[](int axis) const { return sizes_[axis]; }
  int64_t largest() const;

  // Makes it one for each of `rank` axes; an error that begins with the name of
  // the field if there is another number of them, or one is less than `least`.
  absl::Status Spread(const char* field, int rank, int64_t least = 1);

 private:
  std::vector<int64_t> sizes_;
};
absl::Status Read(const Value& value, Sizes& field);
inline Value Written(const Sizes& field) { return Written(field.values()); }

// "channels_last" or "channels_first"; by default that of the process. Keras:
// keras.src.backend.config.standardize_data_format.
class DataFormat {
 public:
  DataFormat();                  // config::image_data_format()
  DataFormat(const char* name);  // NOLINT(google-explicit-constructor)

  operator ops::DataFormat() const { return format_; }  // NOLINT
  bool channels_last() const {
    return format_ == ops::DataFormat::kChannelsLast;
  }
  // The axis of the channels of a tensor with `rank` spatial axes and a batch.
  int channel_axis(int rank) const { return channels_last() ? rank + 1 : 1; }
  // The first spatial axis.
  int first_axis() const { return channels_last() ? 1 : 2; }

  friend absl::Status Read(const Value& value, DataFormat& field);
  friend Value Written(const DataFormat& field);
  friend absl::Status Check(const DataFormat& field) { return field.status_; }

 private:
  void Set(absl::string_view name);

  ops::DataFormat format_ = ops::DataFormat::kChannelsLast;
  absl::Status status_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_CORE_SPATIAL_FIELDS_H_
