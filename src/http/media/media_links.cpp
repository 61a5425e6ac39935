#include "http/media/media_links.h"

#include <boost/asio/co_spawn.hpp>

#include "api/fields/media_part.h"
#include "http/media/media_fetch.h"

namespace pcai::http {
namespace {

constexpr std::size_t kMaxLinks = 16;

struct Link {
  Media* media;
  std::string path;
};

std::vector<Link> links_of(GenerateRequest& request) {
  std::vector<Link> links;
  auto* chat = std::get_if<ChatPrompt>(&request.prompt);
  if (chat == nullptr) return links;
  for (std::size_t m = 0; m < chat->messages.size(); ++m) {
    std::vector<Media>& list = chat->messages[m].media;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (api::is_link(list[i])) links.push_back({&list[i], api::media_path(m, i)});
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
  const std::vector<Link> links = links_of(request);
  if (!links.empty() && exchange.server().options.media_hosts.empty()) {
    const Link& link = links.front();
    co_return pcai::fail(ErrorCode::InvalidRequest,
                         link.path + ": " + *link.media->bytes +
                             " is not fetched: the server's setting --media-hosts lists the "
                             "allowed hosts and is empty. Send a data URL",
                         link.path);
  }
  if (links.size() > kMaxLinks) {
    co_return pcai::fail(
        ErrorCode::InvalidRequest,
        "messages: at most " + std::to_string(kMaxLinks) + " images are fetched for a request",
        "messages");
  }
  for (const Link& link : links) {
    auto file = co_await fetch_elsewhere(exchange, *link.media);
    if (!file) {
      const Error& error = file.error();
      co_return pcai::fail(error.code, link.path + ": " + error.message, link.path);
    }
    link.media->bytes = std::move(file->bytes);
  }
  co_return Status();
}

}  // namespace pcai::http
