# Headers, library, pkg-config and CMake package: cmake --install <build> --component library
include(CMakePackageConfigHelpers)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/pcai_inference)

install(
  TARGETS pcai_inference
  EXPORT pcai_inference
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT library)
install(FILES ${CMAKE_SOURCE_DIR}/include/pcai/pcai.h ${CMAKE_SOURCE_DIR}/include/pcai/pcai.hpp
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/pcai COMPONENT library)

install(EXPORT pcai_inference NAMESPACE pcai:: FILE pcai_inferenceTargets.cmake
        DESTINATION ${package} COMPONENT library)
configure_package_config_file(pcai_inferenceConfig.cmake.in pcai_inferenceConfig.cmake
                              INSTALL_DESTINATION ${package})
# Before 1.0 a new minor version may break what an older one promised.
write_basic_package_version_file(pcai_inferenceConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/pcai_inferenceConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/pcai_inferenceConfigVersion.cmake
        DESTINATION ${package} COMPONENT library)

file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(pcai_inference.pc.in pcai_inference.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/pcai_inference.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT library)
