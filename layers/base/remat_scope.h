// RematScope: which of the layers made in it are to be rematerialized, that is
// computed again in the backward pass, rather than keep their values for it.
//
// A layer remembers the scope it was made in; its calls then mark their
// operations (keratin.remat in dumps: those of one number are computed again
// together). Keras: keras.RematScope.
//
//   RematScope scope({.mode = "larger_than", .output_size_threshold = 2048});
//   auto dense = Dense({.units = 4096});
#ifndef KERATIN_LAYERS_BASE_REMAT_SCOPE_H_
#define KERATIN_LAYERS_BASE_REMAT_SCOPE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace keratin {

struct RematMode {
  // "full", "activations", "larger_than", "list_of_layers", or "" for none.
  std::string mode = {};
  // Of larger_than: elements of the outputs, unknown sizes counted as 1.
  int64_t output_size_threshold = 1024;
  // Of list_of_layers.
  std::vector<std::string> layer_names = {};
};

class RematScope {
 public:
  // Holds in this thread until it is destroyed; the innermost counts.
  explicit RematScope(RematMode mode = {.mode = "full"});
  ~RematScope();
  RematScope(const RematScope&) = delete;
  RematScope& operator=(const RematScope&) = delete;

  // Of no such name: also the status() of every layer made in it.
  static absl::Status Check(const RematMode& mode);
  // Of the innermost scope; none outside of any.
  static RematMode Current();

 private:
  RematMode mode_;
  RematScope* outer_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_REMAT_SCOPE_H_
