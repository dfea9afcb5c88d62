#include "layers/models/graph.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"

namespace keratin {

std::vector<TensorReference> References(const Value& value) {
  std::vector<TensorReference> found;
  value.ForEachLeaf([&](const Value& leaf) {
    if (leaf.is_reference()) found.push_back(leaf.as_reference());
  });
  return found;
}

absl::Status Graph::Add(Operation operation, std::vector<Arguments> calls) {
  const int number = static_cast<int>(operations_.size());
  if (!by_name_.emplace(operation.name, number).second) {
    return absl::InvalidArgumentError(
        absl::StrCat("the name '", operation.name, "' is used by two layers"));
  }
  for (Arguments& arguments : calls) {
    Call call{.operation = number, .arguments = std::move(arguments)};
    call.arguments.ForEachLeaf([&](const Value& leaf) {
      if (leaf.is_reference()) call.sources.push_back(leaf.as_reference());
    });
    operation.calls.push_back(static_cast<int>(calls_.size()));
    calls_.push_back(std::move(call));
  }
  operations_.push_back(std::move(operation));
  return absl::OkStatus();
}

const Graph::Operation* Graph::Find(const std::string& name) const {
  auto it = by_name_.find(name);
  return it == by_name_.end() ? nullptr : &operations_[it->second];
}

absl::StatusOr<int> Graph::CallOf(const TensorReference& reference) const {
  const Operation* operation = Find(reference.operation);
  if (operation == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("a tensor comes from the layer '", reference.operation,
                     "', which the model does not have"));
  }
  if (reference.node < 0 ||
      reference.node >= static_cast<int>(operation->calls.size())) {
    return absl::InvalidArgumentError(
        absl::StrCat("a tensor comes from call ", reference.node,
                     " of the layer '", reference.operation,
                     "', which is called ", operation->calls.size(), " times"));
  }
  return operation->calls[reference.node];
}

int Graph::NumberOf(int call) const {
  const std::vector<int>& calls = operations_[calls_[call].operation].calls;
  return static_cast<int>(std::find(calls.begin(), calls.end(), call) -
                          calls.begin());
}

// Depth first, without recursion: a thousand layers deep is no problem.
absl::Status Graph::Visit(int root, std::vector<int>& finished,
                          std::vector<int>& state) {
  struct Frame {
    int call;
    size_t next = 0;
  };
  std::vector<Frame> stack;
  auto enter = [&](int call) -> absl::Status {
    if (state[call] == 2) return absl::OkStatus();
    if (state[call] == 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("the layer '", operations_[calls_[call].operation].name,
                       "' is part of a cycle"));
    }
    state[call] = 1;
    Operation& operation = operations_[calls_[call].operation];
    if (operation.traversal < 0) operation.traversal = traversals_++;
    stack.push_back({call});
    return absl::OkStatus();
  };
  absl::Status status = enter(root);
  while (status.ok() && !stack.empty()) {
    Frame& frame = stack.back();
    const Call& call = calls_[frame.call];
    if (frame.next < call.sources.size()) {
      auto source = CallOf(call.sources[frame.next++]);
      if (!source.ok()) return source.status();
      status = enter(*source);
      continue;
    }
    state[frame.call] = 2;
    finished.push_back(frame.call);
    stack.pop_back();
  }
  return status;
}

absl::Status Graph::Sort(const std::vector<TensorReference>& inputs,
                         const std::vector<TensorReference>& outputs) {
  std::vector<int> finished, state(calls_.size(), 0);
  for (const TensorReference& output : outputs) {
    auto call = CallOf(output);
    if (!call.ok()) return call.status();
    absl::Status status = Visit(*call, finished, state);
    if (!status.ok()) return status;
  }
  // Keras's depths: of calls, in the order in which they are first met.
  std::vector<int> met;
  auto meet = [&](int call) {
    if (calls_[call].depth < 0) {
      calls_[call].depth = 0;
      met.push_back(call);
    }
  };
  for (auto it = finished.rbegin(); it != finished.rend(); ++it) {
    meet(*it);
    Call& call = calls_[*it];
    Operation& operation = operations_[call.operation];
    if (operation.depth < 0) listed_.push_back(call.operation);
    call.depth = operation.depth =
        std::max(call.depth, std::max(operation.depth, 0));
    for (const TensorReference& source : call.sources) {
      const int parent = *CallOf(source);
      meet(parent);
      calls_[parent].depth = std::max(call.depth + 1, calls_[parent].depth);
    }
  }
  for (const TensorReference& input : inputs) {
    const int number = by_name_.at(input.operation);
    Operation& operation = operations_[number];
    if (operation.depth >= 0) continue;
    operation.depth = 0;
    meet(operation.calls[0]);
    listed_.push_back(number);
  }
  std::sort(listed_.begin(), listed_.end(), [&](int a, int b) {
    const Operation &x = operations_[a], &y = operations_[b];
    return std::tuple(-x.depth, x.traversal, a) <
           std::tuple(-y.depth, y.traversal, b);
  });
  std::vector<std::pair<int, int>> by_depth;
  for (size_t place = 0; place < met.size(); ++place)
    by_depth.emplace_back(-calls_[met[place]].depth, static_cast<int>(place));
  std::sort(by_depth.begin(), by_depth.end());
  for (const auto& [depth, place] : by_depth) order_.push_back(met[place]);
  return absl::OkStatus();
}

}  // namespace keratin
