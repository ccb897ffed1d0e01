# The tests of the worker pool run against a worker that misbehaves on demand.
add_executable(fake_worker ${CMAKE_CURRENT_LIST_DIR}/fake_worker.cpp)
target_link_libraries(fake_worker PRIVATE rc_eval)
add_dependencies(test_eval fake_worker)
target_compile_definitions(test_eval PRIVATE ROBUSTCHECK_FAKE_WORKER="$<TARGET_FILE:fake_worker>")
target_include_directories(test_eval PRIVATE ${PROJECT_SOURCE_DIR}/src/eval)
