# Builds llguidance once for each (lock file, compiler) into the cache and defines pcai_llguidance: a
# static library with the C functions of llguidance.h.
include(Cache)

set(crate ${CMAKE_SOURCE_DIR}/rust/llguidance)
execute_process(COMMAND cargo --version OUTPUT_VARIABLE cargo_version RESULT_VARIABLE failed)
execute_process(COMMAND cargo metadata --locked --format-version 1 --manifest-path ${crate}/Cargo.toml
                OUTPUT_VARIABLE metadata RESULT_VARIABLE failed ERROR_VARIABLE reason)
if(failed)
  message(FATAL_ERROR "cannot find llguidance with cargo: ${reason}")
endif()
string(REGEX MATCH "\"manifest_path\":\"([^\"]*/llguidance-1[^\"]*)/Cargo.toml\"" _ "${metadata}")
set(llguidance_include ${CMAKE_MATCH_1})

file(SHA256 ${crate}/Cargo.lock lock_hash)
file(SHA256 ${crate}/Cargo.toml manifest_hash)
string(SHA256 llguidance_key "${lock_hash};${manifest_hash};${cargo_version}")
string(SUBSTRING ${llguidance_key} 0 16 llguidance_key)
set(llguidance_build ${PCAI_CACHE_DIR}/llguidance-${llguidance_key})
set(llguidance_archive ${llguidance_build}/release/libpcai_llguidance.a)
if(NOT EXISTS ${llguidance_build}/complete)
  message(STATUS "Building llguidance into ${llguidance_build} (once; half a minute)")
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E env CARGO_TARGET_DIR=${llguidance_build}
            cargo build --release --locked --quiet --manifest-path ${crate}/Cargo.toml
    RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "building llguidance failed")
  endif()
  file(WRITE ${llguidance_build}/complete "")
endif()

add_library(pcai_llguidance INTERFACE)
target_include_directories(pcai_llguidance SYSTEM INTERFACE ${llguidance_include})
target_link_libraries(pcai_llguidance INTERFACE ${llguidance_archive} Threads::Threads
                                                ${CMAKE_DL_LIBS} m)
