#include "compiler/tools/flags.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "compiler/tools/output_file.h"

namespace keratin::tools {

Flags::Flags(std::string verb, std::string positional, std::string purpose)
    : verb_(std::move(verb)),
      positional_(std::move(positional)),
      purpose_(std::move(purpose)) {}

void Flags::Add(std::string name, std::string value_name, std::string help,
                std::function<absl::Status(absl::string_view)> set) {
  Flag flag;
  flag.name = std::move(name);
  flag.value_name = std::move(value_name);
  flag.help = std::move(help);
  flag.set = std::move(set);
  flags_.push_back(std::move(flag));
}

void Flags::Switch(std::string name, std::string help, bool* value) {
  Add(std::move(name), "", std::move(help), [value](absl::string_view) {
    *value = true;
    return absl::OkStatus();
  });
}

void Flags::String(std::string name, std::string value_name, std::string help,
                   std::string* value) {
  Add(std::move(name), std::move(value_name), std::move(help),
      [value](absl::string_view text) {
        if (text.empty()) return absl::InvalidArgumentError("a value");
        *value = std::string(text);
        return absl::OkStatus();
      });
}

void Flags::Strings(std::string name, std::string value_name, std::string help,
                    std::vector<std::string>* values) {
  Add(std::move(name), std::move(value_name), std::move(help),
      [values](absl::string_view text) {
        if (text.empty()) return absl::InvalidArgumentError("a value");
        values->emplace_back(text);
        return absl::OkStatus();
      });
  flags_.back().repeated = true;
}

void Flags::Choice(std::string name, std::vector<std::string> choices,
                   std::string help, std::string* value) {
  std::string list = absl::StrJoin(choices, "|");
  Add(std::move(name), list, std::move(help),
      [value, choices = std::move(choices)](absl::string_view text) {
        if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
          return absl::InvalidArgumentError(
              absl::StrCat("one of ", absl::StrJoin(choices, ", ")));
        }
        *value = std::string(text);
        return absl::OkStatus();
      });
}

void Flags::Integer(std::string name, std::string value_name, std::string help,
                    int64_t least, int64_t* value) {
  Add(std::move(name), std::move(value_name), std::move(help),
      [value, least](absl::string_view text) {
        int64_t number = 0;
        if (!absl::SimpleAtoi(text, &number) || number < least) {
          return absl::InvalidArgumentError(
              absl::StrCat("a whole number of at least ", least));
        }
        *value = number;
        return absl::OkStatus();
      });
}

void Flags::Seconds(std::string name, std::string help, double* value) {
  Add(std::move(name), "S", std::move(help), [value](absl::string_view text) {
    double number = 0;
    if (!absl::SimpleAtod(text, &number) || !std::isfinite(number) ||
        number <= 0) {
      return absl::InvalidArgumentError("a number of seconds above zero");
    }
    *value = number;
    return absl::OkStatus();
  });
}

void Flags::Batch(std::string name, std::string help,
                  std::optional<int64_t>* value) {
  Add(std::move(name), "dynamic|N", std::move(help),
      [value](absl::string_view text) {
        int64_t number = 0;
        if (text == "dynamic") {
          value->reset();
          return absl::OkStatus();
        }
        if (!absl::SimpleAtoi(text, &number) || number < 1) {
          return absl::InvalidArgumentError(
              "dynamic, or a whole number of at least 1");
        }
        *value = number;
        return absl::OkStatus();
      });
}

void Flags::Alias(char letter, std::string name) {
  if (Flag* flag = Find(name)) flag->alias = letter;
}

bool Flags::Given(absl::string_view name) const {
  return std::any_of(flags_.begin(), flags_.end(), [name](const Flag& flag) {
    return flag.name == name && flag.given;
  });
}

Flags::Flag* Flags::Find(absl::string_view name) {
  for (Flag& flag : flags_)
    if (flag.name == name) return &flag;
  return nullptr;
}

absl::Status Flags::ParseAll(absl::Span<char* const> args,
                             std::vector<std::string>* positional, bool* help) {
  bool only_positional = false;
  for (size_t i = 0; i < args.size(); ++i) {
    const absl::string_view arg = args[i];
    if (only_positional || arg.size() < 2 || arg[0] != '-') {
      positional->emplace_back(arg);
      continue;
    }
    if (arg == "--") {
      only_positional = true;
      continue;
    }
    if (arg == "--help" || arg == "-h") {
      *help = true;
      return absl::OkStatus();
    }
    Flag* flag = nullptr;
    std::optional<absl::string_view> value;
    absl::string_view shown = arg;
    if (absl::StartsWith(arg, "--")) {
      absl::string_view name = arg.substr(2);
      if (const size_t equals = name.find('='); equals != name.npos) {
        value = name.substr(equals + 1);
        name = name.substr(0, equals);
        shown = arg.substr(0, equals + 2);
      }
      flag = Find(name);
    } else {
      for (Flag& candidate : flags_)
        if (candidate.alias == arg[1]) flag = &candidate;
      if (flag != nullptr && arg.size() > 2) value = arg.substr(2);
      shown = arg.substr(0, 2);
    }
    if (flag == nullptr)
      return absl::InvalidArgumentError(absl::StrCat("unknown flag ", shown));
    if (flag->given && !flag->repeated) {
      return absl::InvalidArgumentError(absl::StrCat(shown, " is given twice"));
    }
    if (flag->value_name.empty() && value.has_value())
      return absl::InvalidArgumentError(absl::StrCat(shown, " takes no value"));
    if (!flag->value_name.empty() && !value.has_value()) {
      if (i + 1 == args.size()) {
        return absl::InvalidArgumentError(
            absl::StrCat(shown, " needs a value: ", flag->value_name));
      }
      value = args[++i];
    }
    if (absl::Status status = flag->set(value.value_or("")); !status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(shown, " is \"", value.value_or(""), "\", it must be ",
                       status.message()));
    }
    flag->given = true;
  }
  return absl::OkStatus();
}

std::optional<int> Flags::Parse(absl::Span<char* const> args,
                                std::vector<std::string>* positional,
                                size_t least, size_t most) {
  bool help = false;
  if (absl::Status status = ParseAll(args, positional, &help); !status.ok())
    return UsageError(status.message());
  if (help) {
    return ExitCode(Print(Help()));
  }
  if (positional->size() < least)
    return UsageError(absl::StrCat(positional_, " is missing"));
  if (positional->size() > most) {
    return UsageError(
        absl::StrCat("\"", (*positional)[most], "\" is one argument too many"));
  }
  return std::nullopt;
}

int Flags::UsageError(absl::string_view message) const {
  PrintError(absl::StrCat(message, "; see `keratin ", verb_, " --help`"));
  return kUsage;
}

std::string Flags::Help() const {
  std::string text =
      absl::StrCat("keratin ", verb_, " ", positional_,
                   flags_.empty() ? "" : " [FLAGS]", "\n\n", purpose_, "\n\n");
  for (const Flag& flag : flags_) {
    std::string left = "  ";
    if (flag.alias != 0)
      absl::StrAppend(&left, "-", std::string(1, flag.alias), ", ");
    absl::StrAppend(&left, "--", flag.name);
    if (!flag.value_name.empty()) absl::StrAppend(&left, "=", flag.value_name);
    absl::StrAppend(&text, left, "\n      ",
                    absl::StrReplaceAll(flag.help, {{"\n", "\n      "}}), "\n");
  }
  absl::StrAppend(&text, "  -h, --help\n      this text\n\n",
                  "Exits with 0 if all went well, 1 if not, 2 for arguments it "
                  "does not understand.\n");
  return text;
}

void PrintError(absl::string_view message) {
  // Names from files may hold anything, also what moves a terminal's cursor.
  std::string line = "keratin: ";
  for (const char c : message) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '\n') {
      line += ' ';
    } else if (code < 0x20 || code == 0x7f) {
      absl::StrAppend(&line, "\\x", absl::Hex(code, absl::kZeroPad2));
    } else {
      line += c;
    }
  }
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

int ExitCode(const absl::Status& status) {
  if (status.ok()) return kOk;
  absl::string_view message = absl::StripAsciiWhitespace(status.message());
  PrintError(message.empty() ? absl::string_view("it failed without a reason")
                             : message);
  return kFailure;
}

}  // namespace keratin::tools
