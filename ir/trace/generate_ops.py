"""Writes the trace builders and the table of operations from the dialect's ODS records.

    generate_ops.py builders.h|builders.cc|docs RECORDS.json     (llvm-tblgen --dump-json of ir/ops/ops.td)
"""
import json
import re
import sys

HEADER = """// The builders of the dialect's operations: one for each record of ir/ops.
//
// Strict: no operand is broadcast or converted. A wrong operand poisons the
// result and is noted as the error of the trace (ir/trace/trace.h).
#ifndef KERATIN_IR_TRACE_OPS_H_
#define KERATIN_IR_TRACE_OPS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "ir/trace/trace.h"

namespace keratin::trace {

"""
FOOTER_H = """// A tensor of one value, in the current trace; floats are rounded to `dtype`.
Tensor Full(const Shape& shape, double value, DType dtype);
Tensor FullInteger(const Shape& shape, int64_t value, DType dtype);
// A value without axes.
inline Tensor Constant(double value, DType dtype) { return Full({}, value, dtype); }

// Runs `body` for every step: carried values in and out, one slice of each
// sequence (along its first axis) in, stacked slices out. Returns the last
// carried values, then the stacked ones. The body may use tensors from outside.
std::vector<Tensor> Scan(absl::Span<const Tensor> initial,
                         absl::Span<const Tensor> sequences, const Dim& length,
                         bool reverse, const Trace::ScanBody& body);

}  // namespace keratin::trace

#endif  // KERATIN_IR_TRACE_OPS_H_
"""
SOURCE = """#include "ir/trace/ops.h"

namespace keratin::trace {
namespace {

Trace* TraceOf(absl::Span<const Tensor> operands) {
  for (const Tensor& operand : operands) {
    if (Trace* trace = operand.trace()) return trace;
  }
  return Trace::Current();
}

Tensor Build(const char* name, absl::Span<const Tensor> operands,
             absl::Span<const std::pair<const char*, Trace::Attribute>> attributes) {
  Trace* trace = TraceOf(operands);
  return trace == nullptr ? Tensor() : trace->Build(name, operands, attributes);
}

}  // namespace

Tensor Full(const Shape& shape, double value, DType dtype) {
  Trace* trace = Trace::Current();
  return trace == nullptr ? Tensor() : trace->Full(shape, value, dtype);
}

Tensor FullInteger(const Shape& shape, int64_t value, DType dtype) {
  Trace* trace = Trace::Current();
  return trace == nullptr ? Tensor() : trace->FullInteger(shape, value, dtype);
}

std::vector<Tensor> Scan(absl::Span<const Tensor> initial, absl::Span<const Tensor> sequences, const Dim& length, bool reverse,
                         const Trace::ScanBody& body) {
  Trace* trace = Trace::Current();
  return trace == nullptr ? std::vector<Tensor>() : trace->Scan(initial, sequences, length, reverse, body);
}

"""
PARAMETERS = {
    "Keratin_Tensor": "const Tensor& {}",
    "Keratin_DimsAttr": "const Shape& {}",
    "DenseI64ArrayAttr": "const std::vector<int64_t>& {}",
    "Keratin_Axis": "int64_t {}",
    "TypeAttr": "DType {}",
    "StrAttr": "const std::string& {}",
}


def camel_to_snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def primitives(records):
    for name in sorted(records["!instanceof"].get("Keratin_Primitive", []), key=lambda n: records[n]["!locs"]):
        yield records[name]


def arguments(records, record):
    for value, name in record["arguments"]["args"]:
        definition = records[value["def"]]
        variadic = "Variadic" in definition["!superclasses"]
        yield name, "variadic" if variadic else value["def"]


def signature(records, record):
    parameters = []
    for name, kind in arguments(records, record):
        parameters.append("absl::Span<const Tensor> " + name if kind == "variadic" else PARAMETERS[kind].format(name))
    return "Tensor {}({})".format(record["builder"], ", ".join(parameters))


def body(records, record):
    lines, attributes = [], []
    operands = [(n, k) for n, k in arguments(records, record) if k in ("Keratin_Tensor", "variadic")]
    if all(k == "Keratin_Tensor" for _, k in operands):
        tensors = "{" + ", ".join(n for n, _ in operands) + "}"
    else:
        tensors = "operands"
        lines.append("  std::vector<Tensor> operands;")
        for name, kind in operands:
            lines.append("  operands.insert(operands.end(), {0}.begin(), {0}.end());".format(name) if kind == "variadic"
                         else "  operands.push_back({});".format(name))
    for name, kind in arguments(records, record):
        if kind not in ("Keratin_Tensor", "variadic"):
            attributes.append('{{"{0}", {0}}}'.format(name))
    lines.append('  return Build("keratin.{}", {}, {{{}}});'.format(record["opName"], tensors, ", ".join(attributes)))
    return "\n".join(lines)


def main():
    kind, path = sys.argv[1:]
    with open(path) as file:
        records = json.load(file)
    built = [r for r in primitives(records) if r["builder"]] + [records["Keratin_ReshapeOp"] | {"builder": "Reshape"}]
    if kind == "builders.h":
        out = HEADER
        for record in built:
            out += "// {}\n{};\n\n".format(record["summary"], signature(records, record))
        out += FOOTER_H
    elif kind == "builders.cc":
        out = SOURCE
        for record in built:
            out += "{} {{\n{}\n}}\n\n".format(signature(records, record), body(records, record))
        out += "}  // namespace keratin::trace\n"
    else:
        out = "# Operations of the dialect\n\nWritten by `ir/trace/generate_ops.py` from the records in `ir/ops`; a test compares.\n\n"
        out += "| operation | meaning | gradient |\n|---|---|---|\n"
        for record in primitives(records):
            out += "| `keratin.{}` | {} | {} |\n".format(record["opName"], record["summary"], record["gradient"])
        for name in sorted(set(records["!instanceof"]["Keratin_Op"]) - set(records["!instanceof"]["Keratin_Primitive"])):
            out += "| `keratin.{}` | {} | of the level below the primitives |\n".format(records[name]["opName"], records[name]["summary"])
    sys.stdout.write(out)


if __name__ == "__main__":
    main()
