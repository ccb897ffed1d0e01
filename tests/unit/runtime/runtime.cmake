# Some tests look behind the public headers of `runtime`, and some run the worker program.
target_include_directories(test_runtime PRIVATE ${PROJECT_SOURCE_DIR}/src/runtime)
add_dependencies(test_runtime robustcheck-worker)
