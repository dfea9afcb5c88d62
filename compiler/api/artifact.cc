// WriteObject and WriteLibrary.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/api/c_names.h"
#include "compiler/api/header.h"
#include "compiler/api/keratin.h"
#include "compiler/api/lower.h"
#include "compiler/codegen/artifact_data.h"
#include "compiler/codegen/emit.h"
#include "compiler/codegen/link.h"
#include "compiler/codegen/machine.h"
#include "ir/trace/module.h"
#include "layers/base/initialize.h"
#include "runtime/content_hash.h"
#include "runtime/pending_file.h"
#include "runtime/self_test.h"

namespace keratin {
namespace {

// The sizes that a self-test is made with: all alike, the smallest of a few for
// which the model computes something, and a batch of one.
absl::Status AddSelfTest(const Executable& executable, const Prepared& prepared,
                         absl::Span<const Array> state, Manifest& manifest) {
  absl::Status status;
  for (int64_t size : {1, 4, 16, 64, 224}) {
    std::vector<int64_t> dims;
    for (const std::string& symbol : executable.symbols())
      dims.push_back(symbol == "batch" ? 1 : size);
    absl::StatusOr<proto::SelfTest> test =
        MakeSelfTest(executable, prepared, state, dims);
    if (test.ok()) {
      *manifest.mutable_self_test() = *std::move(test);
      return absl::OkStatus();
    }
    status = test.status();
    // Other sizes may do where these were refused; a call that fails is a
    // fault.
    if (absl::IsInternal(status)) return status;
  }
  return absl::OkStatus();
}

// What an artifact says of the variables: the prepared block and the saved
// state, made on this machine in the layout of the target.
struct Weights {
  std::string block;
  std::vector<Array> state;
};

absl::StatusOr<Weights> PrepareHere(Model& model, const TracedModule& lowered,
                                    const Machine& target, Manifest& manifest) {
  auto host = MachineFor("native");
  if (!host.ok()) return host.status();
  host->target = target.target;
  Manifest here = manifest;
  here.mutable_target()->set_triple(host->triple);
  here.mutable_target()->clear_features();
  auto executable = LoadLowered(lowered, *host, std::move(here));
  if (!executable.ok()) return executable.status();
  auto trainable = ValuesOf(model.trainable_variables());
  if (!trainable.ok()) return trainable.status();
  auto non_trainable = ValuesOf(model.non_trainable_arguments());
  if (!non_trainable.ok()) return non_trainable.status();
  auto prepared = executable->Prepare(*trainable, *non_trainable);
  if (!prepared.ok()) return prepared.status();
  auto state = executable->StateOf(*trainable, *non_trainable);
  if (!state.ok()) return state.status();
  absl::Status tested = AddSelfTest(*executable, *prepared, *state, manifest);
  if (!tested.ok()) return tested;
  Weights weights{std::string(manifest.weights().size(), '\0'),
                  *std::move(state)};
  for (size_t k = 0; k < prepared->buffers().size(); ++k) {
    const Array& array = prepared->buffers()[k];
    std::memcpy(weights.block.data() +
                    manifest.weights().prepared_offsets(static_cast<int>(k)),
                array.raw_data(), array.bytes());
  }
  return weights;
}

// Where each prepared buffer lies in the block.
absl::Status LayOut(Manifest& manifest) {
  proto::Weights& weights = *manifest.mutable_weights();
  uint64_t size = 0;
  for (const proto::Tensor& tensor : manifest.prepared()) {
    auto dtype = ParseDType(tensor.dtype());
    if (!dtype.ok()) return dtype.status();
    std::vector<int64_t> sizes;
    for (const std::string& text : tensor.dims()) {
      auto dim = Dim::Parse(text);
      if (!dim.ok()) return dim.status();
      sizes.push_back(dim->AsConstant().value_or(-1));
    }
    auto elements = CheckedElements(*dtype, sizes);
    if (!elements.ok()) return elements.status();
    weights.add_prepared_offsets(size);
    size += *elements * DTypeSize(*dtype);
    size =
        (size + Array::kAlignment - 1) / Array::kAlignment * Array::kAlignment;
  }
  // An empty file cannot be mapped.
  weights.set_size(std::max<uint64_t>(size, Array::kAlignment));
  return absl::OkStatus();
}

proto::Weights::Place PlaceOf(VariablePlace place) {
  switch (place) {
    case VariablePlace::kEmbedded:
      return proto::Weights::EMBEDDED;
    case VariablePlace::kFile:
      return proto::Weights::FILE;
    default:
      return proto::Weights::ARGUMENTS;
  }
}

absl::Status WriteArtifact(Model& model, const std::string& path,
                           const ArtifactOptions& options, bool library) {
  const std::string header_path =
      std::filesystem::path(path).replace_extension(".h").string();
  if (!library && header_path == path) {
    return absl::InvalidArgumentError(
        absl::StrCat("the object file '", path,
                     "' would stand where its C header goes: give it a name "
                     "that does not end in .h"));
  }
  auto machine = MachineFor(options.compile.march);
  if (!machine.ok()) return machine.status();
  if (library) {
    absl::Status linkable = CheckLinkable(*machine);
    if (!linkable.ok()) return linkable;
  }
  auto trace = model.TraceStatelessCall(
      {.training = options.compile.training, .batch = options.compile.batch});
  if (!trace.ok()) return trace.status();
  ArtifactData data;
  data.library = library;
  Manifest& manifest = data.manifest;
  auto lowered = Lower(**trace, *machine, options.compile, manifest);
  if (!lowered.ok()) return lowered.status();
  manifest.set_name(CIdentifier(std::filesystem::path(path).stem().string()));
  absl::Status status = LayOut(manifest);
  if (!status.ok()) return status;

  Weights weights;
  if (options.variables != VariablePlace::kArguments) {
    auto made = PrepareHere(model, *lowered, *machine, manifest);
    if (!made.ok()) return made.status();
    weights = *std::move(made);
  }
  const bool with_file = options.variables == VariablePlace::kFile;
  manifest.mutable_weights()->set_place(PlaceOf(options.variables));
  if (with_file) {
    manifest.mutable_weights()->set_hash(
        ContentHash(weights.block.data(), weights.block.size()));
  }
  data.weights = weights.block;
  for (const Array& array : weights.state) {
    data.state.emplace_back(static_cast<const char*>(array.raw_data()),
                            array.bytes());
  }

  EmitOptions emit;
  emit.decorate = [&](llvm::Module& module) {
    return AddArtifactData(module, data);
  };
  auto object = EmitCode(*lowered->module, *machine, CodeKind::kObject, emit);
  if (!object.ok()) return object.status();

  PendingFile code(path);
  std::optional<PendingFile> header, bytes;
  if (!library && code.is_file()) header.emplace(header_path);
  if (with_file) bytes.emplace(path + ".weights");
  if (library) {
    auto linked = LinkSharedLibrary(*object, *machine);
    status = linked.ok() ? code.Write(*linked) : linked.status();
  } else {
    status = code.Write(*object);
    if (status.ok()) status = header->Write(HeaderOf(manifest));
  }
  if (status.ok() && bytes) status = bytes->Write(weights.block);
  // All parts are whole: now they get their names.
  if (status.ok() && bytes) status = bytes->Commit();
  if (status.ok() && header) status = header->Commit();
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
