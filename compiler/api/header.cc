#include "compiler/api/header.h"

#include <cctype>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace keratin {
namespace {

constexpr char kAbi[] =
#include "compiler/api/abi_text.inc"
    ;

// Maps the file of prepared weights; for POSIX systems.
constexpr char kOpen[] = R"(
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The weights file, mapped: `prepared` are the first arguments of a call,
   `state` the saved values of the written variables. */
struct $n_weights {
  const void* prepared[$N_PREPARED + 1];
  const void* state[$N_STATE + 1];
  void* map;
};

/* 0: done. 1: the file cannot be read. 2: it is not this model's, or damaged. */
static inline int32_t $n_open(const char* path, struct $n_weights* weights) {
  static const uint64_t prepared[] = {$prepared0}, state[] = {$state0};
  const uint64_t size = UINT64_C($size), prime = UINT64_C(0x100000001B3);
  const uint64_t basis = UINT64_C(0xCBF29CE484222325);
  uint64_t lanes[4], hash = basis ^ size, i = 0, word;
  const unsigned char* bytes;
  struct stat info;
  int k, lane, file = open(path, O_RDONLY);
  if (file < 0) return 1;
  if (fstat(file, &info) != 0 || (uint64_t)info.st_size != size) {
    close(file);
    return 2;
  }
  weights->map = mmap(0, size, PROT_READ, MAP_PRIVATE, file, 0);
  close(file);
  if (weights->map == MAP_FAILED) return 1;
  bytes = (const unsigned char*)weights->map;
  for (lane = 0; lane < 4; ++lane) lanes[lane] = basis + (uint64_t)lane;
  for (; i + 32 <= size; i += 32)
    for (lane = 0; lane < 4; ++lane) {
      memcpy(&word, bytes + i + 8 * lane, 8);
      lanes[lane] = (lanes[lane] ^ word) * prime;
      lanes[lane] ^= lanes[lane] >> 32;
    }
  for (lane = 0; lane < 4; ++lane) {
    hash = (hash ^ lanes[lane]) * prime;
    hash ^= hash >> 32;
  }
  for (; i < size; ++i) hash = (hash ^ bytes[i]) * prime;
  if ((hash ^ (hash >> 32)) != UINT64_C($hash)) {
    munmap(weights->map, size);
    return 2;
  }
  for (k = 0; k < $N_PREPARED; ++k) weights->prepared[k] = bytes + prepared[k];
  for (k = 0; k < $N_STATE; ++k) weights->state[k] = bytes + state[k];
  return 0;
}

static inline void $n_close(struct $n_weights* weights) {
  munmap(weights->map, UINT64_C($size));
}
)";

// What a comment may hold: nothing that ends it.
std::string Plain(const std::string& text) {
  return absl::StrReplaceAll(text, {{"*/", "* /"}, {"\n", " "}, {"\\", "/"}});
}

std::string Line(const proto::Tensor& tensor) {
  return absl::StrCat(
      Plain(tensor.path().empty() ? tensor.name() : tensor.path()), ": ",
      tensor.dtype(), " (", Plain(absl::StrJoin(tensor.dims(), ", ")), ")");
}

std::string LineOf(const Manifest& manifest, const proto::Value& value) {
  const int k = static_cast<int>(value.index());
  switch (value.kind()) {
    case proto::Value::VARIABLE:
      return absl::StrCat("variable ", Line(manifest.variables(k)));
    case proto::Value::PREPARED:
      return absl::StrCat("prepared ", Line(manifest.prepared(k)));
    case proto::Value::INPUT:
      return absl::StrCat("input ", Line(manifest.inputs(k)));
    case proto::Value::OUTPUT:
      return absl::StrCat("output ", Line(manifest.outputs(k)));
    default:
      return absl::StrCat("loss ", Line(manifest.losses(k)));
  }
}

std::string Signature(const Manifest& manifest, const proto::Entry& entry) {
  std::string text;
  for (int k = 0; k < entry.arguments_size(); ++k) {
    absl::StrAppend(&text, "     args[", k,
                    "]: ", LineOf(manifest, entry.arguments(k)), "\n");
  }
  for (int k = 0; k < entry.results_size(); ++k) {
    absl::StrAppend(&text, "     results[", k,
                    "]: ", LineOf(manifest, entry.results(k)), "\n");
  }
  return text;
}

}  // namespace

std::string HeaderOf(const Manifest& manifest) {
  const std::string& n = manifest.name();
  std::string upper = n;
  for (char& c : upper)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const auto place = manifest.weights().place();
  std::string text = absl::StrCat(
      "/* The model ", Plain(manifest.model_name()), ", compiled by Keratin ",
      manifest.compiler_version(), " for ", manifest.target().triple(), ", ",
      manifest.target().cpu(), ".\n\n",
      "   Buffers are dense and row-major; bool is one byte. Results overlap "
      "nothing else.\n",
      "   Calls may run at once, each with a workspace of its own. "
      "*/\n#ifndef ",
      upper, "_H_\n#define ", upper, "_H_\n\n", kAbi + 1,
      "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
  absl::StrAppend(&text, "enum {\n  ", upper,
                  "_PREPARED = ", manifest.prepared_size(), ",\n  ", upper,
                  "_STATE = ", manifest.state_size(), ",\n  ", upper,
                  "_INPUTS = ", manifest.inputs_size(), ",\n  ", upper,
                  "_OUTPUTS = ", manifest.outputs_size(), ",\n  ", upper,
                  "_SYMBOLS = ", manifest.symbols_size(), "\n};\n\n");
  absl::StrAppend(
      &text,
      "/* Serialized runtime/manifest.proto. */\nextern const unsigned char ",
      n, "_manifest[];\nextern const uint64_t ", n, "_manifest_size;\n\n");
  if (manifest.symbols_size() > 0) {
    text += "/* dims, the unknown sizes:\n";
    for (int k = 0; k < manifest.symbols_size(); ++k) {
      absl::StrAppend(&text, "     dims[", k,
                      "]: ", Plain(manifest.symbols(k).name()), "\n");
    }
    text += "*/\n\n";
  }
  absl::StrAppend(&text, "/* Bytes of workspace that ", n,
                  "_call needs, at 64-byte alignment. */\nint64_t ", n,
                  "_workspace_size(const int64_t* dims);\n\n");
  absl::StrAppend(&text, "/* 0: done.\n", Signature(manifest, manifest.call()),
                  "*/\nint32_t ", n,
                  "_call(const struct keratin_call* call);\n\n");
  absl::StrAppend(&text,
                  "/* The variables as a call takes them; its workspace has ",
                  Plain(manifest.prepare().workspace_size()), " bytes.\n",
                  Signature(manifest, manifest.prepare()), "*/\nint32_t ", n,
                  "_prepare(const struct keratin_call* call);\n\n");
  if (place == proto::Weights::EMBEDDED) {
    absl::StrAppend(
        &text,
        "/* The first arguments of a call. */\nextern const void* const ", n,
        "_prepared[];\n\n");
    if (manifest.state_size() > 0) {
      absl::StrAppend(&text,
                      "/* The saved value of the k-th written variable; null "
                      "beyond the last. */\nconst void* ",
                      n, "_initial_state(int64_t k);\n\n");
    }
  }
  text += "#ifdef __cplusplus\n}\n#endif\n";
  if (place == proto::Weights::FILE) {
    auto list = [](const auto& offsets) {
      std::string all = absl::StrJoin(offsets, ", ");
      return all.empty() ? std::string("0") : all;
    };
    absl::StrAppend(
        &text,
        absl::StrReplaceAll(
            kOpen, {{"$n", n},
                    {"$N", upper},
                    {"$prepared0", list(manifest.weights().prepared_offsets())},
                    {"$state0", list(manifest.weights().state_offsets())},
                    {"$size", absl::StrCat(manifest.weights().file_size())},
                    {"$hash", absl::StrCat(manifest.weights().file_hash())}}));
  }
  absl::StrAppend(&text, "\n#endif /* ", upper, "_H_ */\n");
  return text;
}

}  // namespace keratin
