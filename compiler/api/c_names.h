// Names of a model's tensors and sizes as C identifiers.
//
//   CNames names({"workspace"});
//   names.Take("dense/kernel")  == "dense_kernel"
//   names.Take("dense.kernel")  == "dense_kernel_2"
//   names.Take("class")         == "class_"
#ifndef KERATIN_COMPILER_API_C_NAMES_H_
#define KERATIN_COMPILER_API_C_NAMES_H_

#include <set>
#include <string>

namespace keratin {

// "my-model" -> "my_model": letters, digits and underscores, no digit first.
std::string CIdentifier(const std::string& text);

// Makes identifiers that are neither keywords of C and C++ nor taken already.
class CNames {
 public:
  explicit CNames(std::set<std::string> taken) : taken_(std::move(taken)) {}
  std::string Take(const std::string& text);

 private:
  std::set<std::string> taken_;
};

}  // namespace keratin

#endif  // KERATIN_COMPILER_API_C_NAMES_H_
