"""Writes the trace builders and the table of operations from the dialect's ODS records.

    generate_ops.py builders.h|builders.cc|docs|names RECORDS.json     (llvm-tblgen --dump-json of ir/ops/ops.td)
"""
import json
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

// Runs `body` again and again on what it returned last, while the first of that,
// a flag without axes, is true; `most` times at the most.
using WhileBody = std::function<std::vector<Tensor>(absl::Span<const Tensor> carried)>;
std::vector<Tensor> While(absl::Span<const Tensor> initial, const Dim& most, const WhileBody& body);

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

std::vector<Tensor> While(absl::Span<const Tensor> initial, const Dim& most, const WhileBody& body) {
  Trace* trace = Trace::Current();
  if (trace == nullptr) return {};
  return trace->Scan(
      initial, {}, most, /*reverse=*/false,
      [&](const Tensor&, absl::Span<const Tensor> carried, absl::Span<const Tensor>) {
        return std::pair<std::vector<Tensor>, std::vector<Tensor>>(body(carried), {});
      },
      /*conditional=*/true);
}

"""
DOCUMENT = """# Operations of the dialect

Written by `ir/trace/generate_ops.py` from the records in `ir/ops`; a test compares.

Arguments in `code` are attributes, the others tensors. No operand is broadcast or converted. Where StableHLO has an operation of
the name, its published semantics hold. Gradient: `zero` means that no cotangent flows through the operation, `none` that
differentiating it is an error, for the reason given.
"""
TENSORS = ("Keratin_Tensor", "Keratin_FloatTensor")
PARAMETERS = {
    "Keratin_Tensor": "const Tensor& {}",
    "Keratin_FloatTensor": "const Tensor& {}",
    "Keratin_DimsAttr": "const Shape& {}",
    "DenseI64ArrayAttr": "const std::vector<int64_t>& {}",
    "Keratin_Axis": "int64_t {}",
    "TypeAttr": "DType {}",
    "StrAttr": "const std::string& {}",
    "Keratin_Direction": "const std::string& {}",
}


def position(records, name):
    """Where a record stands: its file and line ("tensor.td:64")."""
    file, line = records[name]["!locs"][-1].rsplit(":", 1)
    return file, int(line)


def in_order(records, base):
    return sorted(records["!instanceof"][base], key=lambda name: position(records, name))


def primitives(records):
    for name in in_order(records, "Keratin_Primitive"):
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
    operands = [(n, k) for n, k in arguments(records, record) if k in TENSORS or k == "variadic"]
    if all(k in TENSORS for _, k in operands):
        tensors = "{" + ", ".join(n for n, _ in operands) + "}"
    else:
        tensors = "operands"
        lines.append("  std::vector<Tensor> operands;")
        for name, kind in operands:
            lines.append("  operands.insert(operands.end(), {0}.begin(), {0}.end());".format(name) if kind == "variadic"
                         else "  operands.push_back({});".format(name))
    for name, kind in arguments(records, record):
        if kind not in TENSORS and kind != "variadic":
            attributes.append('{{"{0}", {0}}}'.format(name))
    lines.append('  return Build("keratin.{}", {}, {{{}}});'.format(record["opName"], tensors, ", ".join(attributes)))
    return "\n".join(lines)


def gradient(records, record):
    for trait in record["traits"]:
        definition = records[trait["def"]]
        if definition["!name"] == "ZeroGradient":
            return "zero"
        if "NoGradient" in definition["!superclasses"]:
            return "none: " + definition["reason"]
    return "yes"


def documented(records, names):
    out = "| operation | arguments | meaning | gradient |\n|---|---|---|---|\n"
    notes = ""
    for name in names:
        record = records[name]
        listed = []
        for argument, kind in arguments(records, record):
            listed.append("{}...".format(argument) if kind == "variadic" else argument if kind in TENSORS else "`" + argument + "`")
        out += "| `{}` | {} | {} | {} |\n".format(record["opName"], ", ".join(listed), record["summary"], gradient(records, record))
        description = " ".join(record["description"].split())
        if description:
            notes += "- `{}`: {}\n".format(record["opName"], description)
    return out + ("\n" + notes if notes else "")


def document(records):
    primitives_and_composites = set(records["!instanceof"]["Keratin_Primitive"]) | {
        name for name in records["!instanceof"]["Keratin_Op"] if gradient(records, records[name]) != "yes"}
    order = in_order(records, "Keratin_Op")
    elementwise = set(records["!instanceof"]["Keratin_Elementwise"])
    first = [name for name in order if name in primitives_and_composites]
    out = DOCUMENT
    out += "\n## Element-wise operations\n\n" + documented(records, [n for n in first if n in elementwise])
    out += "\n## Other operations of a trace\n\n" + documented(records, [n for n in first if n not in elementwise])
    out += "\n## Below the primitives\n\n"
    out += documented(records, [n for n in order if n not in primitives_and_composites]).replace(" | yes |", " | |")
    return out


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
    elif kind == "names":
        out = "".join("keratin.{}\n".format(records[name]["opName"]) for name in in_order(records, "Keratin_Op"))
    else:
        out = document(records)
    sys.stdout.write(out)


if __name__ == "__main__":
    main()
