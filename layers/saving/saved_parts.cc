#include "layers/saving/saved_parts.h"

#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "layers/base/names.h"
#include "layers/models/model.h"

namespace keratin {
namespace {

std::string Join(const std::string& path, const std::string& name) {
  return path.empty() ? name : absl::StrCat(path, "/", name);
}

class Walk {
 public:
  void Visit(Layer& layer, const std::string& path) {
    if (!visited_.insert(&layer).second) return;
    parts.push_back({path, &layer, nullptr});
    if (auto* model = dynamic_cast<Model*>(&layer);
        model != nullptr && model->saves_layers()) {
      return VisitList(model->layers(), Join(path, "layers"));
    }
    for (const Layer::Child& child : layer.children()) {
      if (child.metric != nullptr) continue;  // as Keras: never saved
      const std::string below = Join(path, child.attribute);
      if (child.seed != nullptr) {
        parts.push_back({below, nullptr, child.seed});
      } else if (child.is_list) {
        VisitList(child.layers, below);
      } else {
        Visit(*child.layers[0], below);
      }
    }
  }

  std::vector<SavedPart> parts;

 private:
  void VisitList(const std::vector<Layer*>& layers, const std::string& path) {
    std::map<std::string, int> used;
    for (Layer* layer : layers) {
      std::string name = ToSnakeCase(layer->class_name());
      const int count = used[name]++;
      if (count > 0) absl::StrAppend(&name, "_", count);
      Visit(*layer, Join(path, name));
    }
  }

  std::set<const Layer*> visited_;
};

}  // namespace

std::string SavedPart::Key(const std::string& key) const {
  return Join(path, absl::StrCat("vars/", key));
}

std::vector<SavedPart> SavedParts(Layer& root) {
  Walk walk;
  walk.Visit(root, "");
  return std::move(walk.parts);
}

}  // namespace keratin
