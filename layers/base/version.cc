#include "layers/base/version.h"

#include <atomic>

namespace keratin {
namespace {

std::atomic<int64_t> latest{0};

}  // namespace

int64_t NextVersion() { return ++latest; }
int64_t LatestVersion() { return latest.load(); }

}  // namespace keratin
