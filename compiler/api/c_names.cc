#include "compiler/api/c_names.h"

#include <cctype>
#include <utility>

#include "absl/strings/str_cat.h"

namespace keratin {
namespace {

// Of C17 and C++20, and macros that compilers define without being asked.
bool IsReserved(const std::string& name) {
  static const auto* const words = new std::set<std::string>{
      "alignas",     "alignof",      "and",       "and_eq",
      "asm",         "auto",         "bitand",    "bitor",
      "bool",        "break",        "case",      "catch",
      "char",        "char16_t",     "char32_t",  "char8_t",
      "class",       "co_await",     "co_return", "co_yield",
      "compl",       "concept",      "const",     "const_cast",
      "consteval",   "constexpr",    "constinit", "continue",
      "decltype",    "default",      "delete",    "do",
      "double",      "dynamic_cast", "else",      "enum",
      "explicit",    "export",       "extern",    "false",
      "float",       "for",          "friend",    "goto",
      "if",          "inline",       "int",       "linux",
      "long",        "mutable",      "namespace", "new",
      "noexcept",    "not",          "not_eq",    "nullptr",
      "operator",    "or",           "or_eq",     "private",
      "protected",   "public",       "register",  "reinterpret_cast",
      "requires",    "restrict",     "return",    "short",
      "signed",      "sizeof",       "static",    "static_assert",
      "static_cast", "struct",       "switch",    "template",
      "this",        "thread_local", "throw",     "true",
      "try",         "typedef",      "typeid",    "typename",
      "typeof",      "union",        "unix",      "unsigned",
      "using",       "virtual",      "void",      "volatile",
      "wchar_t",     "while",        "xor",       "xor_eq"};
  return words->count(name) > 0;
}

// What headers of models declare or include.
bool IsDeclared(const std::string& name) {
  static const auto* const names = new std::set<std::string>{
      "NULL",        "int8_t",   "int16_t",       "int32_t",
      "int64_t",     "uint8_t",  "size_t",        "uint16_t",
      "uint32_t",    "uint64_t", "keratin_entry", "keratin_parallel_for",
      "keratin_task"};
  return names->count(name) > 0;
}

}  // namespace

std::string CIdentifier(const std::string& text) {
  std::string name = text;
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  // A leading underscore is the implementation's.
  if (name.empty() || !std::isalpha(static_cast<unsigned char>(name[0]))) {
    name = "m" + name;
  }
  return name;
}

std::string CNames::Take(const std::string& text) {
  std::string name = CIdentifier(text);
  if (IsReserved(name) || IsDeclared(name)) name += "_";
  std::string unique = name;
  for (int n = 2; !taken_.insert(unique).second; ++n) {
    unique = absl::StrCat(name, "_", n);
  }
  return unique;
}

}  // namespace keratin
