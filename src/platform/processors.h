#pragma once

#include <string>

namespace pcai::platform {

/// As many threads as can compute at the same time: the processors on which this process may run,
/// and no more than its share of their time (a control group's quota) is worth, rounded up. At
/// least 1.
unsigned usable_processors();

/// "AMD EPYC 7B13"; "CPU" if the system does not say.
std::string processor_name();

}  // namespace pcai::platform
