# pcai_room(name SOURCES … DEPENDS … [LIBRARIES …])
#   One static library for one folder under src/, compiled once and linked into the program, the
#   shared library and the tests. DEPENDS names rooms, LIBRARIES everything else.
function(pcai_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  add_library(pcai_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(pcai_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  pcai_warnings(pcai_${name})
  foreach(room IN LISTS ROOM_DEPENDS)
    target_link_libraries(pcai_${name} PUBLIC pcai_${room})
  endforeach()
  target_link_libraries(pcai_${name} PRIVATE ${ROOM_LIBRARIES})
  pcai_precompiled(pcai_${name} pcai_room_headers)
endfunction()

# The headers that most files of `target` begin with are compiled once, in pcai_room_headers or
# pcai_test_headers: reading them takes a third of a file's time. Only with GCC, so that clang's build
# shows whether each file includes what it uses.
function(pcai_precompiled target headers)
  if(PCAI_PRECOMPILED_HEADERS)
    target_precompile_headers(${target} REUSE_FROM ${headers})
  endif()
endfunction()

function(pcai_precompile)
  set(standard algorithm array atomic charconv chrono condition_variable cstdint cstring filesystem
               fstream functional map memory mutex optional random set span sstream string string_view
               thread tuple unordered_map utility variant vector)
  list(TRANSFORM standard REPLACE "(.+)" "<\\1>")
  set(empty ${CMAKE_BINARY_DIR}/empty.cpp)
  file(CONFIGURE OUTPUT ${empty} CONTENT "")
  add_library(pcai_room_headers OBJECT ${empty})
  pcai_warnings(pcai_room_headers)  # -Wpedantic defines other macros
  target_precompile_headers(pcai_room_headers PRIVATE ${standard} <nlohmann/json.hpp>)
  if(PCAI_BUILD_TESTS)
    find_package(GTest)
    add_library(pcai_test_headers OBJECT ${empty})
    pcai_warnings(pcai_test_headers)
    set_target_properties(pcai_test_headers PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(pcai_test_headers PRIVATE -fPIE)  # as for a program
    pcai_test_options(pcai_test_headers)
    target_link_libraries(pcai_test_headers PRIVATE GTest::gmock)
    target_precompile_headers(pcai_test_headers PRIVATE ${standard} <nlohmann/json.hpp>
                              <gtest/gtest.h> <gmock/gmock.h>)
  endif()
endfunction()

function(pcai_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow
                                           -Wno-missing-field-initializers)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 at -O3 sees overlaps and overflows in std::string that are not there (its bug 105651).
    target_compile_options(${target} PRIVATE
                           $<$<CONFIG:Release>:-Wno-restrict -Wno-stringop-overflow -Wno-array-bounds>)
  endif()
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    # What a mutex guards (core/thread_annotations.h) is an error everywhere, or it would not hold.
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-Wthread-safety>
                                             $<$<COMPILE_LANGUAGE:CXX>:-Werror=thread-safety>)
  endif()
  if(PCAI_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()

# pcai_test(name SOURCES … DEPENDS … [LIBRARIES …])
#   One GoogleTest program for one folder under tests/, named <name>_test.
function(pcai_test name)
  cmake_parse_arguments(TEST "" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  add_executable(${name}_test ${TEST_SOURCES})
  target_include_directories(${name}_test PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  pcai_warnings(${name}_test)
  pcai_test_options(${name}_test)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 sees members of temporary variants that are not set (its bug 105562).
    target_compile_options(${name}_test PRIVATE $<$<CONFIG:Release>:-Wno-maybe-uninitialized>)
  endif()
  foreach(room IN LISTS TEST_DEPENDS)
    target_link_libraries(${name}_test PRIVATE pcai_${room})
  endforeach()
  target_link_libraries(${name}_test PRIVATE ${TEST_LIBRARIES} GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name}_test)
  set_tests_properties(${name} PROPERTIES TIMEOUT 600)
  pcai_precompiled(${name}_test pcai_test_headers)
endfunction()

function(pcai_test_options target)
  # A test's own code is compiled faster than it would gain by running faster.
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  if(PCAI_SANITIZE)
    # Halves the time; the rooms under test keep their optimization and their checks.
    target_compile_options(${target} PRIVATE -O0 -fno-sanitize=undefined)
  endif()
endfunction()
