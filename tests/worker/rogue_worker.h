#pragma once

namespace pcai::backend::worker {

/// What this test program does as another process, when its arguments say so: `rogue KIND` is a
/// worker that a hostile model file has taken over, `child KIND` shows what a child may do.
/// False for all other arguments.
bool run_as_rogue(int argc, char** argv, int* exit_code);

}  // namespace pcai::backend::worker
