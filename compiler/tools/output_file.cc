#include "compiler/tools/output_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "runtime/pending_file.h"

namespace keratin::tools {
namespace {

absl::Status Failed(absl::string_view path, int error) {
  return CannotWrite(path, std::strerror(error));
}

std::string Folder(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

}  // namespace

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

absl::Status CheckReplacesNone(absl::string_view output,
                               absl::Span<const std::string> inputs) {
  for (const std::string& input : inputs) {
    std::error_code error;  // none of both: not the same
    if (!input.empty() &&
        std::filesystem::equivalent(std::string(output), input, error)) {
      return CannotWrite(output, absl::StrCat("it would replace '", input,
                                              "', which is read: give another "
                                              "name for the output"));
    }
  }
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

absl::Status Print(absl::string_view given) {
  std::string text;
  for (const char c : given) {
    const auto code = static_cast<unsigned char>(c);
    if ((code < 0x20 && c != '\n' && c != '\t') || code == 0x7f) {
      absl::StrAppend(&text, "\\x", absl::Hex(code, absl::kZeroPad2));
    } else {
      text += c;
    }
  }
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() ||
      std::fflush(stdout) != 0) {
    return CannotWrite("standard output", std::strerror(errno));
  }
  return absl::OkStatus();
}

}  // namespace keratin::tools
