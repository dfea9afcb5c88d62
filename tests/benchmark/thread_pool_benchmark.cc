// What a dispatch to the pool costs: hot (jobs follow each other), and after
// the workers have gone to sleep.
#include <benchmark/benchmark.h>

#include <chrono>
#include <thread>

#include "runtime/thread_pool.h"

namespace keratin {
namespace {

void Nothing(void* context, int64_t begin, int64_t end) {
  benchmark::DoNotOptimize(begin + end);
}

void BM_HotDispatch(benchmark::State& state) {
  ThreadPool pool(static_cast<int>(state.range(0)));
  for (auto _ : state) pool.ParallelFor(state.range(0), Nothing, nullptr);
}
BENCHMARK(BM_HotDispatch)->Arg(1)->Arg(2)->Arg(4);

void BM_DispatchToSleepers(benchmark::State& state) {
  ThreadPool pool(2);
  for (auto _ : state) {
    state.PauseTiming();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    state.ResumeTiming();
    pool.ParallelFor(2, Nothing, nullptr);
  }
}
BENCHMARK(BM_DispatchToSleepers)->Iterations(200);

}  // namespace
}  // namespace keratin

BENCHMARK_MAIN();
