#include "app/program.h"

#include <exception>

#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/settings/command_line.h"
#include "app/terminal/terminal.h"
#include "platform/standard_streams.h"

namespace pcai::app {

int run_program(int argc, char** argv) noexcept {
  platform::reserve_standard_streams();
  try {
    CommandLine line;
    add_run(line);
    add_serve(line);
    add_models(line);
    add_show(line);
    add_plan(line);
    add_ps(line);
    add_stop(line);
    add_bench(line);
    add_pull(line);
    add_rm(line);
    add_doctor(line);
    add_config(line);
    add_version(line);
    add_completion(line);
    add_worker(line);
    line.set_welcome(show_overview);
    const std::string program = argc > 0 ? argv[0] : "pcai";
    return line.run(
        normalized_arguments(line.root(), program, {argv + (argc > 0 ? 1 : 0), argv + argc}));
  } catch (const std::exception& failure) {
    print_error(failure.what());
  } catch (...) {
    print_error("an unknown failure");
  }
  return kFailure;
}

}  // namespace pcai::app
