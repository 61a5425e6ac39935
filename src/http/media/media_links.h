#pragma once

#include "core/request.h"
#include "http/connection/exchange.h"

namespace pcai::http {

/// Replaces the links among a request's images by their files. Fetches them on another thread, from
/// hosts of HttpOptions::media_hosts. Fails with InvalidRequest if one cannot be fetched.
Task<Status> fetch_media(Exchange& exchange, GenerateRequest& request);

}  // namespace pcai::http
