#include "compiler/codegen/link.h"

#include <dlfcn.h>
#include <unistd.h>

#include <filesystem>
#include <mutex>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lld/Common/Driver.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Triple.h"

LLD_HAS_DRIVER(elf)

namespace keratin {
namespace {

// The file that a function of this process comes from; empty if there is none.
std::string FileOf(const char* function) {
  void* address = dlsym(RTLD_DEFAULT, function);
  Dl_info info;
  if (address == nullptr || dladdr(address, &info) == 0) return "";
  // Of a program that holds its own libc, the program.
  return llvm::sys::path::filename(info.dli_fname).starts_with("lib")
             ? info.dli_fname
             : "";
}

// A file that is gone when this is.
class TemporaryFile {
 public:
  ~TemporaryFile() {
    if (!path_.empty()) llvm::sys::fs::remove(path_);
  }
  absl::Status Write(const std::string& content) {
    int descriptor = -1;
    if (auto error = llvm::sys::fs::createTemporaryFile("keratin", "o",
                                                        descriptor, path_)) {
      return absl::UnavailableError(
          absl::StrCat("no temporary file can be made: ", error.message()));
    }
    llvm::raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
    stream << content;
    stream.close();
    if (!stream.has_error()) return absl::OkStatus();
    const std::string why = stream.error().message();
    stream.clear_error();
    return absl::UnavailableError(
        absl::StrCat("'", path_.str().str(), "' cannot be written: ", why));
  }
  std::string path() const { return path_.str().str(); }

 private:
  llvm::SmallString<128> path_;
};

std::string FirstLine(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

// That a library of an object of `bytes` fits beside `path`.
absl::Status CheckSpace(const std::string& path, uint64_t bytes) {
  constexpr uint64_t kHeaders = uint64_t{1} << 18;
  std::error_code error;
  const std::filesystem::path folder =
      std::filesystem::path(path).parent_path();
  const std::filesystem::space_info space =
      std::filesystem::space(folder, error);
  if (error || space.available >= bytes + kHeaders) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      "the shared library cannot be linked: ", folder.string(), " has ",
      space.available, " bytes left, and ", bytes + kHeaders,
      " are needed: make room there, or set TMPDIR to another folder"));
}

}  // namespace

absl::Status CheckLinkable(const Machine& machine) {
  if (llvm::Triple(machine.triple).isOSBinFormatELF()) return absl::OkStatus();
  return absl::UnimplementedError(
      absl::StrCat("a shared library for ", machine.triple,
                   " cannot be written: use --emit=object"));
}

absl::StatusOr<std::string> LinkSharedLibrary(const std::string& object,
                                              const Machine& machine) {
  // Not straight to where the library shall stand: the linker maps its output,
  // and a full disk there would be a signal instead of an error.
  TemporaryFile input, output;
  absl::Status status = input.Write(object);
  if (status.ok()) status = CheckSpace(input.path(), object.size());
  if (status.ok()) status = output.Write("");
  if (!status.ok()) return status;
  std::vector<std::string> command = {
      "ld.lld",     "-shared",    "-o",          output.path(),
      input.path(), "-Bsymbolic", "--as-needed", "--build-id=none"};
  if (machine.is_host_architecture) {
    command.push_back("--no-undefined");
    for (const char* function : {"exp", "memcpy"}) {
      std::string file = FileOf(function);
      if (!file.empty()) command.push_back(std::move(file));
    }
  }
  std::vector<const char*> arguments;
  for (const std::string& argument : command)
    arguments.push_back(argument.c_str());

  // The linker keeps its state in globals.
  static std::mutex& mutex = *new std::mutex();
  std::lock_guard<std::mutex> lock(mutex);
  std::string said;
  llvm::raw_string_ostream stream(said);
  const lld::Result result =
      lld::lldMain(arguments, stream, stream, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode != 0) {
    return absl::UnavailableError(absl::StrCat(
        "the shared library cannot be linked: ", FirstLine(stream.str())));
  }
  auto linked = llvm::MemoryBuffer::getFile(output.path());
  if (!linked) {
    return absl::UnavailableError(absl::StrCat(
        "'", output.path(), "' cannot be read: ", linked.getError().message()));
  }
  return (*linked)->getBuffer().str();
}

}  // namespace keratin
