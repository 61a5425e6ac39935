#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/warnings.h"
#include "core/request.h"

namespace pcai::llama_server {

/// The names of the samplers, in the order in which they are applied here.
std::vector<std::string> sampler_names();

/// The names that a text such as "edkypmxt" stands for. A letter that stands for none is kept as it
/// is.
std::vector<std::string> names_of_letters(std::string_view letters);

/// Switches off what `names` leaves out; without "temperature" the probabilities stay as they are.
/// `warnings` gets what is not here, and an order that is not this server's. Returns the names that
/// are known, in this server's spelling and order.
std::vector<std::string> use_samplers(const std::vector<std::string>& names,
                                      api::Warnings& warnings, GenerateParams& params);

}  // namespace pcai::llama_server
