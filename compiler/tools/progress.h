// Progress: says on stderr, if that is a terminal, what a long step is about.
//
// Example:
//   Progress progress;
//   progress.Step("compiling resnet50.keras");   // shown after half a second
//   progress.Done();                             // wiped
#ifndef KERATIN_COMPILER_TOOLS_PROGRESS_H_
#define KERATIN_COMPILER_TOOLS_PROGRESS_H_

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace keratin::tools {

class Progress {
 public:
  Progress();
  ~Progress() { Done(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Step(std::string what);
  void Done();

 private:
  void Show();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string what_;
  bool stop_ = false;
  std::thread thread_;  // where stderr is a terminal
};

}  // namespace keratin::tools

#endif  // KERATIN_COMPILER_TOOLS_PROGRESS_H_
