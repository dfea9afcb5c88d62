# Reads C++ sources (paths relative to the root of the workspace) and prints every include that the
# table of rooms forbids, as `FILE:LINE: INCLUDE: why`. Exits with 1 if there was one.
#
# Invariant: what a room may include is said here and in the root BUILD's package_groups, nowhere else.

BEGIN {
  compiler_headers = "^(mlir|mlir-c|llvm|llvm-c)/"
  code_generation = "^(mlir/(Target|ExecutionEngine|Conversion|Dialect/LLVMIR)|llvm/(CodeGen|ExecutionEngine|IR|MC|Passes|Target|Transforms)|llvm-c)/"
  never["runtime"] = "^(ir|layers|passes|compiler|tests|examples)/"
  never["ir"] = "^(layers|passes|compiler|tests|examples)/"
  never["layers"] = "^(ir/(dialect|ops)|passes|compiler|tests|examples)/"
  never["passes"] = "^(layers|compiler|tests|examples)/"
  never["compiler"] = "^(tests|examples)/"
  never["examples"] = "^(ir|passes|tests)/"
}

# The room of a path, its first folder.
function room(path) { return substr(path, 1, index(path, "/") - 1) }

function report(file, line, header, why) {
  print file ":" line ": " header ": " why
  bad = 1
}

match($0, /^[ \t]*#[ \t]*include[ \t]*["<][^">]+/) {
  header = substr($0, RSTART, RLENGTH)
  sub(/^[^"<]*["<]/, "", header)
  from = room(FILENAME)
  edges[FILENAME] = edges[FILENAME] "\n" header
  first_line[FILENAME, header] = FNR

  if (from in never && header ~ never[from])
    report(FILENAME, FNR, header, from "/ may not see " room(header) "/")
  if (from == "ir" && header ~ code_generation)
    report(FILENAME, FNR, header, "ir/ knows nothing of code generation")
  if (from ~ /^(runtime|ir|layers|passes)$/ && FILENAME !~ /^layers\/saving\//) {
    if (header ~ /^(hdf5(_hl)?\.h|H5[A-Za-z]+\.h|nlohmann\/)/)
      report(FILENAME, FNR, header, "of these rooms layers/saving alone reads archives")
    if (header == "zip.h" && from != "runtime")
      report(FILENAME, FNR, header, "of these rooms runtime/ and layers/saving alone read zip files")
  }
}

# The header through which `file` reaches MLIR or LLVM, or "".
function reaches(file,    count, parts, i, through) {
  if (file in known) return known[file]
  known[file] = ""
  count = split(edges[file], parts, "\n")
  for (i = 1; i <= count; i++) {
    if (parts[i] ~ compiler_headers) return known[file] = parts[i]
    if (parts[i] in edges && (through = reaches(parts[i])) != "") return known[file] = parts[i] " -> " through
  }
  return ""
}

END {
  for (file in edges) {
    clean = room(file) ~ /^(runtime|layers|examples)$/ || file ~ /^compiler\/api\/.*\.h$/
    if (clean && (through = reaches(file)) != "") {
      split(through, chain, " -> ")
      report(file, first_line[file, chain[1]], through, "MLIR and LLVM headers are not seen from here")
    }
  }
  exit bad
}
