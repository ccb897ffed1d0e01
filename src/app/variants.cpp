#include "robustcheck/app/variants.h"

#include <algorithm>
#include <cctype>

#include "robustcheck/base/error.h"
#include "robustcheck/transform/catalogue.h"

namespace robustcheck::app {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& argument, const std::string& problem) {
  throw Error(ErrorKind::usage, "--variant " + argument + ": " + problem);
}

bool in_a_name(unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-'; }

void check_name(const std::string& name, const std::string& argument, const std::vector<report::VariantFile>& known) {
  if (name.empty() || !std::all_of(name.begin(), name.end(), in_a_name))
    fail(argument, "'" + name + "' is no name (letters, digits, '.', '_', '-')");
  if (name == transform::catalogue().knob("model_variant", "--variant").reference())
    fail(argument, name + " is the model itself");
  if (std::any_of(known.begin(), known.end(), [&](const auto& variant) { return variant.name == name; }))
    fail(argument, "the name " + name + " is given twice");
}

}  // namespace

std::vector<report::VariantFile> parse_variants(const std::vector<std::string>& arguments) {
  std::vector<report::VariantFile> variants;
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    if (equals == std::string::npos || equals + 1 == argument.size()) fail(argument, "is not NAME=FILE");
    const std::string name = argument.substr(0, equals);
    check_name(name, argument, variants);
    variants.push_back({name, fs::absolute(argument.substr(equals + 1)).lexically_normal().string(), ""});
  }
  return variants;
}

space::Catalogue catalogue_with(const std::vector<report::VariantFile>& variants) {
  std::vector<std::string> names;
  for (const report::VariantFile& variant : variants) names.push_back(variant.name);
  return space::with_variants(transform::catalogue(), names);
}

}  // namespace robustcheck::app
