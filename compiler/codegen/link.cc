#include "compiler/codegen/link.h"

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"

namespace keratin {

absl::Status LinkSharedLibrary(const std::string& object,
                               const std::string& library) {
  std::vector<std::string> command;
  for (const char* name : {"cc", "clang", "gcc", "clang-22"}) {
    auto found = llvm::sys::findProgramByName(name);
    if (!found) continue;
    command = {*found, "-shared", "-nostartfiles", "-o", library,
               object, "-lm"};
    break;
  }
  for (const char* name : {"ld.lld", "ld.lld-22", "ld"}) {
    if (!command.empty()) break;
    auto found = llvm::sys::findProgramByName(name);
    // Without a compiler's knowledge of where libm lies, whoever loads the
    // library brings it along.
    if (found) command = {*found, "-shared", "-o", library, object};
  }
  if (command.empty()) {
    return absl::FailedPreconditionError(
        "no linker is found on PATH: install gcc, clang or lld, or write an "
        "object file instead (--emit=object)");
  }
  llvm::SmallString<128> said;
  if (llvm::sys::fs::createTemporaryFile("keratin-link", "txt", said)) {
    return absl::UnavailableError("no temporary file can be made");
  }
  std::vector<llvm::StringRef> args(command.begin(), command.end());
  std::optional<llvm::StringRef> redirects[] = {
      llvm::StringRef(""), llvm::StringRef(said), llvm::StringRef(said)};
  std::string error;
  const int exit = llvm::sys::ExecuteAndWait(command[0], args, std::nullopt,
                                             redirects, 0, 0, &error);
  std::string message = error;
  if (auto text = llvm::MemoryBuffer::getFile(said)) {
    absl::StrAppend(&message, (*text)->getBuffer().str());
  }
  llvm::sys::fs::remove(said);
  if (exit == 0) return absl::OkStatus();
  if (auto end = message.find('\n'); end != std::string::npos) {
    message.resize(end);
  }
  return absl::UnavailableError(absl::StrCat(
      "'", library, "' cannot be linked: ", command[0], ": ", message));
}

}  // namespace keratin
