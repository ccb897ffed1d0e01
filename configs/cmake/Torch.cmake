# Target torch::torch from a LibTorch folder or a PyPI wheel, without find_package(Torch): that one needs nvcc for CUDA
# wheels and puts the wheel's own fmt in front of Debian's. Sets ROBUSTCHECK_TORCH_LIB, the folder of the libraries.
# Looked for in -DROBUSTCHECK_TORCH=DIR, CMAKE_PREFIX_PATH, the torch that python3 imports, and the venv that
# configs/bootstrap.sh makes. One that is named must fit; one that is only found and does not fit is passed over.

# What keeps the LibTorch in `root` from being used; empty if it fits.
function(_torch_refusal root result)
  # 2.13 has its version in torch/headeronly, older ones in the API folder.
  foreach(header IN ITEMS torch/headeronly/version.h torch/csrc/api/include/torch/version.h)
    if(EXISTS ${root}/include/${header})
      file(STRINGS ${root}/include/${header} lines REGEX "#define TORCH_VERSION_(MAJOR|MINOR) [0-9]+")
      if(lines)
        string(REGEX MATCHALL "[0-9]+" numbers "${lines}")
        list(JOIN numbers "." version)
        break()
      endif()
    endif()
  endforeach()
  # c10::Error takes a std::string: its mangled name tells the ABI. The wrong one links with pages of missing symbols.
  file(STRINGS ${root}/lib/libc10.so new_abi REGEX "_ZN3c105ErrorC[12]ENS_14SourceLocationENSt7__cxx11" LIMIT_COUNT 1)
  set(${result} "" PARENT_SCOPE)
  if(NOT version OR version VERSION_LESS 2.6)
    set(${result} "is version '${version}', and 2.6 or newer is needed" PARENT_SCOPE)
  elseif(NOT new_abi)
    set(${result} "was built with the old C++ ABI (_GLIBCXX_USE_CXX11_ABI=0)" PARENT_SCOPE)
  endif()
  set(_version "${version}" PARENT_SCOPE)
endfunction()

# The folder with include/ and lib/ that `path` leads to, if it does: that folder itself, the prefix of a venv,
# or what torch.utils.cmake_prefix_path says (share/cmake).
function(_torch_root path result)
  file(GLOB roots ${path} ${path}/../.. ${path}/lib/python3*/site-packages/torch)
  set(${result} "" PARENT_SCOPE)
  foreach(root IN LISTS roots)
    if(EXISTS ${root}/lib/libtorch_cpu.so AND EXISTS ${root}/lib/libc10.so AND EXISTS ${root}/include/ATen)
      file(REAL_PATH ${root} root)
      set(${result} ${root} PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

set(_torch_remedy "Run: bash configs/bootstrap.sh demo   or name another one with -DROBUSTCHECK_TORCH=DIR (pip install torch==2.13.0 makes one: DIR is the folder of the Python package)")
set(_root "")
file(TO_CMAKE_PATH "$ENV{CMAKE_PREFIX_PATH}" _prefixes)
foreach(_named IN LISTS ROBUSTCHECK_TORCH CMAKE_PREFIX_PATH _prefixes)
  _torch_root(${_named} _root)
  if(_root)
    _torch_refusal(${_root} _refusal)
    if(_refusal)
      message(FATAL_ERROR "LibTorch in ${_root} ${_refusal}. ${_torch_remedy}")
    endif()
    break()
  elseif(ROBUSTCHECK_TORCH)
    message(FATAL_ERROR "ROBUSTCHECK_TORCH=${ROBUSTCHECK_TORCH}: no lib/libtorch_cpu.so and include/ATen there. ${_torch_remedy}")
  endif()
endforeach()

if(NOT _root)
  # Asked of the interpreter itself: CMake's FindPython may find another python3 than the shell does.
  set(_refusals "")
  foreach(_python IN ITEMS python3 ${PROJECT_SOURCE_DIR}/build/venv/bin/python ${PROJECT_BINARY_DIR}/venv/bin/python)
    execute_process(
      COMMAND ${_python} -c "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')"
      OUTPUT_VARIABLE _found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE _code)
    if(_code EQUAL 0 AND _found)
      _torch_root(${_found} _root)
    endif()
    if(_root)
      _torch_refusal(${_root} _refusal)
      if(NOT _refusal)
        break()
      endif()
      string(APPEND _refusals "\nPassed over: LibTorch in ${_root} ${_refusal}.")
      set(_root "")
    endif()
  endforeach()
  if(NOT _root)
    message(FATAL_ERROR "LibTorch was not found. ${_torch_remedy}${_refusals}")
  elseif(_refusals)
    message(STATUS "${_refusals}")
  endif()
endif()

set(ROBUSTCHECK_TORCH_LIB ${_root}/lib)
add_library(torch::torch INTERFACE IMPORTED)
# After all system folders: the wheel ships a fmt of its own.
target_compile_options(torch::torch INTERFACE "SHELL:-idirafter ${_root}/include/torch/csrc/api/include" "SHELL:-idirafter ${_root}/include")
target_link_libraries(torch::torch INTERFACE ${_root}/lib/libtorch_cpu.so ${_root}/lib/libc10.so)
if(EXISTS ${_root}/lib/libtorch_cuda.so)
  # Nothing refers to it by name: it registers its kernels when it is loaded. It finds CUDA's own libraries, which lie in
  # other wheels, when it runs; the linker need not.
  target_link_libraries(torch::torch INTERFACE -Wl,--push-state,--no-as-needed ${_root}/lib/libtorch_cuda.so ${_root}/lib/libc10_cuda.so -Wl,--pop-state)
  target_link_options(torch::torch INTERFACE -Wl,--allow-shlib-undefined)
endif()
message(STATUS "LibTorch ${_version}: ${_root}")
