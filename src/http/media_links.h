#pragma once

#include "core/request.h"
#include "http/exchange.h"

namespace pcai {

/// Puts files in the place of the links among a request's images. Fails with InvalidRequest, with
/// the setting that allows them, where there are any: none are fetched here.
Task<Status> fetch_media(Exchange& exchange, GenerateRequest& request);

}  // namespace pcai
