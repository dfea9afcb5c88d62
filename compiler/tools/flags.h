// Flags: the arguments of one verb of the command, declared in a table.
//
// Invariant: a flag is `--name=value` or `--name value`, a switch `--name`;
// everything else is positional, all of it after `--`. What is not declared,
// given twice, or not of the type asked for is an error that names it.
//
// Example:
//   Flags flags("check", "MODEL", "Says what in MODEL is not supported.");
//   flags.Switch("json", "print JSON", &json);
//   if (auto exit = flags.Parse(args, &positional, 1, 1)) return *exit;
#ifndef KERATIN_COMPILER_TOOLS_FLAGS_H_
#define KERATIN_COMPILER_TOOLS_FLAGS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace keratin::tools {

// What the process ends with.
inline constexpr int kOk = 0;
inline constexpr int kFailure = 1;
inline constexpr int kUsage = 2;

class Flags {
 public:
  Flags(std::string verb, std::string positional, std::string purpose);

  void Switch(std::string name, std::string help, bool* value);
  void String(std::string name, std::string value_name, std::string help,
              std::string* value);
  // May be given several times.
  void Strings(std::string name, std::string value_name, std::string help,
               std::vector<std::string>* values);
  // Of the listed words only.
  void Choice(std::string name, std::vector<std::string> choices,
              std::string help, std::string* value);
  // At least `least`.
  void Integer(std::string name, std::string value_name, std::string help,
               int64_t least, int64_t* value);
  // Positive, finite.
  void Seconds(std::string name, std::string help, double* value);
  // `dynamic` (nothing) or a size.
  void Batch(std::string name, std::string help, std::optional<int64_t>* value);
  // A one-letter alias, as -o.
  void Alias(char letter, std::string name);
  // True once the flag was given.
  bool Given(absl::string_view name) const;

  // Fills in the values; the exit code if the verb is over: help was asked
  // for, or the arguments are wrong, which has been said on stderr then.
  std::optional<int> Parse(absl::Span<char* const> args,
                           std::vector<std::string>* positional, size_t least,
                           size_t most);
  // Says on stderr what is wrong with the arguments; gives kUsage.
  int UsageError(absl::string_view message) const;

  std::string Help() const;

 private:
  struct Flag {
    std::string name;
    std::string value_name;  // empty: a switch
    std::string help;
    bool repeated = false;
    char alias = 0;
    bool given = false;
    // An error says what a value must be.
    std::function<absl::Status(absl::string_view)> set;
  };

  void Add(std::string name, std::string value_name, std::string help,
           std::function<absl::Status(absl::string_view)> set);
  absl::Status ParseAll(absl::Span<char* const> args,
                        std::vector<std::string>* positional, bool* help);
  Flag* Find(absl::string_view name);

  std::string verb_;
  std::string positional_;
  std::string purpose_;
  std::vector<Flag> flags_;
};

// `keratin: message` on stderr, one line.
void PrintError(absl::string_view message);
// Prints the error of a verb that failed, if it did; the exit code.
int ExitCode(const absl::Status& status);

}  // namespace keratin::tools

#endif  // KERATIN_COMPILER_TOOLS_FLAGS_H_
