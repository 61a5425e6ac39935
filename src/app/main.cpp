#include "app/program.h"

int main(int argc, char** argv) {
  return pcai::run_program(argc, argv);
}
