#include "http/media/media_links.h"

#include <boost/asio/co_spawn.hpp>

#include "api/media_part.h"
#include "http/media/media_fetch.h"

namespace pcai::http {
namespace {

constexpr std::size_t kMostLinks = 16;

std::vector<Media*> links_of(GenerateRequest& request) {
  std::vector<Media*> links;
  auto* chat = std::get_if<ChatPrompt>(&request.prompt);
  if (chat == nullptr) return links;
  for (ChatMessage& message : chat->messages) {
    for (Media& media : message.media) {
      if (api::is_link(media)) links.push_back(&media);
    }
  }
  return links;
}

Task<Result<Media>> fetch_elsewhere(Exchange& exchange, const Media& link) {
  using Pool = asio::thread_pool::executor_type;
  ServerState& server = exchange.server();
  auto elsewhere = [&]() -> asio::awaitable<Result<Media>, Pool> {
    co_return fetch_file(*link.bytes, link.kind, server.options.media_hosts);
  };
  co_return co_await asio::co_spawn(server.fetchers, elsewhere, asio::use_awaitable_t<Executor>{});
}

}  // namespace

Task<Status> fetch_media(Exchange& exchange, GenerateRequest& request) {
  const std::vector<Media*> links = links_of(request);
  if (!links.empty() && exchange.server().options.media_hosts.empty()) {
    co_return pcai::fail(ErrorCode::InvalidRequest,
                         "messages: " + *links.front()->bytes +
                             " is not fetched: the server's setting --media-hosts lists the hosts "
                             "that it asks, and is empty. Send a data URL",
                         "messages");
  }
  if (links.size() > kMostLinks) {
    co_return pcai::fail(
        ErrorCode::InvalidRequest,
        "messages: at most " + std::to_string(kMostLinks) + " images are fetched for a request",
        "messages");
  }
  for (Media* link : links) {
    auto file = co_await fetch_elsewhere(exchange, *link);
    if (!file) co_return pcai::fail(std::move(file.error()));
    link->bytes = std::move(file->bytes);
  }
  co_return Status();
}

}  // namespace pcai::http
