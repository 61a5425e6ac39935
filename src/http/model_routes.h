#pragma once

#include "http/exchange.h"

namespace pcai {

/// Forbidden unless clients of this server need a key: others must not change what is in memory or
/// on the disk.
Status may_manage_models(Exchange& exchange);

}  // namespace pcai
