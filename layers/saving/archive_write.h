// Writing of zip archives, whole or not at all.
#ifndef KERATIN_LAYERS_SAVING_ARCHIVE_WRITE_H_
#define KERATIN_LAYERS_SAVING_ARCHIVE_WRITE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace keratin {

// A zip of these members, by name and content, stored as they are.
absl::Status WriteZip(
    const std::string& path,
    const std::vector<std::pair<std::string, std::string>>& members);

}  // namespace keratin

#endif  // KERATIN_LAYERS_SAVING_ARCHIVE_WRITE_H_
