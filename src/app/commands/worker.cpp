#include "backend/worker/register.h"

#include "app/backends.h"
#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/settings/command_line.h"

namespace pcai::app {

void add_worker(CommandLine& line) {
  struct Flags {
    std::string backend;
    int fd = -1;
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App& command = line.add(
      "worker", "Serve one model to the process that started this one", "",
      [flags] { return backend::worker::run_worker(flags->fd, all_backends(), flags->backend); });
  command.group("");
  command.add_option("--backend", flags->backend, "Backend that loads the model")->required();
  command.add_option("--fd", flags->fd, "Open file descriptor of the connection")->required();
}

}  // namespace pcai::app
