// The verbs of the command, each in a file of its own. They take the arguments
// after the verb and give the exit code.
#ifndef KERATIN_COMPILER_TOOLS_VERBS_H_
#define KERATIN_COMPILER_TOOLS_VERBS_H_

#include "absl/types/span.h"

namespace keratin::tools {

int CompileVerb(absl::Span<char* const> args);
int RunVerb(absl::Span<char* const> args);
int DumpVerb(absl::Span<char* const> args);
int SummaryVerb(absl::Span<char* const> args);
int PlotVerb(absl::Span<char* const> args);
int CheckVerb(absl::Span<char* const> args);
int BenchVerb(absl::Span<char* const> args);

}  // namespace keratin::tools

#endif  // KERATIN_COMPILER_TOOLS_VERBS_H_
