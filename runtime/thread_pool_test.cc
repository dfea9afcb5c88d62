// The pool: every iteration once, from anywhere, at any time.
#include "runtime/thread_pool.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace keratin {
namespace {

// Plain ints on purpose: TSan sees two threads that touch one iteration.
struct Counts {
  std::vector<int> times;
  ThreadPool* pool = nullptr;
};

void CountEach(void* context, int64_t begin, int64_t end) {
  auto* counts = static_cast<Counts*>(context);
  for (int64_t i = begin; i < end; ++i) ++counts->times[i];
}

TEST(ThreadPoolTest, RunsEveryIterationOnce) {
  for (int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (int64_t n : {0, 1, 2, 3, 7, 64, 1000}) {
      Counts counts{std::vector<int>(n, 0)};
      pool.ParallelFor(n, CountEach, &counts);
      EXPECT_EQ(counts.times, std::vector<int>(n, 1));
      pool.ParallelFor(n, CountEach, &counts, 2);
      EXPECT_EQ(counts.times, std::vector<int>(n, 2));
    }
  }
}

TEST(ThreadPoolTest, ManyShortJobsInARow) {
  ThreadPool pool(4);
  Counts counts{std::vector<int>(16, 0)};
  for (int i = 0; i < 20000; ++i) pool.ParallelFor(16, CountEach, &counts);
  EXPECT_EQ(counts.times, std::vector<int>(16, 20000));
}

TEST(ThreadPoolTest, WakesSleepers) {
  ThreadPool pool(3);
  Counts counts{std::vector<int>(9, 0)};
  for (int i = 0; i < 30; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    pool.ParallelFor(9, CountEach, &counts);
  }
  EXPECT_EQ(counts.times, std::vector<int>(9, 30));
}

TEST(ThreadPoolTest, WaitsForHelpersThatTakeLong) {
  ThreadPool pool(4);
  std::atomic<int> done{0};
  pool.ParallelFor(
      4,
      [](void* context, int64_t begin, int64_t end) {
        for (; begin < end; ++begin) {
          std::this_thread::sleep_for(std::chrono::milliseconds(20));
          ++*static_cast<std::atomic<int>*>(context);
        }
      },
      &done);
  EXPECT_EQ(done, 4);
}

TEST(ThreadPoolTest, NestedCallsRunInline) {
  ThreadPool pool(4);
  struct Context {
    ThreadPool* pool;
    std::atomic<int> total{0};
  } context{&pool};
  pool.ParallelFor(
      10,
      [](void* c, int64_t begin, int64_t end) {
        for (; begin < end; ++begin) {
          static_cast<Context*>(c)->pool->ParallelFor(
              5,
              [](void* c, int64_t begin, int64_t end) {
                static_cast<Context*>(c)->total +=
                    static_cast<int>(end - begin);
              },
              c);
        }
      },
      &context);
  EXPECT_EQ(context.total, 50);
}

TEST(ThreadPoolTest, CallersAtOnceAllGetTheirWorkDone) {
  ThreadPool pool(3);
  std::vector<std::thread> callers;
  std::vector<Counts> counts(4, Counts{std::vector<int>(33, 0)});
  for (Counts& mine : counts) {
    callers.emplace_back([&pool, &mine] {
      for (int i = 0; i < 500; ++i) pool.ParallelFor(33, CountEach, &mine);
    });
  }
  for (std::thread& caller : callers) caller.join();
  for (const Counts& mine : counts) {
    EXPECT_EQ(mine.times, std::vector<int>(33, 500));
  }
}

TEST(ThreadPoolTest, AdapterTakesAViewOrNull) {
  Counts counts{std::vector<int>(5, 0)};
  keratin_pool_parallel_for(nullptr, 5, CountEach, &counts);
  ThreadPool pool(2);
  ThreadPoolView view = {&pool, 1};
  keratin_pool_parallel_for(&view, 5, CountEach, &counts);
  EXPECT_EQ(counts.times, std::vector<int>(5, 2));
}

}  // namespace
}  // namespace keratin
