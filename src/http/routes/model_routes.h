#pragma once

#include "http/connection/exchange.h"

namespace pcai::http {

/// Forbidden unless clients of this server need a key: others must not change what is in memory or
/// on the disk.
Status may_manage_models(Exchange& exchange);

}  // namespace pcai::http
