#include "tests/conformance/workers.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace keratin::conformance {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kKeptOutput = 64 << 10;

struct Worker {
  size_t index = 0;
  pid_t pid = -1;
  int result = -1;  // the outcome, as JSON
  int output = -1;  // stdout and stderr
  std::string result_text;
  std::string output_text;
  Clock::time_point start;
  bool timed_out = false;
};

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

[[noreturn]] void RunChild(const std::function<Outcome(size_t)>& run,
                           size_t index, int result, int output) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  const std::string line = ToJsonLine(run(index));
  size_t done = 0;
  while (done < line.size()) {
    const ssize_t n = write(result, line.data() + done, line.size() - done);
    if (n <= 0 && errno != EINTR) break;
    if (n > 0) done += static_cast<size_t>(n);
  }
  _exit(0);
}

bool Start(const std::function<Outcome(size_t)>& run, Worker* worker) {
  int result[2];
  int output[2];
  if (pipe2(result, O_CLOEXEC) != 0) return false;
  if (pipe2(output, O_CLOEXEC) != 0) {
    close(result[0]);
    close(result[1]);
    return false;
  }
  std::fflush(nullptr);
  worker->start = Clock::now();
  worker->pid = fork();
  if (worker->pid == 0) RunChild(run, worker->index, result[1], output[1]);
  if (worker->pid > 0) setpgid(worker->pid, worker->pid);
  close(result[1]);
  close(output[1]);
  worker->result = result[0];
  worker->output = output[0];
  return worker->pid > 0;
}

// Reads what is there; false at the end.
bool Drain(int* file, std::string* text) {
  if (*file < 0) return false;
  char buffer[16384];
  const ssize_t n = read(*file, buffer, sizeof(buffer));
  if (n > 0) {
    text->append(buffer, static_cast<size_t>(n));
    return true;
  }
  if (n < 0 && errno == EINTR) return true;
  close(*file);
  *file = -1;
  return false;
}

// The line of a child's output that says most of why it died.
std::string Complaint(const std::string& output) {
  std::string last;
  for (absl::string_view line : absl::StrSplit(output, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (line.empty()) continue;
    if (absl::StrContains(line, "Assertion") ||
        absl::StrContains(line, "LLVM ERROR") ||
        absl::StrContains(line, "ERROR:") ||
        absl::StrContains(line, "error:") ||
        absl::StrContains(line, "what():")) {
      return std::string(line.substr(0, 400));
    }
    last = std::string(line.substr(0, 400));
  }
  return last;
}

std::string Ending(const Worker& worker, int status, double limit) {
  if (worker.timed_out)
    return absl::StrCat("took more than ", limit, " seconds");
  std::string text = WIFSIGNALED(status)
                         ? absl::StrCat("crashed: signal ", WTERMSIG(status),
                                        " (", strsignal(WTERMSIG(status)), ")")
                         : absl::StrCat("exited with ", WEXITSTATUS(status),
                                        " before it was done");
  const std::string complaint = Complaint(worker.output_text);
  if (!complaint.empty()) absl::StrAppend(&text, ": ", complaint);
  return text;
}

Outcome Finish(Worker* worker, double limit,
               const std::function<Outcome(size_t)>& unknown) {
  // Whatever it started goes with it.
  if (worker->timed_out) kill(-worker->pid, SIGKILL);
  int status = 0;
  while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR) {
  }
  kill(-worker->pid, SIGKILL);
  if (worker->result >= 0) close(worker->result);
  if (worker->output >= 0) close(worker->output);
  Outcome outcome;
  if (!worker->timed_out && WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
      FromJsonLine(worker->result_text, &outcome)) {
    outcome.seconds = SecondsSince(worker->start);
    return outcome;
  }
  outcome = unknown(worker->index);
  outcome.verdict = Verdict::kFailed;
  outcome.reasons = {Ending(*worker, status, limit)};
  outcome.seconds = SecondsSince(worker->start);
  return outcome;
}

}  // namespace

std::vector<Outcome> RunInWorkers(
    size_t cases, const WorkerOptions& options,
    const std::function<Outcome(size_t)>& run,
    const std::function<Outcome(size_t)>& unknown) {
  std::vector<Outcome> outcomes(cases);
  std::vector<Worker> workers;
  size_t next = 0;
  size_t done = 0;
  while (done < cases) {
    while (next < cases &&
           workers.size() < static_cast<size_t>(std::max(1, options.jobs))) {
      Worker worker;
      worker.index = next++;
      if (Start(run, &worker)) {
        workers.push_back(std::move(worker));
        continue;
      }
      outcomes[worker.index] = unknown(worker.index);
      outcomes[worker.index].verdict = Verdict::kFailed;
      outcomes[worker.index].reasons = {"no process could be started for it"};
      ++done;
    }
    std::vector<pollfd> files;
    for (const Worker& worker : workers) {
      if (worker.result >= 0) files.push_back({worker.result, POLLIN, 0});
      if (worker.output >= 0) files.push_back({worker.output, POLLIN, 0});
    }
    poll(files.data(), files.size(), 100);
    for (const pollfd& file : files) {
      if (file.revents == 0) continue;
      for (Worker& worker : workers) {
        if (worker.result == file.fd)
          Drain(&worker.result, &worker.result_text);
        if (worker.output == file.fd) {
          Drain(&worker.output, &worker.output_text);
          if (worker.output_text.size() > kKeptOutput)
            worker.output_text.erase(kKeptOutput / 2, kKeptOutput / 2);
        }
      }
    }
    for (size_t i = 0; i < workers.size();) {
      Worker& worker = workers[i];
      worker.timed_out = SecondsSince(worker.start) > options.seconds;
      if (!worker.timed_out && worker.result >= 0) {
        ++i;
        continue;
      }
      outcomes[worker.index] = Finish(&worker, options.seconds, unknown);
      workers.erase(workers.begin() + static_cast<ptrdiff_t>(i));
      ++done;
      if (options.progress) std::fprintf(stderr, "\r%zu of %zu", done, cases);
    }
  }
  if (options.progress) std::fprintf(stderr, "\r\033[K");
  return outcomes;
}

}  // namespace keratin::conformance
