// Cases in worker processes: one that crashes, hangs or talks much is one case.
#include "tests/conformance/workers.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace keratin::conformance {
namespace {

using ::testing::HasSubstr;

Outcome Named(size_t index) {
  Outcome outcome;
  outcome.id = "case" + std::to_string(index);
  return outcome;
}

std::vector<Outcome> RunCases(size_t cases,
                              const std::function<Outcome(size_t)>& run) {
  WorkerOptions options;
  options.seconds = 2;
  return RunInWorkers(cases, options, run, Named);
}

TEST(WorkersTest, KeepsTheOrder) {
  const auto outcomes = RunCases(20, [](size_t i) {
    Outcome outcome = Named(i);
    outcome.verdict = i % 3 == 0 ? Verdict::kUnsupported : Verdict::kPassed;
    outcome.reasons = {std::string(100000, 'x')};
    return outcome;
  });
  ASSERT_EQ(outcomes.size(), 20u);
  for (size_t i = 0; i < 20; ++i) {
    EXPECT_EQ(outcomes[i].id, "case" + std::to_string(i));
    EXPECT_EQ(outcomes[i].verdict,
              i % 3 == 0 ? Verdict::kUnsupported : Verdict::kPassed);
  }
}

TEST(WorkersTest, ACrashIsOneFailedCase) {
  const auto outcomes = RunCases(3, [](size_t i) {
    Outcome outcome = Named(i);
    outcome.verdict = Verdict::kPassed;
    if (i == 1) {
      signal(SIGSEGV, SIG_DFL);
      std::fprintf(stderr, "LLVM ERROR: it broke\n");
      std::fflush(stderr);
      raise(SIGSEGV);
    }
    return outcome;
  });
  EXPECT_EQ(outcomes[0].verdict, Verdict::kPassed);
  EXPECT_EQ(outcomes[1].verdict, Verdict::kFailed);
  EXPECT_EQ(outcomes[1].id, "case1");
  EXPECT_THAT(outcomes[1].reasons[0], HasSubstr("crashed: signal 11"));
  EXPECT_THAT(outcomes[1].reasons[0], HasSubstr("it broke"));
  EXPECT_EQ(outcomes[2].verdict, Verdict::kPassed);
}

TEST(WorkersTest, AHangingOrSilentCaseFails) {
  const auto outcomes = RunCases(2, [](size_t i) -> Outcome {
    if (i == 0) {
      for (;;) pause();
    }
    _exit(0);
  });
  EXPECT_THAT(outcomes[0].reasons[0], HasSubstr("more than 2 seconds"));
  EXPECT_THAT(outcomes[1].reasons[0], HasSubstr("exited with 0"));
}

TEST(WorkersTest, MuchOutputDoesNotBlock) {
  const auto outcomes = RunCases(1, [](size_t i) {
    for (int k = 0; k < 200000; ++k) std::puts("much is said here");
    Outcome outcome = Named(i);
    outcome.verdict = Verdict::kPassed;
    return outcome;
  });
  EXPECT_EQ(outcomes[0].verdict, Verdict::kPassed);
}

}  // namespace
}  // namespace keratin::conformance
