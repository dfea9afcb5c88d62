#include "layers/core/spatial_fields.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "layers/base/config.h"

namespace keratin {

int64_t Sizes::largest() const {
  return sizes_.empty() ? 0 : *std::max_element(sizes_.begin(), sizes_.end());
}

absl::Status Sizes::Spread(const char* field, int rank, int64_t least) {
  const std::vector<int64_t> given = sizes_;
  if (sizes_.size() == 1) sizes_.resize(rank, sizes_.front());
  if (static_cast<int>(sizes_.size()) == rank &&
      *std::min_element(sizes_.begin(), sizes_.end()) >= least)
    return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "'", field, "' must be ",
      least > 0 ? "a positive integer" : "an integer not below 0",
      rank == 1 ? "" : absl::StrCat(", or ", rank, " of them"), ", not ",
      given.size() == 1 ? Value(given[0]).ToString()
                        : ::keratin::Written(given).ToString()));
}

absl::Status Read(const Value& value, Sizes& field) {
  std::vector<int64_t> sizes;
  absl::Status status = Read(value, sizes);
  if (status.ok()) field = Sizes(std::move(sizes));
  return status;
}

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
