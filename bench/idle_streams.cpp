// What the HTTP server itself costs, over the fake backend: memory and threads while thousands of
// streams wait, requests a second, and time a streamed token. The server is a child process, so
// that its memory and processor time are its own.
//
//   idle_streams [streams = 5000]
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "backend/fake/fake_backend.h"
#include "engine/engine.h"
#include "http/connection/server.h"

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

[[noreturn]] void serve(int port_pipe, std::uint32_t streams) {
  spdlog::set_level(spdlog::level::off);
  auto registry = std::make_shared<pcai::backend::BackendRegistry>();
  pcai::backend::fake::register_fake(*registry,
                                     {.max_sequences = streams + 16, .context_length = 1U << 30});
  pcai::engine::Engine engine(registry, {.max_queue = streams + 16});
  pcai::backend::NoProgress progress;
  pcai::http::HttpOptions options;
  options.port = 0;
  options.max_connections = streams + 64;
  if (!engine.add_model({.id = "fake", .config = {}, .backend = "fake"}) ||
      !engine.load_model("fake", progress)) {
    std::exit(1);
  }
  auto server = pcai::http::HttpServer::listen(engine, options);
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    std::exit(1);
  }
  const std::uint16_t port = (*server)->port();
  if (write(port_pipe, &port, sizeof port) != sizeof port) std::exit(1);
  (*server)->run();
  std::exit(0);
}

int connect_to(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    die("connect");
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

void send_all(int fd, const std::string& bytes) {
  if (write(fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) die("write");
}

/// Reads until the last bytes are `end`; returns how many came.
std::size_t read_until(int fd, const std::string& end) {
  static std::vector<char> buffer(1U << 20);
  std::string tail;
  std::size_t total = 0;
  while (tail.find(end) == std::string::npos) {
    const ssize_t n = read(fd, buffer.data(), buffer.size());
    if (n <= 0) die("read");
    total += static_cast<std::size_t>(n);
    tail.append(buffer.data(), static_cast<std::size_t>(n));
    if (tail.size() > 4096) tail.erase(0, tail.size() - 1024);
  }
  return total;
}

std::string chat(const std::string& script, const char* fields) {
  const std::string body =
      R"({"model":"fake","messages":[{"role":"user","content":")" + script + "\"}]" + fields + "}";
  return "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
         "application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

struct Usage {
  long rss_kb = 0;
  long threads = 0;
  double cpu_s = 0;
};

Usage usage_of(pid_t pid) {
  Usage usage;
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) usage.rss_kb = std::atol(line.c_str() + 6);
    if (line.starts_with("Threads:")) usage.threads = std::atol(line.c_str() + 8);
  }
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(stat, line);
  const char* rest = line.c_str() + line.rfind(')') + 1;
  unsigned long user = 0;
  unsigned long system = 0;
  std::sscanf(rest, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
  usage.cpu_s = static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  return usage;
}

void measure_requests(std::uint16_t port, pid_t pid, const char* name, const std::string& request,
                      const std::string& end, int count) {
  const int fd = connect_to(port);
  const double cpu = usage_of(pid).cpu_s;
  const auto begin = Clock::now();
  for (int i = 0; i < count; ++i) {
    send_all(fd, request);
    read_until(fd, end);
  }
  const double time = seconds_since(begin);
  std::printf("%-28s %8.0f requests/s  %6.1f us each, %.1f us of the server's processor time\n",
              name, count / time, time / count * 1e6, (usage_of(pid).cpu_s - cpu) / count * 1e6);
  close(fd);
}

void measure_tokens(std::uint16_t port, pid_t pid, int streams, int tokens) {
  std::vector<int> fds;
  for (int i = 0; i < streams; ++i) fds.push_back(connect_to(port));
  const double cpu = usage_of(pid).cpu_s;
  const auto begin = Clock::now();
  const std::string script = "fake: tokens=" + std::to_string(tokens);
  const std::string fields = R"(,"stream":true,"max_tokens":)" + std::to_string(tokens);
  for (const int fd : fds) send_all(fd, chat(script, fields.c_str()));
  std::vector<std::thread> readers;
  for (const int fd : fds) {
    readers.emplace_back([fd] {
      std::vector<char> buffer(1U << 16);
      std::string tail;
      while (tail.find("[DONE]") == std::string::npos) {
        const ssize_t n = read(fd, buffer.data(), buffer.size());
        if (n <= 0) die("read");
        tail.append(buffer.data(), static_cast<std::size_t>(n));
        tail.erase(0, tail.size() - std::min<std::size_t>(tail.size(), 64));
      }
      close(fd);
    });
  }
  for (std::thread& reader : readers) reader.join();
  const double time = seconds_since(begin);
  const double all = static_cast<double>(streams) * tokens;
  std::printf(
      "%3d streams x %6d tokens      %6.0f ns a token, %.0f ns of processor time, fake "
      "model included\n",
      streams, tokens, time / all * 1e9, (usage_of(pid).cpu_s - cpu) / all * 1e9);
}

void measure_idle(std::uint16_t port, pid_t pid, int streams) {
  const Usage before = usage_of(pid);
  const auto begin = Clock::now();
  std::vector<int> fds;
  const std::string request = chat("fake: tokens=9 delay_ms=3600000", R"(,"stream":true)");
  for (int i = 0; i < streams; ++i) {
    fds.push_back(connect_to(port));
    send_all(fds.back(), request);
    read_until(fds.back(), "data: ");
  }
  std::printf("%d streams opened in %.2f s\n", streams, seconds_since(begin));
  const Usage opened = usage_of(pid);
  std::this_thread::sleep_for(std::chrono::seconds(12));
  const Usage idle = usage_of(pid);
  std::printf(
      "server with %d idle streams: %.1f MB RSS (%.1f MB before, %.1f kB a stream), %ld "
      "threads, %.2f %% of a core for pings\n",
      streams, static_cast<double>(idle.rss_kb) / 1024, static_cast<double>(before.rss_kb) / 1024,
      static_cast<double>(idle.rss_kb - before.rss_kb) / streams, idle.threads,
      (idle.cpu_s - opened.cpu_s) / 12 * 100);
  for (const int fd : fds) close(fd);
}

}  // namespace

int main(int argc, char** argv) {
  const int streams = argc > 1 ? std::atoi(argv[1]) : 5000;
  if (streams < 1 || streams > 100000) {
    std::fprintf(stderr, "usage: idle_streams [streams, 1 to 100000]\n");
    return 2;
  }
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);

  int port_pipe[2];
  if (pipe(port_pipe) != 0) die("pipe");
  const pid_t child = fork();
  if (child < 0) die("fork");
  if (child == 0) serve(port_pipe[1], static_cast<std::uint32_t>(streams));
  std::uint16_t port = 0;
  if (read(port_pipe[0], &port, sizeof port) != sizeof port) die("the server did not start");

  measure_idle(port, child, streams);
  measure_requests(port, child, "GET /health", "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
                   "\r\n\r\nOK", 20000);
  measure_requests(port, child, "chat, one token, whole", chat("fake: reply=x", ""), "\"timings\"",
                   10000);
  measure_requests(port, child, "chat, one token, streamed",
                   chat("fake: reply=x", R"(,"stream":true)"), "0\r\n\r\n", 10000);
  measure_tokens(port, child, 1, 200000);
  measure_tokens(port, child, 16, 20000);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  return 0;
}
