#include "layers/base/warning.h"

#include <cstdio>
#include <mutex>
#include <utility>

namespace keratin {
namespace {

struct Handler {
  std::mutex mutex;
  std::function<void(const std::string&)> call =
      [](const std::string& sentence) {
        std::fprintf(stderr, "warning: %s\n", sentence.c_str());
      };
};

Handler& Current() {
  static auto* handler = new Handler();
  return *handler;
}

}  // namespace

void Warn(const std::string& sentence) {
  Handler& handler = Current();
  std::lock_guard<std::mutex> lock(handler.mutex);
  if (handler.call != nullptr) handler.call(sentence);
}

void SetWarningHandler(std::function<void(const std::string&)> handler) {
  Handler& current = Current();
  std::lock_guard<std::mutex> lock(current.mutex);
  current.call = std::move(handler);
}

}  // namespace keratin
