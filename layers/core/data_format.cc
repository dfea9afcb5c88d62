#include "layers/core/data_format.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "layers/base/config.h"

namespace keratin {

DataFormat::DataFormat() { Set(config::image_data_format()); }

DataFormat::DataFormat(const char* name) { Set(name); }

void DataFormat::Set(absl::string_view name) {
  auto format = ops::DataFormatOf(absl::AsciiStrToLower(name));
  if (format.has_value()) {
    format_ = *format;
    status_ = absl::OkStatus();
  } else {
    status_ = absl::InvalidArgumentError(absl::StrCat(
        "must be 'channels_last' or 'channels_first', not '", name, "'"));
  }
}

absl::Status Read(const Value& value, DataFormat& field) {
  if (value.is_none()) {
    field = DataFormat();
    return absl::OkStatus();
  }
  std::string name;
  absl::Status status = Read(value, name);
  if (!status.ok()) return status;
  field.Set(name);
  return field.status_;
}

Value Written(const DataFormat& field) {
  return field.channels_last() ? "channels_last" : "channels_first";
}

}  // namespace keratin
