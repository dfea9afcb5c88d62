#include "runtime/pending_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"

namespace keratin {

absl::Status CannotWrite(absl::string_view path, absl::string_view why) {
  return absl::UnavailableError(
      absl::StrCat("cannot write '", path, "': ", why));
}

namespace {

// Where a link leads; what is no link, or leads nowhere yet, as it is.
std::string Target(std::string path) {
  char* const resolved = realpath(path.c_str(), nullptr);
  if (resolved != nullptr) path = resolved;
  std::free(resolved);
  return path;
}

bool IsLink(const std::string& path) {
  struct stat info;
  return lstat(path.c_str(), &info) == 0 && S_ISLNK(info.st_mode);
}

}  // namespace

PendingFile::PendingFile(std::string path)
    : path_(IsLink(path) ? Target(std::move(path)) : std::move(path)),
      beside_(path_) {
  struct stat info;
  const bool exists = stat(path_.c_str(), &info) == 0;
  if ((exists && !S_ISREG(info.st_mode)) || IsLink(path_)) {
    file_ = exists && S_ISDIR(info.st_mode)
                ? -1
                : open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                       0666);
    if (file_ < 0) Fail(exists && S_ISDIR(info.st_mode) ? EISDIR : errno);
    return;
  }
  // The system applies the process's umask; asking for it would change it.
  std::random_device random;
  do {
    beside_ = absl::StrCat(path_, ".", absl::Hex(random(), absl::kZeroPad8));
    file_ =
        open(beside_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (file_ < 0 && errno == EEXIST);
  if (file_ < 0) {
    Fail(errno);
    beside_ = path_;
  }
}

PendingFile::~PendingFile() {
  if (file_ >= 0) close(file_);
  if (beside_ != path_) unlink(beside_.c_str());
}

void PendingFile::Fail(int error) {
  if (status_.ok()) status_ = CannotWrite(path_, std::strerror(error));
}

absl::Status PendingFile::Write(absl::string_view content) {
  while (status_.ok() && !content.empty()) {
    const ssize_t n = write(file_, content.data(), content.size());
    if (n >= 0) {
      content.remove_prefix(static_cast<size_t>(n));
    } else if (errno != EINTR) {
      Fail(errno);
    }
  }
  return status_;
}

absl::Status PendingFile::Commit() {
  if (file_ >= 0 && close(std::exchange(file_, -1)) != 0) Fail(errno);
  if (status_.ok() && beside_ != path_) {
    if (std::rename(beside_.c_str(), path_.c_str()) == 0) {
      beside_ = path_;
    } else {
      Fail(errno);
    }
  }
  return status_;
}

absl::Status WriteFile(absl::string_view path, absl::string_view content) {
  PendingFile file{std::string(path)};
  absl::Status status = file.Write(content);
  return status.ok() ? file.Commit() : status;
}

}  // namespace keratin
