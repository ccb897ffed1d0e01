# Writes schemas.cpp: the files of configs/schema/ as text, for `robustcheck schema`. Written again when one changes.
file(GLOB schema_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/configs/schema/*.schema.json)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${schema_files})
set(schema_rows "")
foreach(file IN LISTS schema_files)
  cmake_path(GET file FILENAME name)
  string(REPLACE ".schema.json" "" name "${name}")
  file(READ ${file} text)
  string(APPEND schema_rows "    {\"${name}\", R\"schema(${text})schema\"},\n")
endforeach()
set(ROBUSTCHECK_SCHEMAS_CPP ${PROJECT_BINARY_DIR}/schemas.cpp)
file(CONFIGURE OUTPUT ${ROBUSTCHECK_SCHEMAS_CPP} @ONLY CONTENT [[
#include "robustcheck/app/schemas.h"

namespace robustcheck::app {

const std::vector<Schema>& schemas() {
  static const std::vector<Schema> kSchemas = {
@schema_rows@  };
  return kSchemas;
}

}  // namespace robustcheck::app
]])
