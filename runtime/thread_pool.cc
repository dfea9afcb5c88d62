// How a job goes: its owner writes it, opens it, wakes the workers, takes
// chunks until none is left, closes it, and waits for the helpers to leave.
#include "runtime/thread_pool.h"

#include <algorithm>
#include <system_error>

#if defined(__linux__)
#include <sched.h>
#endif

namespace keratin {
namespace {

// state_: bit 63 closed; 20 bits each: limit, come, helping.
constexpr uint64_t kClosed = uint64_t{1} << 63;
constexpr uint64_t kField = (uint64_t{1} << 20) - 1;
constexpr int kLimitShift = 40;
constexpr int kComeShift = 20;

// Some tens of microseconds.
constexpr int kSpins = 2000;

// True in workers, and in callers while they run a job of their own.
thread_local bool inside = false;

void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

int CpuCount() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) {
    return std::max(1, CPU_COUNT(&set));
  }
#endif
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

ThreadPool& ThreadPool::Global() {
  static ThreadPool& pool = *new ThreadPool(CpuCount());
  return pool;
}

ThreadPool::ThreadPool(int threads) : state_(kClosed) {
  threads = std::clamp<int>(threads, 1, 4096);
  parts_ = std::make_unique<Part[]>(threads);
  workers_.reserve(threads - 1);
  // A process may be allowed fewer threads: the pool makes do with those.
  try {
    for (int number = 1; number < threads; ++number)
      workers_.emplace_back([this, number] { Work(number); });
  } catch (const std::system_error&) {  // NOLINT(bugprone-empty-catch)
  }
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stop_.store(true);
    epoch_.fetch_add(1);
  }
  wake_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::RunChunks(int number) {
  const int64_t chunk = chunk_;
  for (int k = 0; k < num_parts_; ++k) {
    Part& part = parts_[(number + k) % num_parts_];
    for (;;) {
      const int64_t begin =
          part.next.fetch_add(chunk, std::memory_order_relaxed);
      if (begin >= part.end) break;
      task_(context_, begin, std::min(begin + chunk, part.end));
    }
  }
}

bool ThreadPool::TryHelp(int number) {
  uint64_t state = state_.load(std::memory_order_relaxed);
  do {
    if (state & kClosed) return false;
    if (((state >> kComeShift) & kField) >= ((state >> kLimitShift) & kField)) {
      return false;
    }
  } while (!state_.compare_exchange_weak(
      state, state + (uint64_t{1} << kComeShift) + 1, std::memory_order_acq_rel,
      std::memory_order_relaxed));
  RunChunks(number);
  const uint64_t before = state_.fetch_sub(1, std::memory_order_acq_rel);
  if ((before & kClosed) && (before & kField) == 1) {
    // The owner may sleep: the lock makes sure that it hears.
    std::lock_guard<std::mutex> lock(mutex_);
    done_.notify_all();
  }
  return true;
}

void ThreadPool::Work(int number) {
  inside = true;
  uint32_t seen = 0;
  for (;;) {
    for (int spin = 0; spin < kSpins; ++spin) {
      if (epoch_.load(std::memory_order_acquire) != seen) break;
      Pause();
    }
    if (epoch_.load(std::memory_order_acquire) == seen) {
      std::unique_lock<std::mutex> lock(mutex_);
      sleepers_.fetch_add(1);
      wake_.wait(lock, [&] { return epoch_.load() != seen; });
      sleepers_.fetch_sub(1);
    }
    if (stop_.load()) return;
    seen = epoch_.load(std::memory_order_acquire);
    TryHelp(number);
  }
}

void ThreadPool::ParallelFor(int64_t n, keratin_task task, void* context,
                             int max_threads) {
  if (n <= 0) return;
  int64_t threads = max_threads > 0 ? std::min(max_threads, this->threads())
                                    : this->threads();
  threads = std::min(threads, n);
  if (threads <= 1 || inside || !owner_.try_lock()) {
    task(context, 0, n);
    return;
  }
  inside = true;
  task_ = task;
  context_ = context;
  // Several chunks a thread, so that a slow one is not waited for long.
  chunk_ = std::max<int64_t>(1, n / (threads * 4));
  num_parts_ = static_cast<int>(threads);
  for (int64_t part = 0; part < threads; ++part) {
    parts_[part].next.store(n * part / threads, std::memory_order_relaxed);
    parts_[part].end = n * (part + 1) / threads;
  }
  state_.store(static_cast<uint64_t>(threads - 1) << kLimitShift,
               std::memory_order_release);
  epoch_.fetch_add(1);  // with sleepers_: sequentially consistent
  if (sleepers_.load() > 0) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
    }
    wake_.notify_all();
  }
  RunChunks(0);
  uint64_t state = state_.fetch_or(kClosed, std::memory_order_acq_rel);
  for (int spin = 0; (state & kField) != 0 && spin < kSpins; ++spin) {
    Pause();
    state = state_.load(std::memory_order_acquire);
  }
  if ((state & kField) != 0) {
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [this] {
      return (state_.load(std::memory_order_acquire) & kField) == 0;
    });
  }
  inside = false;
  owner_.unlock();
}

}  // namespace keratin

extern "C" void keratin_pool_parallel_for(void* view, int64_t n,
                                          keratin_task task, void* context) {
  const auto* pool_view = static_cast<const keratin::ThreadPoolView*>(view);
  if (pool_view == nullptr) {
    keratin::ThreadPool::Global().ParallelFor(n, task, context);
  } else {
    pool_view->pool->ParallelFor(n, task, context, pool_view->max_threads);
  }
}
