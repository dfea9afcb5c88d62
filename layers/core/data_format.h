// DataFormat: where layers over sequences, images and volumes find the
// channels.
//
//   DataFormat data_format = "channels_first";
#ifndef KERATIN_LAYERS_CORE_DATA_FORMAT_H_
#define KERATIN_LAYERS_CORE_DATA_FORMAT_H_

#include "absl/status/status.h"
#include "layers/base/fields.h"
#include "layers/ops/convolution.h"

namespace keratin {

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

#endif  // KERATIN_LAYERS_CORE_DATA_FORMAT_H_
