// Manifests checked: a file may say anything.
#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/signature.h"

namespace keratin {
namespace {

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("the manifest is damaged: ", what,
                                          "; compile the model again"));
}

absl::StatusOr<TensorList> ReadList(
    const google::protobuf::RepeatedPtrField<proto::Tensor>& tensors,
    absl::Span<const std::string> symbols, bool is_static) {
  TensorList list;
  for (const proto::Tensor& tensor : tensors) {
    TensorSpec spec;
    spec.name = tensor.name();
    spec.path = tensor.path();
    spec.trainable = tensor.trainable();
    absl::StatusOr<DType> dtype = ParseDType(tensor.dtype());
    if (!dtype.ok()) return Damaged(dtype.status().message());
    spec.dtype = *dtype;
    std::vector<DimProgram> sizes;
    for (const std::string& text : tensor.dims()) {
      absl::StatusOr<Dim> dim = Dim::Parse(text);
      if (!dim.ok()) return Damaged(dim.status().message());
      absl::StatusOr<DimProgram> program = DimProgram::Compile(*dim, symbols);
      if (!program.ok()) return Damaged(program.status().message());
      if ((is_static && !dim->IsConstant()) ||
          (dim->IsConstant() && dim->offset() < 0)) {
        return Damaged(absl::StrCat("'", tensor.name(), "' has the size ",
                                    dim->ToString()));
      }
      spec.shape.push_back(*std::move(dim));
      sizes.push_back(*std::move(program));
    }
    if (is_static) {
      absl::StatusOr<int64_t> elements =
          CheckedElements(spec.dtype, *spec.shape.AsSizes());
      if (!elements.ok()) return Damaged(elements.status().message());
    }
    list.specs.push_back(std::move(spec));
    list.sizes.push_back(std::move(sizes));
  }
  return list;
}

// Takes values of `kind` off the front of `values`, which start at *next.
std::vector<int> Take(
    const google::protobuf::RepeatedPtrField<proto::Value>& values,
    proto::Value::Kind kind, int* next) {
  std::vector<int> indices;
  while (*next < values.size() && values[*next].kind() == kind) {
    indices.push_back(
        static_cast<int>(std::min<uint32_t>(values[*next].index(), INT32_MAX)));
    ++*next;
  }
  return indices;
}

std::vector<int> Iota(size_t begin, size_t end) {
  std::vector<int> indices;
  for (size_t i = begin; i < end; ++i) indices.push_back(static_cast<int>(i));
  return indices;
}

bool IsIncreasingBelow(const std::vector<int>& indices, size_t limit) {
  for (size_t i = 0; i < indices.size(); ++i) {
    if (static_cast<size_t>(indices[i]) >= limit) return false;
    if (i > 0 && indices[i] <= indices[i - 1]) return false;
  }
  return true;
}

// Empty text: 0.
absl::Status ReadSize(const std::string& text,
                      absl::Span<const std::string> symbols, Dim* dim,
                      DimProgram* program) {
  absl::StatusOr<Dim> parsed =
      text.empty() ? absl::StatusOr<Dim>(Dim(0)) : Dim::Parse(text);
  if (!parsed.ok()) return Damaged(parsed.status().message());
  absl::StatusOr<DimProgram> compiled = DimProgram::Compile(*parsed, symbols);
  if (!compiled.ok()) return Damaged(compiled.status().message());
  *dim = *std::move(parsed);
  *program = *std::move(compiled);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Signature> Signature::Read(const proto::Manifest& manifest) {
  if (manifest.format_version() != kManifestFormatVersion) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the artifact has format version ", manifest.format_version(),
        ", but this runtime reads ", kManifestFormatVersion,
        manifest.format_version() > kManifestFormatVersion
            ? ": use a newer runtime"
            : ": compile the model again"));
  }
  Signature signature;
  absl::Status status = signature.ReadLists(manifest);
  if (status.ok()) status = signature.ReadSymbols(manifest);
  if (status.ok()) status = signature.ReadEntries(manifest);
  if (!status.ok()) return status;
  return signature;
}

absl::Status Signature::ReadLists(const proto::Manifest& manifest) {
  for (const proto::Symbol& symbol : manifest.symbols()) {
    symbols.push_back(symbol.name());
  }
  if (std::set<std::string>(symbols.begin(), symbols.end()).size() !=
      symbols.size()) {
    return Damaged("a symbol is there twice");
  }
  struct {
    const google::protobuf::RepeatedPtrField<proto::Tensor>& from;
    TensorList* to;
    bool is_static;
  } const lists[] = {
      {manifest.variables(), &variables, true},
      {manifest.prepared(), &prepared, true},
      {manifest.inputs(), &inputs, false},
      {manifest.outputs(), &outputs, false},
      {manifest.losses(), &losses, false},
  };
  for (const auto& list : lists) {
    absl::StatusOr<TensorList> read =
        ReadList(list.from, symbols, list.is_static);
    if (!read.ok()) return read.status();
    *list.to = *std::move(read);
  }
  const auto first_non_trainable =
      std::find_if(variables.specs.begin(), variables.specs.end(),
                   [](const TensorSpec& spec) { return !spec.trainable; });
  if (std::any_of(first_non_trainable, variables.specs.end(),
                  [](const TensorSpec& spec) { return spec.trainable; })) {
    return Damaged("trainable variables do not come first");
  }
  trainable_count =
      static_cast<int>(first_non_trainable - variables.specs.begin());
  trainable = Iota(0, trainable_count);
  non_trainable = Iota(trainable_count, variables.specs.size());
  for (uint32_t index : manifest.state()) {
    state.push_back(static_cast<int>(std::min<uint32_t>(index, INT32_MAX)));
  }
  if (!IsIncreasingBelow(state, variables.specs.size())) {
    return Damaged("the list of written variables is out of order");
  }
  return absl::OkStatus();
}

absl::Status Signature::ReadSymbols(const proto::Manifest& manifest) {
  for (const proto::Symbol& symbol : manifest.symbols()) {
    if (symbol.input() >= inputs.specs.size()) {
      return Damaged("a symbol is bound to no input");
    }
    const Shape& shape = inputs.specs[symbol.input()].shape;
    if (symbol.axis() >= shape.size() ||
        shape[symbol.axis()] != Dim::Symbol(symbol.name())) {
      return Damaged(absl::StrCat("'", symbol.name(), "' is not axis ",
                                  symbol.axis(), " of input '",
                                  inputs.specs[symbol.input()].name, "'"));
    }
    bindings_.push_back(
        {static_cast<int>(symbol.input()), static_cast<int>(symbol.axis())});
  }
  for (const proto::Assumption& assumption : manifest.assumptions()) {
    Equality equality;
    absl::Status status = ReadSize(assumption.left(), symbols,
                                   &equality.left_dim, &equality.left);
    if (status.ok()) {
      status = ReadSize(assumption.right(), symbols, &equality.right_dim,
                        &equality.right);
    }
    if (!status.ok()) return status;
    equalities_.push_back(std::move(equality));
  }
  for (const std::string& text : manifest.not_negative()) {
    Size size;
    absl::Status status = ReadSize(text, symbols, &size.dim, &size.program);
    if (!status.ok()) return status;
    sizes_.push_back(std::move(size));
  }
  return absl::OkStatus();
}

absl::Status Signature::ReadEntries(const proto::Manifest& manifest) {
  struct {
    absl::string_view name;
    bool present;
    const proto::Entry& entry;
    DimProgram* workspace;
  } const entries[] = {
      {"prepare", manifest.has_prepare(), manifest.prepare(),
       &prepare_workspace},
      {"call", manifest.has_call(), manifest.call(), &call_workspace},
  };
  for (const auto& [name, present, entry, workspace] : entries) {
    if (!present) return Damaged(absl::StrCat("it has no entry '", name, "'"));
    // What prepare needs depends on no input.
    const bool prepares = name == "prepare";
    const absl::Span<const std::string> known =
        prepares ? absl::Span<const std::string>() : symbols;
    Dim dim;
    absl::Status read =
        ReadSize(entry.workspace_size(), known, &dim, workspace);
    if (!read.ok()) return read;
    int argument = 0, result = 0;
    bool fits = true;
    if (prepares) {
      prepare_arguments =
          Take(entry.arguments(), proto::Value::VARIABLE, &argument);
      fits = IsIncreasingBelow(prepare_arguments, variables.specs.size()) &&
             Take(entry.results(), proto::Value::PREPARED, &result) ==
                 Iota(0, prepared.specs.size());
      for (int index : prepare_arguments) {
        fits &= !std::binary_search(state.begin(), state.end(), index);
      }
    } else {
      fits = Take(entry.arguments(), proto::Value::PREPARED, &argument) ==
             Iota(0, prepared.specs.size());
      fits &=
          Take(entry.arguments(), proto::Value::VARIABLE, &argument) == state;
      fits &= Take(entry.arguments(), proto::Value::INPUT, &argument) ==
              Iota(0, inputs.specs.size());
      fits &= Take(entry.results(), proto::Value::OUTPUT, &result) ==
              Iota(0, outputs.specs.size());
      fits &= Take(entry.results(), proto::Value::VARIABLE, &result) == state;
      fits &= Take(entry.results(), proto::Value::LOSS, &result) ==
              Iota(0, losses.specs.size());
    }
    if (!fits || argument != entry.arguments_size() ||
        result != entry.results_size()) {
      return Damaged(
          absl::StrCat("the signature of '", name, "' does not fit the lists"));
    }
  }
  return absl::OkStatus();
}

}  // namespace keratin
