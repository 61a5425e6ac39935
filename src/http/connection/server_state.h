#pragma once

#include <array>
#include <atomic>
#include <boost/asio/thread_pool.hpp>

#include "engine/engine.h"
#include "http/connection/server.h"
#include "http/guard/guard.h"
#include "http/router.h"
#include "openai/responses/response_store.h"

namespace pcai::http {

/// Counters of the server since its start. Any thread.
struct HttpStats {
  std::atomic<std::uint32_t> connections{0};             // now
  std::array<std::atomic<std::uint64_t>, 6> by_class{};  // answers by status / 100; 0 = none sent
};

/// What all connections of a server share. Constant except for the counters and the stored
/// responses. Any thread.
struct ServerState {
  engine::Engine& engine;
  HttpOptions options;
  Router router;
  Guard guard;
  HttpStats stats;
  openai::ResponseStore responses;
  boost::asio::thread_pool parsers{
      1};  // for bodies so large that parsing them would hold up a loop
  boost::asio::thread_pool pullers{1};   // one download at a time
  boost::asio::thread_pool keepers{1};   // read models' headers, make and remove models
  boost::asio::thread_pool fetchers{2};  // wait for the hosts of linked images
};

}  // namespace pcai::http
