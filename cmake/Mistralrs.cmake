# The bridge to mistral.rs: rust/mistralrs_bridge, built by cargo into a cache outside the checkout
# that is keyed by (Cargo.lock, flags, compiler). The first build takes some ten minutes, later ones
# seconds.
#
#   PCAI_WITH_MISTRALRS=ON    always built with everything else
#                       AUTO  the same once the cache has it; otherwise only when asked for:
#                             cmake --build <folder> --target mistralrs_bridge
#                       OFF   neither built nor looked for at run time
include(Cache)

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  set(default_cpu x86-64-v3)
endif()
set(PCAI_MISTRALRS_CPU "${default_cpu}" CACHE STRING
    "Processor level that the mistral.rs bridge needs, as rustc's target-cpu; empty = any")

find_program(PCAI_CARGO cargo)
if(NOT PCAI_CARGO)
  if(PCAI_WITH_MISTRALRS STREQUAL "ON")
    message(FATAL_ERROR "PCAI_WITH_MISTRALRS=ON needs cargo")
  endif()
  message(STATUS "No cargo: the bridge to mistral.rs cannot be built here")
  add_custom_target(mistralrs_bridge COMMENT "No cargo: no bridge to mistral.rs")
  return()
endif()

set(crate ${CMAKE_SOURCE_DIR}/rust/mistralrs_bridge)
set(rust_flags "")
if(PCAI_MISTRALRS_CPU)
  set(rust_flags "-C target-cpu=${PCAI_MISTRALRS_CPU}")
endif()
set(features "")
if(PCAI_WITH_CUDA)
  set(features --features cuda)
endif()
execute_process(COMMAND rustc --version OUTPUT_VARIABLE rustc_version)
file(SHA256 ${crate}/Cargo.lock lock_hash)
string(SHA256 bridge_key "${lock_hash};${rust_flags};${features};${rustc_version}")
string(SUBSTRING ${bridge_key} 0 16 bridge_key)
set(bridge_build ${PCAI_CACHE_DIR}/mistralrs-${bridge_key})

# For tools/check_rust.
set(PCAI_MISTRALRS_CARGO_FOLDER ${bridge_build} CACHE INTERNAL "")
set(PCAI_MISTRALRS_RUST_FLAGS "${rust_flags}" CACHE INTERNAL "")

set(bridge libpcai_mistralrs_bridge.so)
set(PCAI_BRIDGE_IN_ALL "")
if(PCAI_WITH_MISTRALRS STREQUAL "ON" OR EXISTS ${bridge_build}/complete)
  set(PCAI_BRIDGE_IN_ALL ALL)
endif()
add_custom_target(
  mistralrs_bridge ${PCAI_BRIDGE_IN_ALL}
  COMMAND ${CMAKE_COMMAND} -E env CARGO_TARGET_DIR=${bridge_build} "RUSTFLAGS=${rust_flags}"
          ${PCAI_CARGO} build --release --locked ${features} --manifest-path ${crate}/Cargo.toml
  COMMAND ${CMAKE_COMMAND} -E copy_if_different ${bridge_build}/release/${bridge}
          ${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/${bridge}
  COMMAND ${CMAKE_COMMAND} -E touch ${bridge_build}/complete
  COMMENT "The bridge to mistral.rs (${bridge_build})"
  USES_TERMINAL VERBATIM)
install(FILES ${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/${bridge}
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pcai OPTIONAL)
