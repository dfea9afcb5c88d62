#include "compiler/tools/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace keratin::tools {
namespace {

absl::Status Failed(absl::string_view path, int error) {
  return absl::UnavailableError(
      absl::StrCat("cannot write ", path, ": ", std::strerror(error)));
}

// 0 or errno.
int WriteAll(int file, absl::string_view content) {
  while (!content.empty()) {
    const ssize_t n = write(file, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    content.remove_prefix(static_cast<size_t>(n));
  }
  return 0;
}

std::string Folder(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

}  // namespace

absl::Status WriteFile(absl::string_view path_view, absl::string_view content) {
  const std::string path(path_view);
  struct stat info;
  if (stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
    if (S_ISDIR(info.st_mode)) return Failed(path, EISDIR);
    const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0) return Failed(path, errno);
    int error = WriteAll(file, content);
    if (close(file) != 0 && error == 0) error = errno;
    return error == 0 ? absl::OkStatus() : Failed(path, error);
  }
  std::string temporary = absl::StrCat(path, ".XXXXXX");
  const int file = mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) return Failed(path, errno);
  const mode_t mask = umask(0);
  umask(mask);
  int error = WriteAll(file, content);
  if (error == 0 && fchmod(file, 0666 & ~mask) != 0) error = errno;
  if (close(file) != 0 && error == 0) error = errno;
  if (error == 0 && rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return absl::OkStatus();
  unlink(temporary.c_str());
  return Failed(path, error);
}

absl::Status CheckWritable(absl::string_view path_view) {
  const std::string path(path_view);
  struct stat info;
  if (stat(path.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) return Failed(path, EISDIR);
    if (!S_ISREG(info.st_mode)) return absl::OkStatus();
  }
  const std::string folder = Folder(path);
  if (stat(folder.c_str(), &info) != 0) return Failed(path, errno);
  if (!S_ISDIR(info.st_mode)) return Failed(path, ENOTDIR);
  if (access(folder.c_str(), W_OK | X_OK) != 0) return Failed(path, errno);
  return absl::OkStatus();
}

absl::Status MakeFolder(absl::string_view path) {
  std::error_code error;
  std::filesystem::create_directories(std::string(path), error);
  if (error)
    return absl::UnavailableError(
        absl::StrCat("cannot make the folder ", path, ": ", error.message()));
  return absl::OkStatus();
}

absl::Status Print(absl::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() ||
      std::fflush(stdout) != 0) {
    return Failed("to standard output", errno);
  }
  return absl::OkStatus();
}

}  // namespace keratin::tools
