#include "compiler/tools/progress.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <utility>

namespace keratin::tools {

Progress::Progress() {
  if (isatty(STDERR_FILENO) != 0) thread_ = std::thread([this] { Show(); });
}

void Progress::Step(std::string what) {
  const std::lock_guard<std::mutex> lock(mutex_);
  what_ = std::move(what);
}

void Progress::Done() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Progress::Show() {
  const auto start = std::chrono::steady_clock::now();
  bool shown = false;
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stop_) {
    changed_.wait_for(lock, std::chrono::milliseconds(500));
    const std::chrono::duration<double> seconds =
        std::chrono::steady_clock::now() - start;
    if (stop_ || what_.empty()) continue;
    std::fprintf(stderr, "\r\033[K%s, %.0f s", what_.c_str(), seconds.count());
    shown = true;
  }
  if (shown) std::fputs("\r\033[K", stderr);
}

}  // namespace keratin::tools
