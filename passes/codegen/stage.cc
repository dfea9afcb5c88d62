#include "passes/codegen/stage.h"

#include <algorithm>

#include "llvm/ADT/SetVector.h"
#include "mlir/IR/AffineExpr.h"

namespace keratin {
namespace {

using llvm::SmallVector;
using mlir::AffineExpr;

// Adds scale * expr to the per-loop coefficients and the constant; false when
// expr is not linear.
bool AddLinear(AffineExpr expr, int64_t scale,
               llvm::SmallVectorImpl<int64_t>& coefficients,
               int64_t& constant) {
  if (auto dim = mlir::dyn_cast<mlir::AffineDimExpr>(expr)) {
    coefficients[dim.getPosition()] += scale;
    return true;
  }
  if (auto value = mlir::dyn_cast<mlir::AffineConstantExpr>(expr)) {
    constant += scale * value.getValue();
    return true;
  }
  auto binary = mlir::dyn_cast<mlir::AffineBinaryOpExpr>(expr);
  if (!binary) return false;
  if (expr.getKind() == mlir::AffineExprKind::Add) {
    return AddLinear(binary.getLHS(), scale, coefficients, constant) &&
           AddLinear(binary.getRHS(), scale, coefficients, constant);
  }
  if (expr.getKind() == mlir::AffineExprKind::Mul) {
    if (auto factor =
            mlir::dyn_cast<mlir::AffineConstantExpr>(binary.getRHS())) {
      return AddLinear(binary.getLHS(), scale * factor.getValue(), coefficients,
                       constant);
    }
  }
  return false;
}

// The loop and width of `loop floordiv width` or `loop mod width`.
std::optional<std::pair<int, int64_t>> PanelForm(AffineExpr expr,
                                                 mlir::AffineExprKind kind) {
  if (expr.getKind() != kind) return std::nullopt;
  auto binary = mlir::cast<mlir::AffineBinaryOpExpr>(expr);
  auto dim = mlir::dyn_cast<mlir::AffineDimExpr>(binary.getLHS());
  auto width = mlir::dyn_cast<mlir::AffineConstantExpr>(binary.getRHS());
  if (!dim || !width) return std::nullopt;
  return std::make_pair(static_cast<int>(dim.getPosition()), width.getValue());
}

SmallVector<AffineExpr, 6> Substitute(mlir::AffineMap map,
                                      llvm::ArrayRef<AffineExpr> dims) {
  SmallVector<AffineExpr, 6> result;
  for (AffineExpr expr : map.getResults())
    result.push_back(expr.replaceDims(dims));
  return result;
}

bool IsReduction(ir::ComputeOp op) { return !op.getReductions().empty(); }

}  // namespace

SmallVector<Dim, 6> RowMajorStrides(llvm::ArrayRef<Dim> shape) {
  SmallVector<Dim, 6> strides(shape.size(), Dim(1));
  for (int axis = static_cast<int>(shape.size()) - 2; axis >= 0; --axis) {
    strides[axis] = strides[axis + 1] * shape[axis + 1];
  }
  return strides;
}

std::optional<Access> LinearAccess(mlir::Value tensor,
                                   llvm::ArrayRef<AffineExpr> index,
                                   int num_loops) {
  SmallVector<Dim, 6> tensor_strides =
      RowMajorStrides(ir::DimsOf(tensor.getType()));
  Access access;
  access.tensor = tensor;
  access.strides.assign(num_loops, Dim(0));
  for (auto [axis, expr] : llvm::enumerate(index)) {
    if (auto panel = PanelForm(expr, mlir::AffineExprKind::FloorDiv)) {
      access.panel_loop = panel->first;
      access.panel = panel->second;
      access.panel_stride = tensor_strides[axis];
      continue;
    }
    if (auto panel = PanelForm(expr, mlir::AffineExprKind::Mod)) {
      access.strides[panel->first] =
          access.strides[panel->first] + tensor_strides[axis];
      continue;
    }
    SmallVector<int64_t> coefficients(num_loops, 0);
    int64_t constant = 0;
    if (!AddLinear(expr, 1, coefficients, constant)) return std::nullopt;
    access.offset = access.offset + Dim(constant) * tensor_strides[axis];
    for (int loop = 0; loop < num_loops; ++loop) {
      if (coefficients[loop] != 0) {
        access.strides[loop] = access.strides[loop] +
                               Dim(coefficients[loop]) * tensor_strides[axis];
      }
    }
  }
  return access;
}

mlir::FailureOr<Node*> Stage::AddNode(ir::ComputeOp op,
                                      llvm::ArrayRef<AffineExpr> domain,
                                      const Known& known) {
  // Evaluated once where several read the same elements: chains in which each
  // value is read twice would double at every step.
  for (const std::unique_ptr<Node>& node : llvm::reverse(nodes_)) {
    if (node->op == op && node->domain == domain) return node.get();
  }
  const int num_loops = NumLoops();
  nodes_.push_back(std::make_unique<Node>());
  Node* node = nodes_.back().get();
  node->op = op;
  node->domain.assign(domain.begin(), domain.end());
  node->uses.assign(num_loops, false);

  for (AffineExpr expr : domain) {
    IndexExpr index;
    SmallVector<int64_t> coefficients(num_loops, 0);
    if (!AddLinear(expr, 1, coefficients, index.constant))
      return op.emitError("the index of a fused value is not linear");
    index.coefficients.assign(coefficients.begin(), coefficients.end());
    node->index.push_back(index);
  }
  op.getBody().walk([&](ir::IndexOp index) {
    const IndexExpr& expr = node->index[index.getDimension()];
    for (int loop = 0; loop < num_loops; ++loop) {
      if (expr.coefficients[loop] == 0) continue;
      loops[loop].index_used = true;
      node->uses[loop] = true;
    }
  });

  for (auto [number, input] : llvm::enumerate(op.getInputs())) {
    SmallVector<AffineExpr, 6> index = Substitute(op.getMap(number), domain);
    Source source;
    if (auto it = known.find(input);
        it != known.end() && it->second.axes == index) {
      source = it->second.source;
    } else if (auto producer = input.getDefiningOp<ir::ComputeOp>();
               producer && members_.count(producer) && !IsReduction(producer)) {
      // Invert the producer's result map: a projected permutation, every
      // dimension of its domain exactly once.
      const int result = mlir::cast<mlir::OpResult>(input).getResultNumber();
      mlir::AffineMap result_map =
          producer.getMap(producer.getInputs().size() + result);
      SmallVector<AffineExpr, 6> inner(producer.getExtents().size());
      for (auto [axis, expr] : llvm::enumerate(result_map.getResults())) {
        inner[mlir::cast<mlir::AffineDimExpr>(expr).getPosition()] =
            index[axis];
      }
      auto child = AddNode(producer, inner, known);
      if (failed(child)) return mlir::failure();
      source.kind = Source::kNode;
      source.node = *child;
      source.result = result;
    } else if (producer && members_.count(producer)) {
      return op.emitError("input ")
             << number << " is made by the same loops elsewhere";
    } else {
      std::optional<Access> access = LinearAccess(input, index, num_loops);
      if (!access)
        return op.emitError("an index of input ") << number << " is not linear";
      source.kind = Source::kLeaf;
      source.leaf = static_cast<int>(leaves.size());
      leaves.push_back(*std::move(access));
    }
    node->inputs.push_back(source);
    for (int loop = 0; loop < num_loops; ++loop) {
      switch (source.kind) {
        case Source::kLeaf:
          if (leaves[source.leaf].UsesLoop(loop)) node->uses[loop] = true;
          break;
        case Source::kNode:
          if (source.node->uses[loop]) node->uses[loop] = true;
          break;
        case Source::kAccumulator:
          if (!loops[loop].reduction) node->uses[loop] = true;
          break;
      }
    }
  }
  return node;
}

mlir::FailureOr<Stage> Stage::Build(
    llvm::ArrayRef<ir::ComputeOp> computes,
    llvm::function_ref<bool(mlir::Value)> is_stored, int shared) {
  Stage stage;
  stage.shared = shared;
  for (ir::ComputeOp op : computes) stage.members_[op] = true;
  auto anchor = llvm::find_if(computes, IsReduction);
  ir::ComputeOp root = anchor == computes.end() ? computes.back() : *anchor;
  mlir::MLIRContext* context = root.getContext();

  for (const Dim& extent : root.getExtents())
    stage.loops.push_back({extent, false, false});
  for (int64_t dim : root.getReductions()) stage.loops[dim].reduction = true;
  SmallVector<AffineExpr, 6> identity;
  for (int loop = 0; loop < stage.NumLoops(); ++loop)
    identity.push_back(mlir::getAffineDimExpr(loop, context));

  Known known;
  auto add_outputs =
      [&](Node* node,
          llvm::ArrayRef<AffineExpr> domain) -> mlir::LogicalResult {
    for (mlir::OpResult result : node->op->getResults()) {
      SmallVector<AffineExpr, 6> index =
          Substitute(node->op.getMap(node->op.getInputs().size() +
                                     result.getResultNumber()),
                     domain);
      if (is_stored(result)) {
        std::optional<Access> access =
            LinearAccess(result, index, stage.NumLoops());
        if (!access)
          return node->op.emitError("a result is not stored linearly");
        stage.outputs.push_back({node,
                                 static_cast<int>(result.getResultNumber()),
                                 *std::move(access)});
      }
    }
    return mlir::success();
  };

  auto root_node = stage.AddNode(root, identity, known);
  if (failed(root_node) || failed(add_outputs(*root_node, identity)))
    return mlir::failure();
  // Lets later computes read the results of a node where they were made.
  auto publish = [&](Node* node, llvm::ArrayRef<AffineExpr> domain,
                     Source::Kind kind) {
    for (mlir::OpResult result : node->op->getResults()) {
      const int number = static_cast<int>(result.getResultNumber());
      known[result] = {
          {.kind = kind, .node = node, .result = number},
          Substitute(node->op.getMap(node->op.getInputs().size() + number),
                     domain)};
    }
  };
  if (IsReduction(root)) stage.anchor = *root_node;
  publish(*root_node, identity,
          stage.anchor ? Source::kAccumulator : Source::kNode);
  llvm::DenseSet<mlir::Operation*> after_root = {root};

  // The epilogue, and stored values that the root inlined.
  for (ir::ComputeOp op : computes) {
    if (op == root) continue;
    const bool stored = llvm::any_of(op->getResults(), is_stored);
    SmallVector<AffineExpr, 6> domain(op.getExtents().size());
    size_t found = 0;
    bool reads = false;
    for (auto [number, input] : llvm::enumerate(op.getInputs())) {
      if (!after_root.contains(input.getDefiningOp())) continue;
      reads = true;
      const Place& place = known.find(input)->second;
      for (auto [axis, expr] :
           llvm::enumerate(op.getMap(number).getResults())) {
        auto dim = mlir::dyn_cast<mlir::AffineDimExpr>(expr);
        if (dim && !domain[dim.getPosition()]) {
          domain[dim.getPosition()] = place.axes[axis];
          ++found;
        }
      }
    }
    if (reads) {
      after_root.insert(op);
      if (found != domain.size()) {
        return op.emitError(
            "an epilogue does not span the domain of its producer");
      }
    } else {
      // Not a consumer of what is computed: inlined where it is read; stored
      // too if its domain is the root's.
      if (!stored) continue;
      // Or that of the root's results.
      const bool whole = op.getExtents().size() == identity.size();
      domain.clear();
      for (int loop = 0; loop < stage.NumLoops(); ++loop) {
        if (whole || !stage.loops[loop].reduction)
          domain.push_back(identity[loop]);
      }
      bool same = domain.size() == op.getExtents().size();
      for (auto [expr, extent] : llvm::zip(domain, op.getExtents())) {
        const unsigned loop =
            mlir::cast<mlir::AffineDimExpr>(expr).getPosition();
        same = same && stage.loops[loop].extent == extent;
      }
      if (!same)
        return op.emitError("a stored prologue value has another domain");
    }
    auto node = stage.AddNode(op, domain, known);
    if (failed(node) || failed(add_outputs(*node, domain)))
      return mlir::failure();
    publish(*node, domain, Source::kNode);
  }
  stage.MergeLoops();
  return stage;
}

llvm::SmallVector<const Access*, 4> Stage::AnchorLeaves() const {
  SmallVector<const Access*, 4> result;
  llvm::SetVector<const Node*> nodes;
  if (anchor) nodes.insert(anchor);
  for (size_t next = 0; next < nodes.size(); ++next) {
    for (const Source& source : nodes[next]->inputs) {
      if (source.kind == Source::kLeaf) result.push_back(&leaves[source.leaf]);
      if (source.kind == Source::kNode) nodes.insert(source.node);
    }
  }
  return result;
}

SmallVector<ir::ComputeOp, 4> Stage::Computes() const {
  SmallVector<ir::ComputeOp, 4> computes;
  for (const std::unique_ptr<Node>& node : nodes_) {
    if (!llvm::is_contained(computes, node->op)) computes.push_back(node->op);
  }
  return computes;
}

void Stage::MergeLoops() {
  auto each_access = [&](llvm::function_ref<bool(Access&)> visit) {
    for (Access& access : leaves) {
      if (!visit(access)) return false;
    }
    for (Output& output : outputs) {
      if (!visit(output.access)) return false;
    }
    return true;
  };
  auto erase = [&](int loop) {
    loops.erase(loops.begin() + loop);
    each_access([&](Access& access) {
      access.strides.erase(access.strides.begin() + loop);
      if (access.panel_loop > loop) --access.panel_loop;
      return true;
    });
    for (std::unique_ptr<Node>& node : nodes_) {
      node->uses.erase(node->uses.begin() + loop);
      for (IndexExpr& index : node->index)
        index.coefficients.erase(index.coefficients.begin() + loop);
    }
  };
  for (int loop = NumLoops() - 1; loop >= shared; --loop) {
    // A loop of one iteration adds nothing to any address.
    const bool panelled = !each_access([&](Access& access) {
      return access.panel == 0 || access.panel_loop != loop;
    });
    if (loops[loop].extent == Dim(1) && !panelled) {
      erase(loop);
      continue;
    }
    const int inner = loop + 1;
    if (inner >= NumLoops() || loops[loop].reduction != loops[inner].reduction)
      continue;
    if (loops[loop].index_used || loops[inner].index_used) continue;
    const bool as_one = each_access([&](Access& access) {
      if (access.panel != 0 &&
          (access.panel_loop == loop || access.panel_loop == inner))
        return false;
      return access.strides[loop] ==
             access.strides[inner] * loops[inner].extent;
    });
    if (!as_one) continue;
    loops[inner].extent = loops[loop].extent * loops[inner].extent;
    for (std::unique_ptr<Node>& node : nodes_)
      node->uses[inner] = node->uses[inner] || node->uses[loop];
    erase(loop);
  }
}

}  // namespace keratin
