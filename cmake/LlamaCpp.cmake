# Builds llama.cpp once for each (sources, flags, compiler) into a cache outside the checkout and
# defines pcai::llama (libllama with ggml), pcai::llama_common (chat templates, Jinja) and
# pcai::mtmd (projectors: images and audio).
#
# The sources are inside the crate llama-cpp-sys-2, pinned by rust/llama_cpp_source/Cargo.lock;
# -DPCAI_LLAMA_SOURCE=dir takes another tree.

if(PCAI_LLAMA_SOURCE)
  set(llama_source ${PCAI_LLAMA_SOURCE})
else()
  set(manifest ${CMAKE_SOURCE_DIR}/rust/llama_cpp_source/Cargo.toml)
  execute_process(
    COMMAND cargo metadata --locked --format-version 1 --manifest-path ${manifest}
    OUTPUT_VARIABLE metadata RESULT_VARIABLE failed ERROR_VARIABLE reason)
  if(failed)
    message(FATAL_ERROR "cannot find llama.cpp's sources with cargo: ${reason}\n"
                        "Install cargo, or pass -DPCAI_LLAMA_SOURCE=<llama.cpp tree>.")
  endif()
  string(REGEX MATCH "\"manifest_path\":\"([^\"]*llama-cpp-sys-2-[^\"]*)/Cargo.toml\"" _ "${metadata}")
  set(llama_source ${CMAKE_MATCH_1}/llama.cpp)
endif()
if(NOT EXISTS ${llama_source}/include/llama.h)
  message(FATAL_ERROR "no llama.cpp sources in '${llama_source}'")
endif()

# Unlike our own code it goes on after undefined behaviour, unless UBSAN_OPTIONS says halt_on_error=1:
# what is its own can be named in a suppressions file then.
set(llama_sanitizer_options "")
if(PCAI_SANITIZE)
  set(flags "-fsanitize=${PCAI_SANITIZE} -fno-omit-frame-pointer -g1")
  set(llama_sanitizer_options "-DCMAKE_C_FLAGS=${flags}" "-DCMAKE_CXX_FLAGS=${flags}"
                              "-DCMAKE_C_FLAGS_RELEASE=-O1 -DNDEBUG" "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG")
endif()

set(llama_options
    -DCMAKE_BUILD_TYPE=Release
    ${llama_sanitizer_options}
    -DCMAKE_POSITION_INDEPENDENT_CODE=ON
    -DCMAKE_C_COMPILER=${CMAKE_C_COMPILER}
    -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}
    -DCMAKE_C_VISIBILITY_PRESET=hidden
    -DCMAKE_CXX_VISIBILITY_PRESET=hidden
    -DCMAKE_VISIBILITY_INLINES_HIDDEN=ON
    -DBUILD_SHARED_LIBS=OFF
    -DLLAMA_BUILD_COMMON=ON
    -DLLAMA_BUILD_MTMD=ON
    -DLLAMA_BUILD_APP=OFF
    -DLLAMA_BUILD_TOOLS=OFF
    -DLLAMA_BUILD_EXAMPLES=OFF
    -DLLAMA_BUILD_TESTS=OFF
    -DLLAMA_BUILD_SERVER=OFF
    -DLLAMA_OPENSSL=OFF
    -DLLAMA_SUBPROCESS=OFF
    -DGGML_NATIVE=${PCAI_NATIVE}
    -DGGML_OPENMP=${PCAI_GGML_OPENMP}
    -DGGML_RPC=OFF
    -DGGML_CUDA=${PCAI_WITH_CUDA}
    -DGGML_VULKAN=${PCAI_WITH_VULKAN})

if(PCAI_WITH_CUDA)
  if(NOT TARGET CUDA::nvToolsExt)  # CUDA 13 has none, and CMake 3.25's module fails without it
    add_library(CUDA::nvToolsExt INTERFACE IMPORTED)
  endif()
  find_package(CUDAToolkit REQUIRED)
  list(APPEND llama_options -DGGML_CUDA_NCCL=OFF -DCUDAToolkit_ROOT=${CUDAToolkit_TARGET_DIR}
       -DCMAKE_CUDA_COMPILER=${CUDAToolkit_NVCC_EXECUTABLE})
  if(CMAKE_CUDA_ARCHITECTURES)  # not given: all that llama.cpp is made for
    string(REPLACE ";" "\\;" architectures "${CMAKE_CUDA_ARCHITECTURES}")
    list(APPEND llama_options "-DCMAKE_CUDA_ARCHITECTURES=${architectures}")
  endif()
endif()
if(PCAI_WITH_VULKAN)
  find_package(Vulkan 1.3.275 COMPONENTS glslc)
  if(NOT Vulkan_FOUND)
    message(FATAL_ERROR "llama.cpp's Vulkan backend needs glslc and Vulkan's headers 1.3.275 or later. "
                        "Where the system's are older, pass -DVulkan_INCLUDE_DIR=<Vulkan-Headers>/include.")
  endif()
  list(APPEND llama_options -DVulkan_INCLUDE_DIR=${Vulkan_INCLUDE_DIR})
endif()

# A native build depends on the processor, so the processor's flags are part of the key.
set(cpu "")
if(PCAI_NATIVE AND EXISTS /proc/cpuinfo)
  file(STRINGS /proc/cpuinfo cpu REGEX "^(model name|flags)" LIMIT_COUNT 2)
endif()
file(SHA256 ${llama_source}/src/llama-context.cpp source_hash)
string(SHA256 llama_key
       "${llama_source};${source_hash};${llama_options};${CMAKE_CXX_COMPILER_VERSION};${cpu}")
string(SUBSTRING ${llama_key} 0 16 llama_key)

include(Cache)
set(llama_build ${PCAI_CACHE_DIR}/llama-${llama_key})

if(NOT EXISTS ${llama_build}/complete)
  message(STATUS "Building llama.cpp into ${llama_build} (once; a few minutes)")
  execute_process(COMMAND ${CMAKE_COMMAND} -G Ninja -S ${llama_source} -B ${llama_build}
                          ${llama_options} OUTPUT_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    execute_process(COMMAND ${CMAKE_COMMAND} --build ${llama_build} --target llama llama-common mtmd
                    RESULT_VARIABLE failed)
  endif()
  if(failed)
    message(FATAL_ERROR "building llama.cpp failed")
  endif()
  file(WRITE ${llama_build}/complete "")
endif()

add_library(pcai_llama INTERFACE)
target_include_directories(pcai_llama SYSTEM INTERFACE ${llama_source}/include
                                                       ${llama_source}/ggml/include)
set(llama_archives ${llama_build}/src/libllama.a ${llama_build}/ggml/src/libggml.a
                   ${llama_build}/ggml/src/libggml-cpu.a ${llama_build}/ggml/src/libggml-base.a)
file(GLOB_RECURSE gpu_archives ${llama_build}/ggml/src/ggml-*/libggml-*.a)
target_link_libraries(pcai_llama INTERFACE -Wl,--start-group ${llama_archives} ${gpu_archives}
                                           -Wl,--end-group Threads::Threads ${CMAKE_DL_LIBS})
# unicode_regex_split(const std::string&, const std::vector<std::string>&, bool), which cuts texts into
# words: llama.cpp calls ours instead (backend/llamacpp/tokens/words.h). A program does not link if it
# is called otherwise in another llama.cpp.
set(llama_split
    _Z19unicode_regex_splitRKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEERKSt6vectorIS4_SaIS4_EEb)
target_link_options(pcai_llama INTERFACE LINKER:--wrap=${llama_split}
                                         LINKER:--undefined=__wrap_${llama_split})
target_link_libraries(pcai_llama INTERFACE pcai_llamacpp_words ${llama_build}/src/libllama.a)
# What ggml's GPU backends need beside their archives, which do not say so.
if(PCAI_WITH_CUDA)
  target_link_libraries(pcai_llama INTERFACE CUDA::cudart_static CUDA::cublas
                                             $<IF:$<BOOL:${WIN32}>,CUDA::cuda_driver,pcai_cuda_driver>)
endif()
if(PCAI_WITH_VULKAN)
  target_link_libraries(pcai_llama INTERFACE ${Vulkan_LIBRARIES})
endif()
if(PCAI_OWN_OPENMP)
  # Taken wherever the archive stands among ggml's, all of it: it is one file.
  target_link_options(pcai_llama INTERFACE LINKER:--undefined=GOMP_parallel)
  target_link_libraries(pcai_llama INTERFACE pcai_llamacpp_parallel)
elseif(PCAI_GGML_OPENMP)
  find_package(OpenMP REQUIRED)
  target_link_libraries(pcai_llama INTERFACE OpenMP::OpenMP_CXX)
endif()

add_library(pcai_llama_common INTERFACE)
target_include_directories(pcai_llama_common SYSTEM INTERFACE ${llama_source}/common
                                                              ${llama_source}/vendor)
target_link_libraries(
  pcai_llama_common INTERFACE ${llama_build}/common/libllama-common.a
                              ${llama_build}/common/libllama-common-base.a pcai_llama)
file(GLOB_RECURSE httplib_archive ${llama_build}/vendor/*/*.a)
target_link_libraries(pcai_llama_common INTERFACE ${httplib_archive})

add_library(pcai_mtmd INTERFACE)
target_include_directories(pcai_mtmd SYSTEM INTERFACE ${llama_source}/tools/mtmd
                                                      ${llama_source}/vendor)
target_link_libraries(pcai_mtmd INTERFACE ${llama_build}/tools/mtmd/libmtmd.a
                                          ${llama_build}/vendor/hash/libvendor-hash.a pcai_llama)
