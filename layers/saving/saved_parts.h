// Where in a weights file the state of each layer stands.
//
// Keras's walk of _save_state: a layer under the name of the attribute that
// holds it, those of a list under their class names, counted; each layer once.
//
//   for (const SavedPart& part : SavedParts(model))
//     ... absl::StrCat(part.path, "/vars/", k) ...
#ifndef KERATIN_LAYERS_SAVING_SAVED_PARTS_H_
#define KERATIN_LAYERS_SAVING_SAVED_PARTS_H_

#include <string>
#include <vector>

#include "layers/base/layer.h"
#include "layers/base/variable.h"

namespace keratin {

struct SavedPart {
  std::string path;  // "layers/dense"; "" of the root
  // One of these: a layer, which saves what it has itself, or the state of a
  // seed generator.
  Layer* layer = nullptr;
  Variable* seed = nullptr;

  // Of what is saved under a key: "layers/dense/vars/0".
  std::string Key(const std::string& key) const;
};

std::vector<SavedPart> SavedParts(Layer& root);

}  // namespace keratin

#endif  // KERATIN_LAYERS_SAVING_SAVED_PARTS_H_
