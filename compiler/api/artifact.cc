// WriteObject and WriteLibrary.
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/api/header.h"
#include "compiler/api/keratin.h"
#include "compiler/api/lower.h"
#include "compiler/codegen/artifact_data.h"
#include "compiler/codegen/emit.h"
#include "compiler/codegen/jit.h"
#include "compiler/codegen/link.h"
#include "compiler/codegen/machine.h"
#include "ir/trace/module.h"
#include "runtime/content_hash.h"

namespace keratin {
namespace {

// "my-model.so" -> "my_model": a C identifier.
std::string NameFor(const std::string& path) {
  std::string name = std::filesystem::path(path).stem().string();
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])))
    name = "m" + name;
  return name;
}

// A file that stands under its name only once it is whole.
class PendingFile {
 public:
  explicit PendingFile(std::string path)
      : path_(std::move(path)),
        temporary_(absl::StrCat(path_, ".tmp", getpid())) {}
  ~PendingFile() {
    if (!done_) std::remove(temporary_.c_str());
  }
  const std::string& temporary() const { return temporary_; }

  absl::Status Write(absl::string_view content) {
    std::FILE* file = std::fopen(temporary_.c_str(), "wb");
    bool good = file != nullptr;
    good = good && std::fwrite(content.data(), 1, content.size(), file) ==
                       content.size();
    const int error = errno;
    if (file != nullptr && std::fclose(file) != 0) good = false;
    return good ? absl::OkStatus() : Failed(error);
  }
  absl::Status Commit() {
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0)
      return Failed(errno);
    done_ = true;
    return absl::OkStatus();
  }

 private:
  absl::Status Failed(int error) const {
    return absl::PermissionDeniedError(absl::StrCat(
        "'", path_, "' cannot be written: ", std::strerror(error)));
  }
  std::string path_, temporary_;
  bool done_ = false;
};

absl::StatusOr<std::vector<Array>> ValuesOf(
    const std::vector<Variable*>& variables) {
  std::vector<Array> values;
  for (Variable* variable : variables) {
    if (!variable->array()) {
      return absl::FailedPreconditionError(
          absl::StrCat("variable '", variable->path(),
                       "' has no value yet: load weights first"));
    }
    values.push_back(*variable->array());
  }
  return values;
}

absl::string_view BytesOf(const Array& array) {
  return absl::string_view(static_cast<const char*>(array.raw_data()),
                           array.bytes());
}

absl::Status WriteArtifact(Model& model, const std::string& path,
                           const ArtifactOptions& options, bool library) {
  auto machine = MachineFor(options.compile.march);
  if (!machine.ok()) return machine.status();
  const std::string name = NameFor(path);
  auto trace = model.TraceStatelessCall(
      {.training = options.compile.training, .batch = options.compile.batch});
  if (!trace.ok()) return trace.status();
  Manifest manifest;
  auto lowered = Lower(**trace, *machine, options.compile, name, manifest);
  if (!lowered.ok()) return lowered.status();

  ArtifactData data;
  data.name = name;
  data.library = library;
  for (const auto& symbol : manifest.symbols())
    data.symbols.push_back(symbol.name());
  if (!manifest.call().workspace_size().empty()) {
    auto size = Dim::Parse(manifest.call().workspace_size());
    if (!size.ok()) return size.status();
    data.workspace = *size;
  }

  Prepared prepared;
  std::vector<Array> state;
  std::string file;
  if (options.variables != VariablePlace::kArguments) {
    // This machine prepares, in the layout of the target.
    auto host = MachineFor("native");
    if (!host.ok()) return host.status();
    host->target = machine->target;
    auto trainable = ValuesOf(model.trainable_variables());
    if (!trainable.ok()) return trainable.status();
    auto non_trainable = ValuesOf(model.non_trainable_arguments());
    if (!non_trainable.ok()) return non_trainable.status();
    auto executable = LoadLowered(*lowered, *host, [&] {
      Manifest here = manifest;
      here.mutable_target()->set_triple(host->triple);
      here.mutable_target()->set_cpu(host->cpu);
      here.mutable_target()->clear_features();
      return here;
    }());
    if (!executable.ok()) return executable.status();
    auto made = executable->Prepare(*trainable, *non_trainable);
    if (!made.ok()) return made.status();
    prepared = *std::move(made);
    auto saved = executable->StateOf(*trainable, *non_trainable);
    if (!saved.ok()) return saved.status();
    state = *std::move(saved);
  }
  proto::Weights& weights = *manifest.mutable_weights();
  if (options.variables == VariablePlace::kEmbedded) {
    weights.set_place(proto::Weights::EMBEDDED);
    data.embedded = true;
    for (const Array& array : prepared.buffers())
      data.prepared.push_back(BytesOf(array));
    for (const Array& array : state) data.state.push_back(BytesOf(array));
  } else if (options.variables == VariablePlace::kFile) {
    weights.set_place(proto::Weights::FILE);
    auto add = [&](const Array& array) {
      file.resize((file.size() + Array::kAlignment - 1) / Array::kAlignment *
                  Array::kAlignment);
      const uint64_t offset = file.size();
      file.append(static_cast<const char*>(array.raw_data()), array.bytes());
      return offset;
    };
    for (const Array& array : prepared.buffers())
      weights.add_prepared_offsets(add(array));
    for (const Array& array : state) weights.add_state_offsets(add(array));
    if (file.empty()) file.resize(Array::kAlignment);
    weights.set_file_size(file.size());
    weights.set_file_hash(ContentHash(file.data(), file.size()));
  } else {
    weights.set_place(proto::Weights::ARGUMENTS);
  }
  data.manifest = manifest.SerializeAsString();

  EmitOptions emit;
  emit.decorate = [&](llvm::Module& module) { AddArtifactData(module, data); };
  auto object = EmitCode(*lowered->module, *machine, CodeKind::kObject, emit);
  if (!object.ok()) return object.status();

  PendingFile code(path),
      beside(
          library
              ? path + ".o"
              : std::filesystem::path(path).replace_extension(".h").string());
  PendingFile bytes(path + ".weights");
  absl::Status status;
  if (library) {
    status = beside.Write(*object);
    if (status.ok())
      status = LinkSharedLibrary(beside.temporary(), code.temporary());
  } else {
    status = code.Write(*object);
    if (status.ok()) status = beside.Write(HeaderOf(manifest));
  }
  const bool with_file = options.variables == VariablePlace::kFile;
  if (status.ok() && with_file) status = bytes.Write(file);
  // All parts are whole: now they get their names.
  if (status.ok() && with_file) status = bytes.Commit();
  if (status.ok() && !library) status = beside.Commit();
  if (status.ok()) status = code.Commit();
  return status;
}

}  // namespace

absl::Status WriteObject(Model& model, const std::string& path,
                         const ArtifactOptions& options) {
  return WriteArtifact(model, path, options, /*library=*/false);
}

absl::Status WriteLibrary(Model& model, const std::string& path,
                          const ArtifactOptions& options) {
  return WriteArtifact(model, path, options, /*library=*/true);
}

}  // namespace keratin
