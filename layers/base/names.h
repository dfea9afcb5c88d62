// The names that Keras gives to objects: `dense`, `dense_1` and so on.
//
//   AutoName("Conv2D")  // "conv2d", then "conv2d_1", ...
#ifndef KERATIN_LAYERS_BASE_NAMES_H_
#define KERATIN_LAYERS_BASE_NAMES_H_

#include <string>

namespace keratin {

// Keras's to_snake_case, of class names: "GRUCell" is "gru_cell".
std::string ToSnakeCase(const std::string& name);

// A name of that class which no object of this process was given yet. Keras:
// auto_name; counted for the process, by any thread.
std::string AutoName(const std::string& class_name);

// Counts from the beginning again. Keras: keras.backend.clear_session.
void ResetNames();

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_NAMES_H_
