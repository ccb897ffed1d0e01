#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace torch::jit {
struct Module;
}

namespace robustcheck::runtime {

/// Values of a knob that rewrites the graph, "as_saved" first; empty for any other knob.
std::span<const std::string_view> edit_values(const std::string& knob);

/// Rewrites the nodes of a module as conversion tools do: knob -> value, none of them as_saved. The module is frozen
/// first, without changing its numbers, so that every call is inlined. It must not have run: its plan is cached with
/// the first forward pass, and later edits are ignored without a word. Says what was rewritten ("2 of 2 pooling
/// nodes"). Throws ModelFailure{unavailable} where the graph has no node for a knob.
std::string edit_graph(torch::jit::Module& module, const std::map<std::string, std::string>& edits);

}  // namespace robustcheck::runtime
