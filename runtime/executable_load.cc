// Executables made: from functions in this process, and from shared libraries.
#include <dlfcn.h>
#include <elf.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "runtime/cpu_features.h"
#include "runtime/executable.h"
#include "runtime/executable_impl.h"
#include "runtime/signature.h"

namespace keratin {
namespace {

constexpr uint64_t kMaxManifest = uint64_t{1} << 30;

#if defined(__x86_64__)
constexpr int kHostElfMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr int kHostElfMachine = EM_AARCH64;
#else
constexpr int kHostElfMachine = EM_NONE;
#endif

// That a library is whole and of this machine: dlopen maps what is not there,
// and a signal comes of it later, or says that there is no such file.
absl::Status CheckFile(const std::string& path) {
  std::error_code error;
  const std::filesystem::file_status status =
      std::filesystem::status(path, error);
  std::ifstream file(path, std::ios::binary);
  if (!std::filesystem::exists(status) || !file) {
    return absl::NotFoundError(
        absl::StrCat("cannot open '", path,
                     "': ", error ? error.message() : std::strerror(errno)));
  }
  const auto invalid = [&](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat("'", path, "' ", why));
  };
  if (!std::filesystem::is_regular_file(status))
    return invalid("is not a file");
  Elf64_Ehdr header;
  if (!file.read(reinterpret_cast<char*>(&header), sizeof(header)) ||
      std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_phentsize != sizeof(Elf64_Phdr)) {
    return invalid("is no shared library of 64 bits, or is cut short");
  }
  if (kHostElfMachine != EM_NONE && header.e_machine != kHostElfMachine) {
    return invalid(absl::StrCat(
        "was compiled for another kind of processor, but this machine is ",
        HostArchitecture(), ": compile it for this machine"));
  }
  const uint64_t size = std::filesystem::file_size(path, error);
  file.seekg(static_cast<std::streamoff>(header.e_phoff));
  for (int k = 0; k < header.e_phnum; ++k) {
    Elf64_Phdr part;
    if (!file.read(reinterpret_cast<char*>(&part), sizeof(part)) ||
        part.p_filesz > size || part.p_offset > size - part.p_filesz) {
      return invalid("is cut short: compile it again");
    }
  }
  return absl::OkStatus();
}

absl::Status WithPath(const std::string& path, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat("'", path, "': ", status.message()));
}

}  // namespace

absl::Status Executable::CheckTarget(const Manifest& manifest) {
  const proto::Target& target = manifest.target();
  const absl::string_view triple = target.triple();
  absl::string_view architecture = triple.substr(0, triple.find('-'));
  if (architecture == "amd64") architecture = "x86_64";
  if (architecture == "arm64") architecture = "aarch64";
  if (!architecture.empty() && architecture != HostArchitecture()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the model was compiled for ", architecture, ", but this machine is ",
        HostArchitecture(), ": compile it for this machine"));
  }
  std::string missing;
  for (const std::string& feature : target.features()) {
    if (HostHasCpuFeature(feature)) continue;
    absl::StrAppend(&missing, missing.empty() ? "" : ", ", feature);
  }
  if (missing.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "the model was compiled for a CPU with ", missing,
      ", which this machine lacks: compile it with another --march"));
}

absl::StatusOr<Executable> Executable::Create(
    Manifest manifest, EntryPoints entry_points,
    std::shared_ptr<const void> owner) {
  absl::StatusOr<Signature> signature = Signature::Read(manifest);
  if (!signature.ok()) return signature.status();
  absl::Status target = CheckTarget(manifest);
  if (!target.ok()) return target;
  const proto::Weights::Place place = manifest.weights().place();
  std::string missing;
  if (entry_points.call == nullptr) missing = "'call'";
  if (entry_points.prepare == nullptr) missing = "'prepare'";
  if (place == proto::Weights::EMBEDDED && entry_points.weights == nullptr) {
    missing = "its prepared variables";
  }
  if (place != proto::Weights::ARGUMENTS &&
      entry_points.initial_state.size() != signature->state.size()) {
    missing = "its initial state";
  }
  if (!missing.empty()) {
    return absl::DataLossError(absl::StrCat(
        "model '", manifest.name(), "' lacks ", missing, ": compile it again"));
  }
  auto impl = std::make_shared<ExecutableImpl>();
  impl->manifest = std::move(manifest);
  impl->signature = *std::move(signature);
  impl->entry_points = std::move(entry_points);
  impl->owner = std::move(owner);
  Executable executable;
  executable.impl_ = std::move(impl);
  return executable;
}

absl::StatusOr<Executable> Executable::Create(
    const keratin_model& model, std::shared_ptr<const void> owner) {
  if (model.abi_version != KERATIN_ABI_VERSION) {
    return absl::FailedPreconditionError(
        absl::StrCat("the model has interface version ", model.abi_version,
                     ", but this runtime calls ", KERATIN_ABI_VERSION,
                     ": compile it with a compiler of the same version"));
  }
  Manifest manifest;
  if (model.manifest == nullptr || model.manifest_size > kMaxManifest ||
      !manifest.ParseFromArray(model.manifest,
                               static_cast<int>(model.manifest_size))) {
    return absl::DataLossError(
        "the manifest is damaged: it is no manifest; compile the model again");
  }
  EntryPoints entry_points;
  entry_points.prepare = model.prepare;
  entry_points.call = model.call;
  entry_points.weights = model.weights;
  if (model.initial_state != nullptr) {
    entry_points.initial_state.assign(
        model.initial_state, model.initial_state + model.initial_states);
  }
  return Create(std::move(manifest), std::move(entry_points), std::move(owner));
}

absl::StatusOr<Executable> Executable::LoadLibrary(absl::string_view given) {
  // Without a slash, dlopen would look elsewhere.
  const std::string path = absl::StrContains(given, '/')
                               ? std::string(given)
                               : absl::StrCat("./", given);
  absl::Status file = CheckFile(path);
  if (!file.ok()) return file;
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* why = dlerror();
    return absl::InvalidArgumentError(
        absl::StrCat("cannot load '", path, "': ", why == nullptr ? "" : why));
  }
  const std::shared_ptr<const void> owner(
      handle, [](const void* library) { dlclose(const_cast<void*>(library)); });
  const auto* model = static_cast<const keratin_model* const*>(
      dlsym(handle, "keratin_library"));
  if (model == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", path, "' is no compiled model: it has no keratin_library"));
  }
  absl::StatusOr<Executable> executable = Create(**model, owner);
  if (!executable.ok()) return WithPath(path, executable.status());
  return executable;
}

}  // namespace keratin
