#include "graph_edit.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <algorithm>
#include <vector>

#include "robustcheck/runtime/model.h"

namespace robustcheck::runtime {
namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

void collect_nodes(Block* block, std::vector<Node*>& found) {
  for (Node* node : block->nodes()) {
    found.push_back(node);
    for (Block* inner : node->blocks()) collect_nodes(inner, found);
  }
}

/// "gelu" of aten::gelu and of aten::gelu_; "" of a node that is no operator of ATen.
std::string operator_name(const Node* node) {
  std::string name = node->kind().toQualString();
  if (!name.starts_with("aten::")) return "";
  name.erase(0, 6);
  return name.ends_with('_') ? name.substr(0, name.size() - 1) : name;
}

/// False if the operator has no such argument.
bool set_argument(Node* node, const std::string& name, const c10::IValue& value) {
  const c10::FunctionSchema* schema = node->maybeSchema();
  if (schema == nullptr) return false;
  const auto index = schema->argumentIndexWithName(name);
  if (!index || static_cast<std::size_t>(*index) >= node->inputs().size()) return false;
  const torch::jit::WithInsertPoint here(node);
  node->replaceInput(static_cast<std::size_t>(*index), node->owningGraph()->insertConstant(value));
  return true;
}

bool is_pool(const std::string& name) { return name.starts_with("max_pool") || name.starts_with("avg_pool"); }

bool set_ceil_mode(Node* node, const std::string& value) {
  return is_pool(operator_name(node)) && set_argument(node, "ceil_mode", value == "ceil");
}

bool set_count_include_pad(Node* node, const std::string& value) {
  return is_pool(operator_name(node)) && set_argument(node, "count_include_pad", value == "include");
}

bool set_gelu(Node* node, const std::string& value) {
  return operator_name(node) == "gelu" && set_argument(node, "approximate", value == "tanh" ? "tanh" : "none");
}

bool set_batch_norm_eps(Node* node, const std::string& value) {
  return operator_name(node) == "batch_norm" && set_argument(node, "eps", std::stod(value));
}

bool set_layer_norm_eps(Node* node, const std::string& value) {
  return operator_name(node) == "layer_norm" && set_argument(node, "eps", std::stod(value));
}

bool set_align_corners(Node* node, const std::string& value) {
  return set_argument(node, "align_corners", value == "true");
}

constexpr std::string_view kNearest[] = {"upsample_nearest2d", "_upsample_nearest_exact2d"};
constexpr std::string_view kSmooth[] = {"upsample_bilinear2d", "upsample_bicubic2d"};

bool is_in(std::string_view name, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string upsample_operator(const std::string& mode) {
  return mode == "nearest_exact" ? "_upsample_nearest_exact2d" : "upsample_" + mode + "2d";
}

/// (input, size, scales...) of the nearest kinds, (input, size, align_corners, scales...) of the smooth ones.
void replace_upsample(Node* node, const std::string& mode) {
  constexpr std::ptrdiff_t kAlignCorners = 2;
  const torch::jit::WithInsertPoint here(node);
  Graph* graph = node->owningGraph();
  std::vector<Value*> inputs(node->inputs().begin(), node->inputs().end());
  if (is_in(operator_name(node), kSmooth)) inputs.erase(inputs.begin() + kAlignCorners);
  const std::string target = upsample_operator(mode);
  if (is_in(target, kSmooth)) {
    const bool was_smooth = is_in(operator_name(node), kSmooth);
    inputs.insert(inputs.begin() + kAlignCorners,
                  was_smooth ? node->inputs()[kAlignCorners] : graph->insertConstant(false));
  }
  Node* made = graph->insertNode(graph->create(c10::Symbol::fromQualString("aten::" + target), inputs));
  made->output()->copyMetadata(node->output());
  node->output()->replaceAllUsesWith(made->output());
  node->destroy();
}

bool set_grid_sampler(Node* node, const std::string& mode) {
  constexpr std::string_view kModes[] = {"bilinear", "nearest", "bicubic"};  // torch.nn.functional.grid_sample
  const auto* const found = std::find(std::begin(kModes), std::end(kModes), mode);
  return found != std::end(kModes) && set_argument(node, "interpolation_mode", found - std::begin(kModes));
}

bool set_upsample_mode(Node* node, const std::string& mode) {
  const std::string name = operator_name(node);
  if (name == "grid_sampler" || name == "grid_sampler_2d") return set_grid_sampler(node, mode);
  if (!is_in(name, kNearest) && !is_in(name, kSmooth)) return false;
  replace_upsample(node, mode);
  return true;
}

constexpr std::string_view kCeilMode[] = {"as_saved", "floor", "ceil"};
constexpr std::string_view kCountIncludePad[] = {"as_saved", "include", "exclude"};
constexpr std::string_view kGelu[] = {"as_saved", "exact", "tanh"};
constexpr std::string_view kBatchNormEps[] = {"as_saved", "1e-05", "0.001"};
constexpr std::string_view kLayerNormEps[] = {"as_saved", "1e-05", "1e-06", "0.001"};
constexpr std::string_view kAlignCorners[] = {"as_saved", "true", "false"};
constexpr std::string_view kUpsampleMode[] = {"as_saved", "nearest", "nearest_exact", "bilinear", "bicubic"};

struct Edit {
  std::string_view knob;
  std::string_view node;  ///< "the graph has no <node> node"
  std::span<const std::string_view> values;
  bool (*apply)(Node* node, const std::string& value);  ///< false: not such a node
};

/// In the order in which they act: a nearest upsample that becomes bilinear has corners to align.
constexpr Edit kEdits[] = {
    {"pool_ceil_mode", "pooling", kCeilMode, &set_ceil_mode},
    {"pool_count_include_pad", "average pooling", kCountIncludePad, &set_count_include_pad},
    {"gelu", "GELU", kGelu, &set_gelu},
    {"batch_norm_eps", "batch normalisation", kBatchNormEps, &set_batch_norm_eps},
    {"layer_norm_eps", "layer normalisation", kLayerNormEps, &set_layer_norm_eps},
    {"upsample_mode", "resampling", kUpsampleMode, &set_upsample_mode},
    {"align_corners", "align_corners", kAlignCorners, &set_align_corners},
};

bool is_convolution(const Node* node) { return operator_name(node).find("conv") != std::string::npos; }

/// "2 GELU nodes rewritten". Batch norms that were folded into convolutions before the file was saved cannot be
/// reached.
std::string summary(const Edit& edit, std::size_t edited, const std::vector<Node*>& nodes) {
  const std::string text = std::to_string(edited) + " " + std::string(edit.node) + " nodes rewritten";
  const auto convolutions = static_cast<std::size_t>(std::ranges::count_if(nodes, &is_convolution));
  if (edit.knob != "batch_norm_eps" || edited >= convolutions) return text;
  return text + " beside " + std::to_string(convolutions) +
         " convolutions: those of the others, if they had any, were folded before the file was saved";
}

std::string apply(const Edit& edit, const std::string& value, Graph& graph) {
  std::vector<Node*> nodes;
  collect_nodes(graph.block(), nodes);
  std::size_t edited = 0;
  for (Node* node : nodes) edited += edit.apply(node, value) ? 1 : 0;
  if (edited == 0)
    throw ModelFailure(oracle::Status::unavailable, "the graph has no " + std::string(edit.node) + " node");
  nodes.clear();
  collect_nodes(graph.block(), nodes);
  return summary(edit, edited, nodes);
}

}  // namespace

std::span<const std::string_view> edit_values(const std::string& knob) {
  for (const Edit& edit : kEdits)
    if (edit.knob == knob) return edit.values;
  return {};
}

std::string edit_graph(torch::jit::Module& module, const std::map<std::string, std::string>& edits) {
  if (edits.empty()) return "";
  if (module.hasattr("training")) module = torch::jit::freeze(module, std::nullopt, /*optimize_numerics=*/false);
  Graph& graph = *module.get_method("forward").graph();
  torch::jit::Inline(graph);
  std::string done;
  for (const Edit& edit : kEdits)
    if (const auto found = edits.find(std::string(edit.knob)); found != edits.end())
      done += (done.empty() ? "" : "; ") + apply(edit, found->second, graph);
  return done;
}

}  // namespace robustcheck::runtime
