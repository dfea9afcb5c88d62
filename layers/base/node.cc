#include "layers/base/node.h"

#include <atomic>
#include <utility>
#include <vector>

#include "layers/base/layer.h"

namespace keratin {
namespace {

// Graphs whose last holder is going away. They are let go one by one, so that a
// chain of thousands of calls does not nest thousands of destructors.
thread_local std::vector<Arguments>* leaving = nullptr;

}  // namespace

Node::~Node() {
  if (leaving != nullptr) {
    leaving->push_back(std::move(arguments));
    return;
  }
  std::vector<Arguments> queue;
  queue.push_back(std::move(arguments));
  leaving = &queue;
  while (!queue.empty()) {
    const Arguments last = std::move(queue.back());
    queue.pop_back();
  }
  leaving = nullptr;
}

std::shared_ptr<Node> MakeNode(Arguments arguments) {
  static std::atomic<int64_t> count{0};
  auto node = std::make_shared<Node>();
  node->number = count++;
  node->arguments = std::move(arguments);
  return node;
}

}  // namespace keratin
