#include "worker/worker_fixture.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "backend/fake/register.h"

namespace pcai::backend::worker {

bool RecordingProgress::on_progress(float fraction) noexcept {
  fractions.push_back(fraction);
  return !decide || decide(fraction);
}

WorkerOptions patient_options() {
  WorkerOptions options;
  options.heartbeat = std::chrono::milliseconds(20);
  options.silence_timeout = options.stall_timeout = std::chrono::milliseconds(0);
  options.shutdown_timeout = std::chrono::seconds(60);
  return options;
}

WorkerOptions rogue_options(const std::string& kind) {
  WorkerOptions options = patient_options();
  options.command = {"/proc/self/exe", "rogue", kind};
  return options;
}

ModelSpec fake_spec(const std::string& path) {
  return {.id = "fake-model", .config = {.model_path = path}, .backend = "fake"};
}

Result<std::unique_ptr<LoadedModel>> load_worker(const WorkerOptions& options,
                                                 const ModelSpec& spec, LoadProgress& progress) {
  BackendRegistry registry;
  fake::register_fake(registry);
  auto backend = isolate(registry, options).create_backend("fake");
  if (!backend) return fail(backend.error());
  return (*backend)->load(spec, progress);
}

std::unique_ptr<WorkerModel> load_worker(const WorkerOptions& options) {
  NoProgress progress;
  auto model = load_worker(options, fake_spec(), progress);
  if (!model) {
    ADD_FAILURE() << model.error().message;
    std::abort();
  }
  return std::unique_ptr<WorkerModel>(dynamic_cast<WorkerModel*>(model->release()));
}

GenerateRequest text_request(std::string text) {
  GenerateRequest request;
  request.prompt = TextPrompt{std::move(text)};
  request.params.max_tokens = 1'000'000;
  return request;
}

std::shared_ptr<backend::RecordingSink> submit(LoadedModel& model, RequestId id, std::string text) {
  auto sink = std::make_shared<backend::RecordingSink>();
  const Status status = model.submit(id, text_request(std::move(text)), sink);
  if (!status && status.error().code == ErrorCode::WorkerDied) {
    // It took the request and died before it could say so.
    sink->on_event(Failed{status.error(), {}, {}});
  } else if (!status) {
    ADD_FAILURE() << status.error().message;
    std::abort();
  }
  return sink;
}

Error end_of(backend::RecordingSink& sink) {
  const auto events = sink.wait();
  EXPECT_TRUE(sink.kept_the_rules());
  const Failed* failed = backend::failed_in(events);
  return failed ? failed->error : Error{ErrorCode::Internal, "finished"};
}

void wait_until(const std::function<bool()>& condition) {
  while (!condition()) std::this_thread::yield();
}

std::vector<int> child_processes() {
  std::vector<int> children;
  for (const auto& folder : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(folder.path() / "stat");
    int id = 0;
    std::string name;
    char state = 0;
    int parent = 0;
    if (file >> id && std::getline(file, name, ')') && file >> state >> parent &&
        parent == ::getpid()) {
      children.push_back(id);
    }
  }
  return children;
}

namespace {

std::size_t count_entries(const char* folder) {
  const std::filesystem::directory_iterator entries(folder);
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

}  // namespace

std::size_t open_descriptors() {
  return count_entries("/proc/self/fd");
}

std::size_t running_threads() {
  return count_entries("/proc/self/task");
}

void wait_gone(int process_id) {
  wait_until([process_id] { return ::kill(process_id, 0) != 0; });
}

std::uint64_t test_seed() {
  const char* text = std::getenv("PCAI_TEST_SEED");
  return text ? std::strtoull(text, nullptr, 10) : std::random_device()();
}

}  // namespace pcai::backend::worker
