#include "runtime/pending_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace keratin {

absl::Status CannotWrite(absl::string_view path, absl::string_view why) {
  return absl::UnavailableError(
      absl::StrCat("cannot write '", path, "': ", why));
}

PendingFile::PendingFile(std::string path)
    : path_(std::move(path)), beside_(path_) {
  struct stat info;
  if (stat(path_.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
    file_ =
        S_ISDIR(info.st_mode) ? -1 : open(path_.c_str(), O_WRONLY | O_CLOEXEC);
    if (file_ < 0) Fail(S_ISDIR(info.st_mode) ? EISDIR : errno);
    return;
  }
  beside_ += ".XXXXXX";
  file_ = mkostemp(beside_.data(), O_CLOEXEC);
  if (file_ < 0) {
    Fail(errno);
    beside_ = path_;
    return;
  }
  const mode_t mask = umask(0);
  umask(mask);
  if (fchmod(file_, 0666 & ~mask) != 0) Fail(errno);
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
