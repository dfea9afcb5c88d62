// Executables made: from functions in this process, and from shared libraries.
#include <dlfcn.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "runtime/cpu_features.h"
#include "runtime/executable.h"
#include "runtime/executable_impl.h"
#include "runtime/signature.h"

namespace keratin {
namespace {

constexpr uint64_t kMaxManifest = uint64_t{1} << 30;

// "digits" of "out/libdigits.so": the name of a library that does not say it.
std::string NameOfFile(absl::string_view path) {
  path = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  path = path.substr(0, path.find('.'));
  absl::ConsumePrefix(&path, "lib");
  return std::string(path);
}

absl::Status CheckFile(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    return absl::NotFoundError(
        absl::StrCat("cannot open '", path, "': ", std::strerror(errno)));
  }
  if (!S_ISREG(info.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", path, "' is not a file"));
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
  if (entry_points.prepare == nullptr && place == proto::Weights::ARGUMENTS &&
      !signature->prepared.specs.empty()) {
    missing = "'prepare'";
  }
  if (entry_points.stateless_call == nullptr && manifest.has_stateless_call()) {
    missing = "'stateless_call'";
  }
  if (place == proto::Weights::EMBEDDED &&
      entry_points.prepared.size() != signature->prepared.specs.size()) {
    missing = "its prepared variables";
  }
  if (place == proto::Weights::EMBEDDED &&
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
    absl::string_view manifest, EntryPoints entry_points,
    std::shared_ptr<const void> owner) {
  Manifest parsed;
  if (manifest.size() > kMaxManifest ||
      !parsed.ParseFromArray(manifest.data(),
                             static_cast<int>(manifest.size()))) {
    return absl::DataLossError(
        "the manifest is damaged: it is no manifest; compile the model again");
  }
  return Create(std::move(parsed), std::move(entry_points), std::move(owner));
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
  const auto* says =
      static_cast<const char*>(dlsym(handle, "keratin_library_name"));
  const std::string name =
      says == nullptr ? NameOfFile(path) : std::string(says);
  auto find = [&](absl::string_view suffix) {
    return dlsym(handle, absl::StrCat(name, suffix).c_str());
  };
  const auto* manifest = static_cast<const char*>(find("_manifest"));
  const auto* size = static_cast<const uint64_t*>(find("_manifest_size"));
  if (manifest == nullptr || size == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", path, "' is no compiled model: it has no ", name, "_manifest"));
  }
  Manifest parsed;
  if (*size > kMaxManifest ||
      !parsed.ParseFromArray(manifest, static_cast<int>(*size))) {
    return absl::DataLossError(absl::StrCat(
        "'", path, "': the manifest is damaged; compile the model again"));
  }
  EntryPoints entry_points;
  entry_points.prepare = reinterpret_cast<keratin_entry>(find("_prepare"));
  entry_points.call = reinterpret_cast<keratin_entry>(find("_call"));
  entry_points.stateless_call =
      reinterpret_cast<keratin_entry>(find("_stateless_call"));
  if (parsed.weights().place() == proto::Weights::EMBEDDED) {
    const auto* prepared = static_cast<const void* const*>(find("_prepared"));
    if (prepared != nullptr) {
      entry_points.prepared.assign(prepared, prepared + parsed.prepared_size());
    }
    const auto initial_state =
        reinterpret_cast<const void* (*)(int64_t)>(find("_initial_state"));
    for (int k = 0; initial_state != nullptr && k < parsed.state_size(); ++k) {
      const void* value = initial_state(k);
      if (value != nullptr) entry_points.initial_state.push_back(value);
    }
  }
  absl::StatusOr<Executable> executable =
      Create(std::move(parsed), std::move(entry_points), owner);
  if (!executable.ok()) return WithPath(path, executable.status());
  return executable;
}

}  // namespace keratin
