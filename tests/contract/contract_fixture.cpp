#include "contract/contract_fixture.h"

#include <atomic>
#include <map>
#include <thread>

namespace pcai::backend {
namespace {

std::map<std::string, LoadedSubject>& shared_subjects() {
  static std::map<std::string, LoadedSubject> subjects;
  return subjects;
}

}  // namespace

void BackendContractTest::SetUp() {
  if (!GetParam().skip.empty()) GTEST_SKIP() << GetParam().skip;
  LoadedSubject& shared = shared_subjects()[GetParam().name];
  if (!shared.model) shared = load();
  ASSERT_NE(shared.model, nullptr);
  shared_ = &shared;
}

void BackendContractTest::TearDownTestSuite() {
  shared_subjects().clear();
}

LoadedSubject BackendContractTest::load(const std::function<void(ModelConfig&)>& change) const {
  LoadedSubject loaded;
  auto backend = GetParam().create_backend();
  if (!backend) {
    ADD_FAILURE() << backend.error().message;
    return loaded;
  }
  loaded.backend = std::move(*backend);
  ModelSpec spec = GetParam().spec;
  if (change) change(spec.config);
  NoProgress progress;
  auto model = loaded.backend->load(spec, progress);
  if (model) {
    loaded.model = std::move(*model);
  } else {
    ADD_FAILURE() << model.error().message;
  }
  return loaded;
}

Started BackendContractTest::start(LoadedModel& model, GenerateRequest request) {
  Started started{new_id(), std::make_shared<RecordingSink>()};
  const Status status = model.submit(started.id, std::move(request), started.sink);
  if (!status) {
    ADD_FAILURE() << to_string(status.error().code) << ": " << status.error().message;
    started.sink->on_event(Failed{status.error()});
  }
  return started;
}

std::vector<GenerateEvent> BackendContractTest::run(LoadedModel& model, GenerateRequest request) {
  const Started started = start(model, std::move(request));
  std::vector<GenerateEvent> events = started.wait();
  EXPECT_TRUE(started.sink->kept_the_rules());
  return events;
}

std::vector<GenerateEvent> BackendContractTest::run_again(const GenerateRequest& request) const {
  if (capabilities().reproducible) return run(model(), request);
  const LoadedSubject fresh = load();
  return run(*fresh.model, request);
}

std::vector<GenerateEvent> BackendContractTest::run_warm(LoadedModel& model,
                                                         const GenerateRequest& request) {
  run(model, request);
  return run(model, request);
}

Error BackendContractTest::refusal(LoadedModel& model, GenerateRequest request) {
  const auto sink = std::make_shared<RecordingSink>();
  const RequestId id = new_id();
  const Status status = model.submit(id, std::move(request), sink);
  if (status) {
    ADD_FAILURE() << "was not refused";
    model.cancel(id);
    sink->wait();
    return {};
  }
  EXPECT_TRUE(sink->events().empty());
  EXPECT_EQ(sink.use_count(), 1) << "a refused sink is not kept";
  return status.error();
}

RequestId BackendContractTest::new_id() {
  static std::atomic<RequestId> last{0};
  return ++last;
}

GenerateParams greedy(std::uint32_t max_tokens) {
  GenerateParams params;
  params.temperature = 0;
  params.max_tokens = max_tokens;
  params.ignore_eos = true;
  return params;
}

GenerateParams endless() {
  return greedy(1'000'000);
}

bool eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + RecordingSink::kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

INSTANTIATE_TEST_SUITE_P(Backends, BackendContractTest, testing::ValuesIn(contract_subjects()),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace pcai::backend
