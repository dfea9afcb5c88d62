// ThreadPool: runs the iterations of a loop on several threads.
//
// Invariant: ParallelFor returns when every iteration is done, and never waits
// for a thread that has not begun to help. Each thread begins with a part of
// the loop that is the same in every loop of as many iterations, so that it
// finds in its cache what it left there, and takes from others' parts when its
// own is done. Nested calls, and calls while another thread uses the pool, run
// on the calling thread. Idle workers spin for some microseconds, then sleep.
//
// Example:
//   ThreadPool::Global().ParallelFor(n, task, context);
//   keratin_call call = {..., keratin_pool_parallel_for, &view};
#ifndef KERATIN_RUNTIME_THREAD_POOL_H_
#define KERATIN_RUNTIME_THREAD_POOL_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "runtime/abi.h"

namespace keratin {

class ThreadPool {
 public:
  // The pool of the process: one thread for each CPU it may run on, the caller
  // included; made on first use, never destroyed.
  static ThreadPool& Global();

  // `threads` counts the caller: a pool of 1 has no workers.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  // Calls task(context, begin, end) on disjoint ranges that cover [0, n), on
  // at most max_threads threads (0: all) with the caller one of them.
  void ParallelFor(int64_t n, keratin_task task, void* context,
                   int max_threads = 0);

 private:
  // What is left of a part of the loop.
  struct alignas(64) Part {
    std::atomic<int64_t> next{0};
    int64_t end = 0;
  };

  void Work(int number);
  bool TryHelp(int number);
  // Takes chunks of the part of thread `number`, then of the others'.
  void RunChunks(int number);

  // The job. Written by its owner while closed and nobody helps.
  keratin_task task_ = nullptr;
  void* context_ = nullptr;
  int64_t chunk_ = 1;
  int num_parts_ = 1;
  std::unique_ptr<Part[]> parts_;  // one for each thread

  // Packed: closed, how many may help, have come, are still at it.
  alignas(64) std::atomic<uint64_t> state_;
  // Counts jobs; idle workers watch it.
  std::atomic<uint32_t> epoch_{0};
  alignas(64) std::atomic<int> sleepers_{0};
  std::atomic<bool> stop_{false};

  std::mutex owner_;  // held for the length of a job
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  std::vector<std::thread> workers_;
};

// A pool with a limit on threads: what keratin_pool_parallel_for takes.
struct ThreadPoolView {
  ThreadPool* pool;
  int max_threads;  // 0: all
};

}  // namespace keratin

// keratin_parallel_for over a ThreadPoolView; null: all of the global pool.
extern "C" void keratin_pool_parallel_for(void* view, int64_t n,
                                          keratin_task task, void* context);

#endif  // KERATIN_RUNTIME_THREAD_POOL_H_
