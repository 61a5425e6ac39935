#pragma once

namespace pcai::app {

class CommandLine;

// Each adds one command, its flags and its help to the tree.
void add_serve(CommandLine& line);
void add_run(CommandLine& line);
void add_models(CommandLine& line);
void add_show(CommandLine& line);
void add_version(CommandLine& line);
void add_plan(CommandLine& line);
void add_ps(CommandLine& line);
void add_stop(CommandLine& line);
void add_bench(CommandLine& line);
void add_doctor(CommandLine& line);
void add_pull(CommandLine& line);
void add_rm(CommandLine& line);
void add_config(CommandLine& line);
void add_completion(CommandLine& line);
void add_worker(CommandLine& line);  // hidden: a model's own process

/// `pcai` alone, on a terminal: what is here, and the command to go on with. The exit code.
int show_overview();

}  // namespace pcai::app
