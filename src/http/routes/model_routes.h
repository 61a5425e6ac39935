#pragma once

#include "http/connection/exchange.h"

namespace pcai::http {

/// Fails with Forbidden where HttpOptions::manage_models does not allow it: strangers must not
/// change what is in memory or on disk.
Status may_manage_models(Exchange& exchange);

}  // namespace pcai::http
