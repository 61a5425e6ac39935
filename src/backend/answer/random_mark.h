#pragma once

#include <string>

namespace pcai::backend::answer {

/// A word that stands for a place in a text: letters and digits only, so that no template and no
/// JSON encoder changes it, and random, so that nobody can write it.
std::string random_mark();

}  // namespace pcai::backend::answer
