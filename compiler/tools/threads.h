// The --threads flag: on how many threads a call runs.
#ifndef KERATIN_COMPILER_TOOLS_THREADS_H_
#define KERATIN_COMPILER_TOOLS_THREADS_H_

#include <algorithm>
#include <cstdint>
#include <memory>

#include "runtime/executable.h"
#include "runtime/thread_pool.h"

namespace keratin::tools {

// 0: every processor this process may run on. The pool lives in this object.
class Threads {
 public:
  explicit Threads(int64_t threads) {
    if (threads <= 0) return;
    options_.threads = static_cast<int>(std::min<int64_t>(threads, 1024));
    if (threads == 1) return;
    pool_ = std::make_unique<ThreadPool>(options_.threads);
    options_.pool = pool_.get();
  }
  const CallOptions& options() const { return options_; }
  // On how many a call runs.
  int count() const {
    if (options_.threads > 0) return options_.threads;
    return ThreadPool::Global().threads();
  }

 private:
  std::unique_ptr<ThreadPool> pool_;
  CallOptions options_;
};

}  // namespace keratin::tools

#endif  // KERATIN_COMPILER_TOOLS_THREADS_H_
