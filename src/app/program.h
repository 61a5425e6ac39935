#pragma once

namespace pcai::app {

/// The whole program: parses, runs the chosen command and returns its exit code. Throws nothing.
int run_program(int argc, char** argv) noexcept;

}  // namespace pcai::app
