#pragma once

#include "core/request.h"
#include "http/connection/exchange.h"

namespace pcai::http {

/// Puts files in the place of the links among a request's images: fetched on another thread, from
/// hosts of HttpOptions::media_hosts. Fails with InvalidRequest where one is not to be had.
Task<Status> fetch_media(Exchange& exchange, GenerateRequest& request);

}  // namespace pcai::http
