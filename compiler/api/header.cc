#include "compiler/api/header.h"

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "compiler/api/c_names.h"

namespace keratin {
namespace {

constexpr char kAbi[] =
#include "compiler/api/abi_text.inc"
    ;

// Maps the file of prepared variables; for POSIX systems. The hash is that of
// runtime/content_hash.h.
constexpr char kOpen[] = R"(
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Maps the weights file and gives its content, the prepared variables of
   $n_call; NULL after an error.
   0: done. 1: the file cannot be read. 2: it is not this model's, or damaged. */
static inline int32_t $n_open(const char* path, const void** prepared) {
  const uint64_t size = UINT64_C($size), prime = UINT64_C(0x100000001B3);
  const uint64_t basis = UINT64_C(0xCBF29CE484222325);
  uint64_t lanes[4], hash = basis ^ size, i = 0, word;
  const unsigned char* bytes;
  struct stat info;
  int lane, file = open(path, O_RDONLY);
  void* map;
  *prepared = 0;
  if (file < 0) return 1;
  if (fstat(file, &info) != 0 || (uint64_t)info.st_size != size) {
    close(file);
    return 2;
  }
  map = mmap(0, (size_t)size, PROT_READ, MAP_PRIVATE, file, 0);
  close(file);
  if (map == MAP_FAILED) return 1;
  bytes = (const unsigned char*)map;
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
    munmap(map, (size_t)size);
    return 2;
  }
  *prepared = map;
  return 0;
}

static inline void $n_close(const void* prepared) {
  if (prepared) munmap((void*)prepared, (size_t)UINT64_C($size));
}
)";

// What a comment may hold: nothing that ends it.
std::string Plain(const std::string& text) {
  std::string plain;
  for (char c : absl::StrReplaceAll(text, {{"\n", " "}, {"\\", "/"}})) {
    const std::string pair = {plain.empty() ? ' ' : plain.back(), c};
    if (pair == "*/" || pair == "/*" || pair == "??") plain += ' ';
    plain += c;
  }
  return plain;
}

// The C type of an element.
std::string CType(const std::string& dtype) {
  if (dtype == "float32") return "float";
  if (dtype == "float64") return "double";
  if (dtype == "bool") return "uint8_t";
  if (dtype == "float16" || dtype == "bfloat16") return "uint16_t";
  return dtype + "_t";
}

std::string TypeAndShape(const proto::Tensor& tensor) {
  return absl::StrCat(tensor.dtype(), " (",
                      Plain(absl::StrJoin(tensor.dims(), ", ")), ")");
}

// A parameter of a function, and what the comment says of it.
struct Parameter {
  std::string declaration;
  std::string name;
  std::string meaning;
};

std::string Comment(const std::vector<Parameter>& parameters) {
  size_t width = 0;
  for (const Parameter& p : parameters) width = std::max(width, p.name.size());
  std::string text;
  for (const Parameter& p : parameters) {
    absl::StrAppend(&text, "     ", p.name,
                    std::string(width - p.name.size() + 2, ' '), p.meaning,
                    "\n");
  }
  return text;
}

std::string Declarations(const std::vector<Parameter>& parameters) {
  if (parameters.empty()) return "void";
  return absl::StrJoin(
      parameters, ",\n    ",
      [](std::string* out, const Parameter& p) { out->append(p.declaration); });
}

class Header {
 public:
  explicit Header(const Manifest& manifest)
      : m_(manifest),
        n_(manifest.name()),
        place_(manifest.weights().place()),
        upper_(n_) {
    for (char& c : upper_)
      c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }

  std::string Text() {
    NameParameters();
    text_ = absl::StrCat(
        "/* The model ", Plain(m_.model_name()),
        m_.training() ? " in training mode" : "", ", compiled by Keratin ",
        m_.compiler_version(), " for ", m_.target().triple(), ", ",
        m_.target().cpu(), ".\n\n",
        "   Buffers are dense and row-major; bool is one byte, float16 and "
        "bfloat16 are\n   their bits. Results overlap nothing else. Calls may "
        "run at once, each with a\n   workspace of its own; they allocate "
        "nothing. */\n#ifndef ",
        upper_, "_H_\n#define ", upper_, "_H_\n\n", kAbi + 1,
        "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    WorkspaceSize();
    if (place_ == proto::Weights::ARGUMENTS) Prepare();
    Call();
    if (place_ == proto::Weights::ARGUMENTS) {
      StatelessCall();
    } else {
      InitialState();
    }
    absl::StrAppend(&text_,
                    "/* What a loader needs: keratin::Executable::Create(", n_,
                    "_model). */\nextern const struct keratin_model ", n_,
                    "_model;\n\n#ifdef __cplusplus\n}\n#endif\n");
    if (place_ == proto::Weights::FILE) {
      absl::StrAppend(
          &text_, absl::StrReplaceAll(
                      kOpen, {{"$n", n_},
                              {"$size", absl::StrCat(m_.weights().size())},
                              {"$hash", absl::StrCat(m_.weights().hash())}}));
    }
    absl::StrAppend(&text_, "\n#endif /* ", upper_, "_H_ */\n");
    return std::move(text_);
  }

 private:
  Parameter Pointer(const proto::Tensor& tensor, const std::string& name,
                    const char* role, bool written) {
    return {absl::StrCat(written ? "" : "const ", CType(tensor.dtype()), "* ",
                         name),
            name,
            absl::StrCat(role, TypeAndShape(tensor),
                         tensor.path().empty()
                             ? std::string()
                             : absl::StrCat(", ", Plain(tensor.path())))};
  }

  void NameParameters() {
    CNames names(
        {"prepared", "variables", "workspace", "parallel_for", "pool"});
    for (uint32_t index : m_.state()) {
      const proto::Tensor& variable = m_.variables(static_cast<int>(index));
      state_.push_back(Pointer(variable, names.Take(variable.path()),
                               "in   variable, ", false));
    }
    for (const proto::Tensor& input : m_.inputs()) {
      inputs_.push_back(
          Pointer(input, names.Take(input.name()), "in   input, ", false));
    }
    for (const proto::Tensor& output : m_.outputs()) {
      results_.push_back(
          Pointer(output, names.Take(output.name()), "out  output, ", true));
    }
    for (uint32_t index : m_.state()) {
      const proto::Tensor& variable = m_.variables(static_cast<int>(index));
      results_.push_back(
          Pointer(variable, names.Take(absl::StrCat("new_", variable.path())),
                  "out  its new value, ", true));
    }
    for (const proto::Tensor& loss : m_.losses()) {
      results_.push_back(
          Pointer(loss, names.Take(loss.name()), "out  loss, ", true));
    }
    for (const proto::Symbol& symbol : m_.symbols()) {
      const std::string name = names.Take(symbol.name());
      sizes_.push_back(
          {absl::StrCat("int64_t ", name), name,
           absl::StrCat(
               "size ", symbol.axis(), " of ",
               Plain(m_.inputs(static_cast<int>(symbol.input())).name()))});
    }
    tail_ = {{"void* workspace", "workspace",
              absl::StrCat("scratch memory of ", n_,
                           "_workspace_size bytes, 64-byte aligned")},
             {"keratin_parallel_for parallel_for", "parallel_for",
              "runs loops on several threads; null: the calling thread"},
             {"void* pool", "pool", "handed to parallel_for"}};
  }

  void Function(const std::string& comment, const char* result,
                const char* suffix, const std::vector<Parameter>& parameters) {
    absl::StrAppend(&text_, "/* ", comment, Comment(parameters), "*/\n", result,
                    " ", n_, suffix, "(\n    ", Declarations(parameters),
                    ");\n\n");
  }

  static std::vector<Parameter> Joined(
      std::initializer_list<std::vector<Parameter>> lists) {
    std::vector<Parameter> all;
    for (const auto& list : lists) {
      all.insert(all.end(), list.begin(), list.end());
    }
    return all;
  }

  void WorkspaceSize() {
    Function(absl::StrCat("The bytes of scratch memory that a call needs for "
                          "these sizes.\n"),
             "int64_t", "_workspace_size", sizes_);
  }

  Parameter Block(bool written) const {
    const std::string bytes = absl::StrCat(upper_, "_PREPARED_BYTES");
    return {written ? "void* prepared" : "const void* prepared", "prepared",
            place_ == proto::Weights::FILE
                ? absl::StrCat("the variables, as ", n_, "_open gives them")
            : written ? absl::StrCat("out  the block, ", bytes,
                                     " bytes, 64-byte aligned")
                      : absl::StrCat("the block that ", n_, "_prepare wrote")};
  }

  Parameter Variables() const {
    return {"const void* const* variables", "variables",
            absl::StrCat("in   all of them, ", upper_,
                         "_VARIABLES pointers, as listed above")};
  }

  void Prepare() {
    absl::StrAppend(&text_, "enum { ", upper_,
                    "_VARIABLES = ", m_.variables_size(), " };\n#define ",
                    upper_, "_PREPARED_BYTES UINT64_C(", m_.weights().size(),
                    ")\n\n/* The variables:\n");
    for (int k = 0; k < m_.variables_size(); ++k) {
      const proto::Tensor& variable = m_.variables(k);
      absl::StrAppend(&text_, "     variables[", k, "]  ",
                      Plain(variable.path()), ": ", TypeAndShape(variable),
                      variable.trainable() ? "" : ", not trainable", "\n");
    }
    text_ += "*/\n\n";
    Function(
        "Makes of the variables, once for all calls, what a call takes. 0: "
        "done.\n",
        "int32_t", "_prepare", Joined({{Variables(), Block(true)}, tail_}));
  }

  void Call() {
    std::vector<Parameter> block;
    if (place_ != proto::Weights::EMBEDDED) block.push_back(Block(false));
    Function("One call. 0: done. 1: the sizes contradict each other.\n",
             "int32_t", "_call",
             Joined({block, state_, inputs_, results_, sizes_, tail_}));
  }

  void StatelessCall() {
    Function(
        absl::StrCat("", n_, "_prepare and ", n_, "_call in one.\n"), "int32_t",
        "_stateless_call",
        Joined({{Variables(), Block(true)}, inputs_, results_, sizes_, tail_}));
  }

  void InitialState() {
    absl::StrAppend(&text_,
                    "/* The saved value of the k-th written variable, of ",
                    m_.state_size(), "; null beyond the last. */\nconst void* ",
                    n_, "_initial_state(int64_t k);\n\n");
  }

  const Manifest& m_;
  const std::string n_;
  const proto::Weights::Place place_;
  std::string upper_;
  std::vector<Parameter> state_, inputs_, results_, sizes_, tail_;
  std::string text_;
};

}  // namespace

std::string HeaderOf(const Manifest& manifest) {
  return Header(manifest).Text();
}

}  // namespace keratin
