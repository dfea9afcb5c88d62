// Runs Graphviz: the graph goes in by one pipe, the picture comes out by
// another.
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "layers/models/plot.h"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace keratin {
namespace {

// Closed when it goes.
class Descriptor {
 public:
  Descriptor() = default;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { Close(); }
  void Close() {
    if (number >= 0) close(number);
    number = -1;
  }
  int number = -1;
};

// A pipe; of sockets, for who writes to one whose reader has ended gets an
// error and no signal.
struct Pipe {
  Descriptor read, write;
  bool Open() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
      return false;
    read.number = ends[0];
    write.number = ends[1];
    return true;
  }
};

// Writes and reads by turns, so that neither side waits for the other.
std::string Exchange(const std::string& given, Pipe& in, Pipe& out) {
  std::string taken;
  size_t written = 0;
  char buffer[1 << 16];
  while (true) {
    if (written == given.size()) in.write.Close();
    pollfd waiting[2] = {{out.read.number, POLLIN, 0},
                         {in.write.number, POLLOUT, 0}};
    if (poll(waiting, 2, -1) < 0 && errno != EINTR) break;
    if (in.write.number >= 0 && waiting[1].revents != 0) {
      const ssize_t n =
          send(in.write.number, given.data() + written, given.size() - written,
               MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n >= 0) written += static_cast<size_t>(n);
      if (n < 0 && errno != EAGAIN && errno != EINTR) in.write.Close();
    }
    if (waiting[0].revents == 0) continue;
    const ssize_t n = read(out.read.number, buffer, sizeof(buffer));
    if (n == 0 || (n < 0 && errno != EINTR)) break;
    if (n > 0) taken.append(buffer, static_cast<size_t>(n));
  }
  return taken;
}

}  // namespace

absl::StatusOr<std::string> RenderDot(const std::string& dot,
                                      const std::string& format) {
  Pipe in, out;
  if (!in.Open() || !out.Open())
    return absl::InternalError(absl::StrCat("no pipe: ", std::strerror(errno)));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.read.number, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.write.number, STDOUT_FILENO);
  const std::string flag = absl::StrCat("-T", format);
  const char* arguments[] = {"dot", flag.c_str(), nullptr};
  pid_t child = 0;
  const int error = posix_spawnp(&child, "dot", &actions, nullptr,
                                 const_cast<char* const*>(arguments), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    return absl::NotFoundError(absl::StrCat(
        "a picture is drawn by the program 'dot' of Graphviz, which cannot be "
        "run (",
        std::strerror(error), "); install it, or write a .dot file"));
  }
  in.read.Close();
  out.write.Close();
  std::string picture = Exchange(dot, in, out);
  int ended = 0;
  while (waitpid(child, &ended, 0) < 0) {
    if (errno == EINTR) continue;
    ended = picture.empty() ? 1 : 0;  // who ignores SIGCHLD learns no more
    break;
  }
  if (ended != 0 || picture.empty()) {
    return absl::InternalError(absl::StrCat(
        "the program 'dot' of Graphviz could not draw it as ", format));
  }
  return picture;
}

}  // namespace keratin
