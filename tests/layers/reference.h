// What the real Keras made, as make_reference.py and the make_*_reference.py
// beside it recorded it: of their files, those that the test has as data.
//
//   EXPECT_EQ(
//       FirstDifference(layer->GetConfig(), Reference("configs/dense")), "");
#ifndef KERATIN_TESTS_LAYERS_REFERENCE_H_
#define KERATIN_TESTS_LAYERS_REFERENCE_H_

#include <string>
#include <vector>

#include "layers/base/value.h"
#include "runtime/array.h"

namespace keratin {

// The entry at a path of keys in the files recorded; None, and a failed test,
// if there is none.
Value Reference(const std::string& path);

// Where two configurations differ, or "". Lists and tuples are alike, so are
// equal numbers of other kinds; the order of keys is nothing.
std::string FirstDifference(const Value& got, const Value& want,
                            const std::string& at = "");

// Where an array's elements are further than `tolerance` from a list of
// numbers, or "".
std::string FarFrom(const Array& got, const Value& want, double tolerance);

// What make_state_reference.py writes as an array, and lists of such.
Array ArrayOf(const Value& recorded);
std::vector<Array> ArraysOf(const Value& recorded);
std::vector<std::string> StringsOf(const Value& recorded);

}  // namespace keratin

#endif  // KERATIN_TESTS_LAYERS_REFERENCE_H_
