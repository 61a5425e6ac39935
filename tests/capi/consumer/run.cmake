#Installs the library and builds a stranger's project against it, by CMake package and by
#pkg - config : cmake - DBUILD = < our build> - DFOLDER = < to work in> - DCC = \
                                                              < compiler> - P run.cmake
set(prefix ${FOLDER}/installed)
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER})

function(run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${FOLDER} RESULT_VARIABLE status
                  OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(status)
    message(FATAL_ERROR "failed: ${ARGN}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect text)
  if(NOT output STREQUAL "${text}\n")
    message(FATAL_ERROR "expected '${text}', got '${output}'")
  endif()
endfunction()

run(${
  CMAKE_COMMAND} --install ${
  BUILD} --prefix ${
  prefix} --component library)
run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR} -B ${FOLDER}/build -DCMAKE_PREFIX_PATH=${prefix}
    -DCMAKE_BUILD_TYPE=Release)
run(${
  CMAKE_COMMAND} --build ${FOLDER}/build)
run(${FOLDER}/build/consumer_c)
expect("You said: hello from C")
run(${FOLDER}/build/consumer_cpp)
expect("You said: hello from C++")

file(GLOB_RECURSE package_file ${
  prefix}/*/pcai_inference.pc)
get_filename_component(package_folder ${package_file} DIRECTORY)
get_filename_component(library_folder ${package_folder} DIRECTORY)
set(ENV{PKG_CONFIG_PATH} ${package_folder})
find_program(pkg_config pkg-config)
if(NOT pkg_config)
  return()
endif()
run(${pkg_config} --cflags --libs pcai_inference)
separate_arguments(flags UNIX_COMMAND "${output}")
run(${CC} ${CMAKE_CURRENT_LIST_DIR}/main.c ${flags} -Wl,-rpath,${library_folder} -o ${FOLDER}/by_pkg_config)
run(${FOLDER}/by_pkg_config)
expect("You said: hello from C")
