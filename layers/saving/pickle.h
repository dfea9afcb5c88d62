// Pickle: what a Python pickle builds, as inert data. Nothing in it is
// imported, called or run: a call of a function is kept as that, a call.
//
//   auto pickle = Pickle::Parse(bytes);
//   pickle->at(pickle->root()).kind == Pickle::Kind::kDict
#ifndef KERATIN_LAYERS_SAVING_PICKLE_H_
#define KERATIN_LAYERS_SAVING_PICKLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace keratin {

class Pickle {
 public:
  enum class Kind {
    kMark,
    kNone,
    kBool,    // number
    kNumber,  // number; a float's is 0
    kText,    // text
    kBytes,   // text
    kList,    // items
    kTuple,   // items
    kDict,    // items: key, value, key, value, ...
    kGlobal,  // text: "module name"
    // items: what is called, the tuple of arguments, and each state that was
    // set
    kCall,
  };
  struct Node {
    Kind kind = Kind::kNone;
    int64_t number = 0;
    absl::string_view text = {};
    std::string owned = {};  // a kGlobal's
    std::vector<int> items = {};
  };

  // The bytes must live as long. Protocols 2 to 5, as far as numpy uses them.
  static absl::StatusOr<Pickle> Parse(absl::string_view bytes);

  int root() const { return root_; }
  // Nodes may hold each other in a circle.
  const Node& at(int node) const { return nodes_[node]; }

 private:
  friend class PickleReader;
  std::vector<Node> nodes_;
  int root_ = 0;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_SAVING_PICKLE_H_
