#include "app/program.h"

int main(int argc, char** argv) {
  return pcai::app::run_program(argc, argv);
}
