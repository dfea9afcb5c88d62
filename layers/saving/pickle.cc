#include "layers/saving/pickle.h"

#include <cstring>
#include <map>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace keratin {

// Python's pickle machine: a stack, a memo, and a byte per instruction
// (Lib/pickletools.py).
class PickleReader {
 public:
  explicit PickleReader(absl::string_view bytes) : rest_(bytes) {}

  absl::StatusOr<Pickle> Run() {
    while (error_.empty()) {
      const absl::string_view code = Take(1);
      if (code.empty()) break;
      if (code[0] == '.') {
        if (stack_.size() != 1) break;
        pickle_.root_ = stack_[0];
        return std::move(pickle_);
      }
      Step(static_cast<unsigned char>(code[0]));
      if (pickle_.nodes_.size() > kMaxNodes) error_ = "it is too large";
    }
    return absl::InvalidArgumentError(error_.empty() ? "it is damaged"
                                                     : error_);
  }

 private:
  using Kind = Pickle::Kind;
  using Node = Pickle::Node;
  static constexpr size_t kMaxNodes = size_t{1} << 22;

  void Step(unsigned char code) {
    switch (code) {
      case 0x80:  // PROTO
        Take(1);
        return;
      case 0x95:  // FRAME
        Take(8);
        return;
      case '(':
        return Push({.kind = Kind::kMark});
      case 'N':
        return Push({.kind = Kind::kNone});
      case 0x88:
      case 0x89:
        return Push({.kind = Kind::kBool, .number = code == 0x88});
      case 'J':
        return Push({.kind = Kind::kNumber,
                     .number = static_cast<int32_t>(Unsigned(4))});
      case 'K':
        return Push({.kind = Kind::kNumber, .number = Size(1)});
      case 'M':
        return Push({.kind = Kind::kNumber, .number = Size(2)});
      case 0x8a:  // LONG1
        return Push({.kind = Kind::kNumber, .number = Long(Size(1))});
      case 'G':  // BINFLOAT
        Take(8);
        return Push({.kind = Kind::kNumber});
      case 'C':
      case 'U':
        return PushText(Kind::kBytes, Size(1));
      case 'B':
      case 'T':
        return PushText(Kind::kBytes, Size(4));
      case 0x8e:
        return PushText(Kind::kBytes, Size(8));
      case 0x8c:
        return PushText(Kind::kText, Size(1));
      case 'X':
        return PushText(Kind::kText, Size(4));
      case 0x8d:
        return PushText(Kind::kText, Size(8));
      case ']':
        return Push({.kind = Kind::kList});
      case '}':
        return Push({.kind = Kind::kDict});
      case ')':
        return Push({.kind = Kind::kTuple});
      case 't':
        return Push({.kind = Kind::kTuple, .items = PopToMark()});
      case 0x85:
      case 0x86:
      case 0x87:
        return Push({.kind = Kind::kTuple, .items = Pop(code - 0x84)});
      case 'a':
        return Append(Pop(1));
      case 'e':
        return Append(PopToMark());
      case 's':
        return Append(Pop(2));
      case 'u':
        return Append(PopToMark());
      case 'b':  // BUILD: a state for an object
        return Append(Pop(1));
      case 'R':   // REDUCE
      case 0x81:  // NEWOBJ
        return Push({.kind = Kind::kCall, .items = Pop(2)});
      case 0x93: {  // STACK_GLOBAL
        const std::vector<int> names = Pop(2);
        if (names.empty()) return;
        return PushGlobal(pickle_.nodes_[names[0]].text,
                          pickle_.nodes_[names[1]].text);
      }
      case 'c': {
        const absl::string_view module = Line();
        return PushGlobal(module, Line());
      }
      case 0x94:  // MEMOIZE
        return Remember(static_cast<int64_t>(memo_.size()));
      case 'q':
        return Remember(Size(1));
      case 'r':
        return Remember(Size(4));
      case 'h':
        return Recall(Size(1));
      case 'j':
        return Recall(Size(4));
      default:
        error_ = absl::StrCat("the pickle instruction 0x", absl::Hex(code),
                              " is not known");
    }
  }

  absl::string_view Take(size_t count) {
    if (count > rest_.size()) {
      error_ = "it ends early";
      return "";
    }
    const absl::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  absl::string_view Line() {
    const size_t end = rest_.find('\n');
    const absl::string_view line = Take(end == rest_.npos ? rest_.size() : end);
    Take(1);
    return line;
  }
  // Little endian.
  uint64_t Unsigned(size_t count) {
    const absl::string_view bytes = Take(count);
    uint64_t number = 0;
    std::memcpy(&number, bytes.data(), bytes.size());
    return number;
  }
  int64_t Size(size_t count) {
    const uint64_t size = Unsigned(count);
    return size > INT64_MAX ? INT64_MAX : static_cast<int64_t>(size);
  }
  int64_t Long(int64_t count) {
    if (count > 8) {
      error_ = "a number is too large";
      return 0;
    }
    if (count == 0) return 0;
    const int unused = 64 - 8 * static_cast<int>(count);
    return static_cast<int64_t>(Unsigned(static_cast<size_t>(count))
                                << unused) >>
           unused;
  }

  void Push(Node node) {
    stack_.push_back(static_cast<int>(pickle_.nodes_.size()));
    pickle_.nodes_.push_back(std::move(node));
  }
  void PushText(Kind kind, int64_t size) {
    Push({.kind = kind, .text = Take(static_cast<size_t>(size))});
  }
  void PushGlobal(absl::string_view module, absl::string_view name) {
    Push({.kind = Kind::kGlobal, .owned = absl::StrCat(module, " ", name)});
  }
  std::vector<int> Pop(size_t count) {
    if (count > stack_.size()) {
      error_ = "it is damaged";
      return {};
    }
    std::vector<int> items(stack_.end() - static_cast<ptrdiff_t>(count),
                           stack_.end());
    stack_.resize(stack_.size() - count);
    return items;
  }
  std::vector<int> PopToMark() {
    size_t count = 0;
    while (count < stack_.size() &&
           pickle_.nodes_[stack_[stack_.size() - 1 - count]].kind !=
               Kind::kMark) {
      ++count;
    }
    std::vector<int> items = Pop(count);
    Pop(1);
    return items;
  }
  void Append(const std::vector<int>& items) {
    if (stack_.empty()) {
      error_ = "it is damaged";
      return;
    }
    std::vector<int>& all = pickle_.nodes_[stack_.back()].items;
    all.insert(all.end(), items.begin(), items.end());
  }
  void Remember(int64_t key) {
    if (!stack_.empty()) memo_[key] = stack_.back();
  }
  void Recall(int64_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) {
      error_ = "it is damaged";
      return;
    }
    stack_.push_back(found->second);
  }

  absl::string_view rest_;
  std::string error_;
  std::vector<int> stack_;
  std::map<int64_t, int> memo_;
  Pickle pickle_;
};

absl::StatusOr<Pickle> Pickle::Parse(absl::string_view bytes) {
  return PickleReader(bytes).Run();
}

}  // namespace keratin
