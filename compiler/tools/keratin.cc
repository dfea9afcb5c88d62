// The `keratin` command: from a .keras file to native code.

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/tools/flags.h"
#include "compiler/tools/verbs.h"
#include "layers/base/warning.h"

namespace keratin::tools {
namespace {

struct Verb {
  const char* name;
  const char* purpose;
  int (*run)(absl::Span<char* const> args);
};

constexpr Verb kVerbs[] = {
    {"compile", "write an object file, a library or the IR of a model",
     CompileVerb},
    {"run", "run a model or a compiled library on given inputs", RunVerb},
    {"dump", "print what the compiler makes of a model in a phase", DumpVerb},
    {"summary", "print the layers of a model as Keras does", SummaryVerb},
    {"plot", "draw the layers of a model as a picture", PlotVerb},
    {"check", "say what in a model is not supported", CheckVerb},
    {"bench", "time the calls of a model", BenchVerb},
};

void PrintUsage(FILE* file) {
  std::fputs(
      "keratin VERB ...: compiles Keras models (.keras files) to native "
      "code\n\n",
      file);
  for (const Verb& verb : kVerbs)
    std::fprintf(file, "  %-9s%s\n", verb.name, verb.purpose);
  std::fputs("\n`keratin VERB --help` says more.\n", file);
}

int Main(absl::Span<char* const> args) {
  if (args.empty()) {
    PrintUsage(stderr);
    return kUsage;
  }
  const absl::string_view name = args[0];
  if (name == "--help" || name == "-h" || name == "help") {
    PrintUsage(stdout);
    return kOk;
  }
  SetWarningHandler([](const std::string& sentence) {
    PrintError(absl::StrCat("warning: ", sentence));
  });
  for (const Verb& verb : kVerbs)
    if (name == verb.name) return verb.run(args.subspan(1));
  PrintError(absl::StrCat("\"", name, "\" is no verb; see `keratin --help`"));
  return kUsage;
}

}  // namespace
}  // namespace keratin::tools

int main(int argc, char** argv) {
  // A file that is opened must not get the number of a stream that is closed.
  int opened = 0;
  while (opened >= 0 && opened <= STDERR_FILENO)
    opened = open("/dev/null", O_RDWR);
  if (opened >= 0) close(opened);
  // A file that outgrows a limit is an error of writing it.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    return keratin::tools::Main(
        absl::MakeConstSpan(argv + 1, static_cast<size_t>(argc - 1)));
  } catch (const std::bad_alloc&) {
    keratin::tools::PrintError("out of memory");
  } catch (const std::exception& error) {
    keratin::tools::PrintError(error.what());
  }
  return keratin::tools::kFailure;
}
