#include <gmock/gmock.h>
#include <spdlog/spdlog.h>

#include "backend/fake/register.h"
#include "worker/rogue_worker.h"
#include "worker/worker_main.h"

int main(int argc, char** argv) {
  int exit_code = 0;
  pcai::backend::BackendRegistry registry;
  pcai::backend::fake::register_fake(registry);
  if (pcai::backend::worker::run_as_worker(argc, argv, registry, &exit_code)) return exit_code;
  if (pcai::backend::worker::run_as_rogue(argc, argv, &exit_code)) return exit_code;
  spdlog::set_level(spdlog::level::off);  // the deaths are wanted here
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
