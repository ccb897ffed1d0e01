#include <algorithm>
#include <iostream>

#include "robustcheck/app/options.h"
#include "robustcheck/app/schemas.h"
#include "robustcheck/base/error.h"
#include "robustcheck/base/text.h"

namespace robustcheck::app {

int run_schema(const std::string& name) {
  std::vector<std::string> names;
  for (const Schema& schema : schemas()) {
    if (schema.name == name) {
      std::cout << schema.text;
      return kExitOk;
    }
    names.push_back(schema.name);
  }
  throw Error(ErrorKind::usage, unknown_name("schema", name, names));
}

}  // namespace robustcheck::app
