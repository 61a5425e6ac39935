#pragma once

#include <string>

namespace pcai::platform {

/// How many threads of this process can compute at the same time: the number of processors on which
/// it may run, or its quota of their time (a control group's) in processors, rounded up, if that is
/// less. At least 1.
unsigned usable_processors();

/// "AMD EPYC 7B13"; "CPU" if the system does not say.
std::string processor_name();

}  // namespace pcai::platform
