#pragma once

#include "http/exchange.h"

namespace pcai {

/// Fails with Forbidden unless this server requires a key: strangers must not change what is in
/// memory or on disk.
Status may_manage_models(Exchange& exchange);

}  // namespace pcai
