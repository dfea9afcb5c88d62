// PendingFile: a file that stands under its name only once it is whole.
//
// It is written beside its place, and takes it by Commit; without that, nothing
// is left, and what stood there before stays. A link's target is written, not
// the link. A path that is no regular file (a pipe, a device), and a link to
// nothing yet, are written as they are.
//
//   PendingFile file("model.o");
//   absl::Status status = file.Write(object);
//   if (status.ok()) status = file.Commit();
#ifndef KERATIN_RUNTIME_PENDING_FILE_H_
#define KERATIN_RUNTIME_PENDING_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace keratin {

class PendingFile {
 public:
  explicit PendingFile(std::string path);
  ~PendingFile();
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  // Where it is until Commit, for those who write it themselves.
  const std::string& beside() const { return beside_; }
  // Whether it is a file of its own until Commit; else it is written in place.
  bool is_file() const { return beside_ != path_; }
  // Why it cannot be written, if so.
  const absl::Status& status() const { return status_; }
  // At the end of what was written before.
  absl::Status Write(absl::string_view content);
  absl::Status Commit();

 private:
  void Fail(int error);

  std::string path_, beside_;
  int file_ = -1;
  absl::Status status_;
};

// The error of a path that cannot be written.
absl::Status CannotWrite(absl::string_view path, absl::string_view why);

// The whole file at once.
absl::Status WriteFile(absl::string_view path, absl::string_view content);

}  // namespace keratin

#endif  // KERATIN_RUNTIME_PENDING_FILE_H_
