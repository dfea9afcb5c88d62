// Prepared variables and initial state that come with an artifact: embedded in
// it, or in a file beside it.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/content_hash.h"
#include "runtime/executable.h"
#include "runtime/executable_impl.h"
#include "runtime/signature.h"

namespace keratin {
namespace {

Array ViewOf(const TensorSpec& spec, const void* data,
             const std::shared_ptr<const void>& owner) {
  return Array::Alias(spec.dtype, *spec.shape.AsSizes(), data, owner);
}

absl::Status WrongPlace(const Manifest& manifest, absl::string_view lacking,
                        absl::string_view what_to_do) {
  return absl::FailedPreconditionError(absl::StrCat(
      "model '", manifest.name(), "' has no ", lacking, ": ", what_to_do));
}

absl::string_view WhereWeightsAre(const Manifest& manifest) {
  return manifest.weights().place() == proto::Weights::FILE
             ? "open its weights file"
             : "its variables are given as arguments, to Prepare";
}

// A file mapped for reading, for as long as the pointer lives.
absl::StatusOr<std::shared_ptr<const void>> MapFile(const std::string& path,
                                                    uint64_t expected) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat info;
  if (file < 0 || fstat(file, &info) != 0) {
    const int error = errno;
    if (file >= 0) close(file);
    return absl::NotFoundError(
        absl::StrCat("cannot open '", path, "': ", std::strerror(error)));
  }
  const uint64_t size = static_cast<uint64_t>(info.st_size);
  if (!S_ISREG(info.st_mode) || size != expected) {
    close(file);
    return absl::DataLossError(absl::StrCat(
        "'", path, "' is not the weights file of this model: it has ", size,
        " bytes, but ", expected, " were expected"));
  }
  void* memory = size == 0
                     ? nullptr
                     : mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  const int error = errno;
  close(file);
  if (memory == MAP_FAILED) {
    return absl::ResourceExhaustedError(
        absl::StrCat("cannot map '", path, "': ", std::strerror(error)));
  }
  return std::shared_ptr<const void>(memory, [size](const void* mapped) {
    if (mapped != nullptr) munmap(const_cast<void*>(mapped), size);
  });
}

// The prepared buffers in a block.
absl::StatusOr<Prepared> ViewsOf(const ExecutableImpl& impl, const void* block,
                                 const std::shared_ptr<const void>& owner) {
  const proto::Weights& weights = impl.manifest.weights();
  const std::vector<TensorSpec>& specs = impl.signature.prepared.specs;
  bool fits = weights.prepared_offsets_size() == static_cast<int>(specs.size());
  std::vector<Array> buffers;
  for (size_t i = 0; fits && i < specs.size(); ++i) {
    const uint64_t offset = weights.prepared_offsets(static_cast<int>(i));
    const uint64_t bytes = static_cast<uint64_t>(
        *CheckedElements(specs[i].dtype, *specs[i].shape.AsSizes()) *
        DTypeSize(specs[i].dtype));
    fits = offset % Array::kAlignment == 0 && bytes <= weights.size() &&
           offset <= weights.size() - bytes;
    if (!fits) break;
    buffers.push_back(
        ViewOf(specs[i], static_cast<const char*>(block) + offset, owner));
  }
  if (fits) return Prepared(std::move(buffers));
  return absl::DataLossError(
      absl::StrCat("the manifest of model '", impl.manifest.name(),
                   "' does not fit its weights: compile the model again"));
}

}  // namespace

absl::StatusOr<Prepared> Executable::EmbeddedPrepared() const {
  if (impl_->manifest.weights().place() != proto::Weights::EMBEDDED) {
    return WrongPlace(impl_->manifest, "embedded variables",
                      WhereWeightsAre(impl_->manifest));
  }
  return ViewsOf(*impl_, impl_->entry_points.weights, impl_->owner);
}

absl::StatusOr<std::vector<Array>> Executable::InitialState() const {
  const std::vector<const void*>& data = impl_->entry_points.initial_state;
  const std::vector<int>& state = impl_->signature.state;
  if (data.size() != state.size()) {
    return WrongPlace(impl_->manifest, "saved state",
                      WhereWeightsAre(impl_->manifest));
  }
  std::vector<Array> values;
  for (size_t k = 0; k < state.size(); ++k) {
    values.push_back(ViewOf(impl_->signature.variables.specs[state[k]], data[k],
                            impl_->owner));
  }
  return values;
}

absl::StatusOr<Prepared> Executable::OpenWeights(
    absl::string_view given) const {
  const std::string path(given);
  const proto::Weights& weights = impl_->manifest.weights();
  if (weights.place() != proto::Weights::FILE) {
    return WrongPlace(impl_->manifest, "weights file",
                      weights.place() == proto::Weights::EMBEDDED
                          ? "its variables are embedded"
                          : "its variables are given as arguments");
  }
  absl::StatusOr<std::shared_ptr<const void>> mapped =
      MapFile(path, weights.size());
  if (!mapped.ok()) return mapped.status();
  if (ContentHash(mapped->get(), weights.size()) != weights.hash()) {
    return absl::DataLossError(absl::StrCat(
        "'", path, "' is not the weights file of this model, or is damaged: ",
        "its content does not match the manifest's hash"));
  }
  return ViewsOf(*impl_, mapped->get(), *mapped);
}

}  // namespace keratin
