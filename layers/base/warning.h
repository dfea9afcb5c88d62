// Warnings: what is not wrong, and is likely not meant. Keras says it by
// warnings.warn.
#ifndef KERATIN_LAYERS_BASE_WARNING_H_
#define KERATIN_LAYERS_BASE_WARNING_H_

#include <functional>
#include <string>

namespace keratin {

// Hands a sentence to the handler of the process.
void Warn(const std::string& sentence);

// What is called with every warning, by any thread, one at a time; it must not
// warn itself. At first each is a line on stderr; null says nothing.
void SetWarningHandler(std::function<void(const std::string&)> handler);

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_WARNING_H_
