#include "layers/base/names.h"

#include <map>
#include <mutex>
#include <regex>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace keratin {
namespace {

std::mutex names_mutex;

std::map<std::string, int>& Counts() {
  static auto* counts = new std::map<std::string, int>();
  return *counts;
}

}  // namespace

std::string ToSnakeCase(const std::string& name) {
  static const auto* kOther = new std::regex("\\W+");
  static const auto* kWord = new std::regex("(.)([A-Z][a-z]+)");
  static const auto* kHump = new std::regex("([a-z])([A-Z])");
  std::string snake = std::regex_replace(name, *kOther, "");
  snake = std::regex_replace(snake, *kWord, "$1_$2");
  snake = std::regex_replace(snake, *kHump, "$1_$2");
  return absl::AsciiStrToLower(snake);
}

std::string AutoName(const std::string& class_name) {
  const std::string name = ToSnakeCase(class_name);
  std::lock_guard<std::mutex> lock(names_mutex);
  const int count = Counts()[name]++;
  return count == 0 ? name : absl::StrCat(name, "_", count);
}

void ResetNames() {
  std::lock_guard<std::mutex> lock(names_mutex);
  Counts().clear();
}

}  // namespace keratin
