include(GNUInstallDirs)

option(PCAI_WITH_LLAMACPP "Build the llama.cpp backend" ON)
set(PCAI_WITH_MISTRALRS "AUTO" CACHE STRING "Build the mistral.rs bridge: ON, OFF or AUTO")
set_property(CACHE PCAI_WITH_MISTRALRS PROPERTY STRINGS ON OFF AUTO)
option(PCAI_WITH_SERVER "Build the HTTP server" ON)
option(PCAI_WITH_CAPI "Build the shared library with the C ABI" ON)
option(PCAI_WITH_CUDA "Build llama.cpp with CUDA" OFF)
option(PCAI_WITH_VULKAN "Build llama.cpp with Vulkan" OFF)
option(PCAI_NATIVE "Compile llama.cpp for this machine's processor only" ON)
option(PCAI_GGML_OPENMP "Let ggml use OpenMP instead of its own thread pool" ON)
option(PCAI_BUILD_TESTS "Build the tests" ON)
option(PCAI_BUILD_BENCH "Build the benchmarks" OFF)
option(PCAI_BUILD_FUZZERS "Build the libFuzzer targets (clang)" OFF)
option(PCAI_WERROR "Treat warnings as errors" OFF)
# What GCC's OpenMP calls is ours then (src/backend/llamacpp/parallel). Other compilers call other names.
set(PCAI_OWN_OPENMP OFF)
if(PCAI_GGML_OPENMP AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(PCAI_OWN_OPENMP ON)
endif()
set(PCAI_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")
set(PCAI_LLAMA_SOURCE "" CACHE PATH "A llama.cpp source tree to build instead of the pinned one")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

# Only GCC; the compiler's cache understands its precompiled headers.
set(PCAI_PRECOMPILED_HEADERS OFF)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(PCAI_PRECOMPILED_HEADERS ON)
endif()

find_program(PCAI_CCACHE ccache)
if(PCAI_CCACHE)
  # A second checkout finds what the first one compiled. Nothing that uses a precompiled header is
  # cached without that sloppiness.
  set(CMAKE_C_COMPILER_LAUNCHER
      env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=true ${PCAI_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER
      env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=true
          CCACHE_SLOPPINESS=pch_defines,time_macros ${PCAI_CCACHE})
endif()

if(PCAI_SANITIZE)
  add_compile_options(-fsanitize=${PCAI_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PCAI_SANITIZE})
endif()
