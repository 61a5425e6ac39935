#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pcai::app {

/// True for a variable that Kubernetes sets in each pod beside a service whose name begins with
/// "pcai", such as PCAI_PORT=tcp://10.0.0.1:80. It is no setting of the user.
bool is_service_link(std::string_view name, std::string_view value);

/// The warning that these variables are ignored.
std::string about_service_links(const std::vector<std::string>& names);

}  // namespace pcai::app
