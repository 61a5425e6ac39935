#include "backend/worker/worker_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "backend/blocking.h"
#include "backend/fake/fake_backend.h"
#include "backend/fake/register.h"
#include "worker/worker_fixture.h"

namespace pcai::backend::worker {
namespace {

using std::chrono::milliseconds;
using testing::Each;
using testing::HasSubstr;
using testing::Le;

TEST(IsolateTest, KeepsTheEntriesAndWhatTheySay) {
  BackendRegistry registry;
  fake::register_fake(registry, fake::FakeOptions{});
  registry.add({.name = "absent", .built = false, .why_not = "left out"});
  const BackendRegistry isolated = isolate(registry, patient_options());
  ASSERT_EQ(isolated.entries().size(), 2U);
  auto backend = isolated.create_backend("fake");
  ASSERT_TRUE(backend);
  EXPECT_EQ((*backend)->descriptor().formats, fake::describe_fake().formats);
  EXPECT_TRUE((*backend)->descriptor().capabilities.supports_logprobs);
  const auto absent = isolated.create_backend("absent");
  ASSERT_FALSE(absent);
  EXPECT_THAT(absent.error().message, HasSubstr("left out"));
}

TEST(WorkerModelTest, AnswersAsTheBackendItselfDoes) {
  fake::FakeBackend direct_backend;
  NoProgress progress;
  auto direct = direct_backend.load(fake_spec(), progress);
  const auto isolated = load_worker();
  ASSERT_TRUE(direct);
  EXPECT_EQ(isolated->info().id, (*direct)->info().id);
  EXPECT_EQ(isolated->info().context_length, (*direct)->info().context_length);
  EXPECT_EQ(isolated->info().max_sequences, (*direct)->info().max_sequences);
  EXPECT_NE(isolated->process_id(), ::getpid());

  GenerateRequest request;
  request.prompt =
      ChatPrompt{{{.role = Role::User,
                   .content = "grüße\nfake: tokens=20 reasoning=3 tool=ping args={\"a\":1}"}}};
  request.params.seed = 7;
  const auto expected = generate(**direct, request);
  const auto answer = generate(*isolated, request);
  ASSERT_TRUE(expected && answer);
  EXPECT_EQ(answer->content, expected->content);
  EXPECT_EQ(answer->finish_reason, FinishReason::ToolCalls);
  ASSERT_EQ(answer->tool_calls.size(), 1U);
  EXPECT_EQ(answer->tool_calls[0].arguments, "{\"a\":1}");
  EXPECT_EQ(answer->usage.prompt_tokens, expected->usage.prompt_tokens);
  EXPECT_EQ(answer->usage.completion_tokens, expected->usage.completion_tokens);
  EXPECT_EQ(answer->usage.reasoning_tokens, 3U);
}

TEST(WorkerModelTest, ARequestsFaultIsRefusedBySubmit) {
  const auto model = load_worker();
  GenerateRequest request = text_request("hi");
  request.params.logit_bias = {{1, 2.0F}};
  auto sink = std::make_shared<backend::RecordingSink>();
  Status status = model->submit(1, request, sink);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::Unsupported);
  EXPECT_EQ(status.error().field, "logit_bias");

  std::string words;
  for (int i = 0; i < 5000; ++i) words += "word ";
  status = model->submit(2, text_request(words), sink);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::ContextOverflow);
  EXPECT_THAT(status.error().message, HasSubstr("5000"));
  EXPECT_TRUE(sink->events().empty());
  EXPECT_EQ(sink.use_count(), 1);
}

TEST(WorkerModelTest, ARequestOverTheMessageLimitIsRefusedAndNothingElseHappens) {
  const auto model = load_worker();
  auto sink = std::make_shared<backend::RecordingSink>();
  const Status status = model->submit(1, text_request(std::string(kMaxToWorker, 'x')), sink);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::InvalidRequest);
  EXPECT_TRUE(generate(*model, text_request("still there?")));
}

TEST(WorkerModelTest, ALongPromptTravels) {
  auto spec = fake_spec();
  spec.config.context_length = 2'000'000;
  NoProgress progress;
  auto model = load_worker(patient_options(), spec, progress);
  ASSERT_TRUE(model);
  std::string words;
  for (int i = 0; i < 1'000'000; ++i) words += "word ";
  GenerateRequest request = text_request(words + "\nfake: reply=read");
  const auto answer = generate(**model, request);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->content, "read");
  EXPECT_EQ(answer->usage.prompt_tokens, 1'000'002U);
}

TEST(WorkerModelTest, CancelEndsARequestAndLeavesTheOthers) {
  const auto model = load_worker();
  const auto first = submit(*model, 1, "fake: tokens=1000000 delay_ms=1");
  const auto second = submit(*model, 2, "fake: tokens=20 delay_ms=1");
  first->wait_for(3);
  model->cancel(1);
  model->cancel(77);
  EXPECT_EQ(end_of(*first).code, ErrorCode::Cancelled);
  EXPECT_TRUE(end_of(*second).message == "finished");
}

TEST(WorkerModelTest, StatsFollowTheWorkers) {
  const auto model = load_worker();
  EXPECT_GT(model->stats().kv_cells_total, 0U) << "known from the start";
  const auto sink = submit(*model, 1, "one two\nfake: tokens=7");
  sink->wait();
  wait_until([&] { return model->stats().tokens_generated == 7; });
  wait_until([&] { return model->stats().sequences_running == 0; });
  EXPECT_GT(model->stats().prompt_tokens_computed, 0U);
}

TEST(WorkerModelTest, UnloadingFailsLiveRequestsWithCancelledAndTheirUsage) {
  auto model = load_worker();
  const auto sink = submit(*model, 1, "fake: tokens=1000000 delay_ms=1");
  sink->wait_for(3);
  const int process_id = model->process_id();
  model.reset();
  ASSERT_TRUE(is_last(sink->events().back()));
  EXPECT_EQ(end_of(*sink).code, ErrorCode::Cancelled);
  EXPECT_GE(std::get<Failed>(sink->events().back()).usage.completion_tokens, 3U);
  EXPECT_EQ(sink.use_count(), 1);
  EXPECT_NE(::kill(process_id, 0), 0) << "the process is gone";
}

TEST(WorkerModelTest, LoadingShowsProgressUpToOne) {
  RecordingProgress progress;
  ASSERT_TRUE(load_worker(patient_options(), fake_spec("load_ms=100.fake"), progress));
  ASSERT_FALSE(progress.fractions.empty());
  EXPECT_TRUE(std::is_sorted(progress.fractions.begin(), progress.fractions.end()));
  EXPECT_EQ(progress.fractions.back(), 1.0F);
}

TEST(WorkerModelTest, LoadingCanBeAborted) {
  RecordingProgress progress;
  progress.decide = [](float) { return false; };
  const auto model = load_worker(patient_options(), fake_spec("load_ms=600000.fake"), progress);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::Cancelled);
  EXPECT_TRUE(child_processes().empty());
}

TEST(WorkerModelTest, LoadingCanBeAbortedWhileTheBackendIsSilent) {
  RecordingProgress progress;
  int calls = 0;
  progress.decide = [&calls](float) { return ++calls < 10; };
  // 30 s between its own reports, so most of these calls come with heartbeats.
  const auto model = load_worker(patient_options(), fake_spec("load_ms=600000.fake"), progress);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::Cancelled);
  EXPECT_THAT(progress.fractions, Each(Le(0.05F)));
}

TEST(WorkerModelTest, LoadErrorsComeThrough) {
  NoProgress progress;
  auto model = load_worker(patient_options(), fake_spec("load_fail.fake"), progress);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::InvalidModel);
  EXPECT_THAT(model.error().message, HasSubstr("load_fail.fake"));

  model = load_worker(patient_options(), fake_spec("/nowhere/m\xFF.gguf"), progress);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::InvalidModel);
  EXPECT_THAT(model.error().message, HasSubstr("/nowhere/m?.gguf"));
}

TEST(WorkerModelTest, AProgramThatCannotBeStartedIsAnError) {
  WorkerOptions options = patient_options();
  options.command = {"/nowhere/pcai", "worker"};
  NoProgress progress;
  const auto model = load_worker(options, fake_spec(), progress);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::Internal);
  EXPECT_THAT(model.error().message, HasSubstr("'/nowhere/pcai': No such file or directory"));
}

TEST(WorkerModelTest, WithoutDescriptorsLoadingFailsAndLeavesNothingBehind) {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const std::size_t descriptors = open_descriptors();
  NoProgress progress;
  for (rlim_t more = 0; more < 16; ++more) {
    const rlimit few{descriptors - 1 + more, before.rlim_max};  // counting opened one, too
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
    const auto model = load_worker(patient_options(), fake_spec(), progress);
    if (!model) {
      EXPECT_EQ(model.error().code, ErrorCode::Internal) << model.error().message;
    }
    EXPECT_TRUE(more > 0 || !model);
  }
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(open_descriptors(), descriptors);
  EXPECT_TRUE(child_processes().empty());
  EXPECT_TRUE(load_worker(patient_options(), fake_spec(), progress));
}

TEST(WorkerModelTest, TheTerminalsAndTheServiceManagersSignalsDoNotEndIt) {
  const auto model = load_worker();
  EXPECT_EQ(::getpgid(model->process_id()), model->process_id()) << "its own process group";
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    ASSERT_EQ(::kill(model->process_id(), signal), 0);
  }
  EXPECT_TRUE(generate(*model, text_request("still there?")));
}

std::string status_line(int process_id, const std::string& key) {
  std::ifstream file("/proc/" + std::to_string(process_id) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key + ":")) return line.substr(key.size() + 2);
  }
  return "";
}

TEST(WorkerModelTest, IsHardenedUnlessTurnedOff) {
  const auto hardened = load_worker();
  EXPECT_EQ(status_line(hardened->process_id(), "NoNewPrivs"), "1");
  EXPECT_EQ(status_line(hardened->process_id(), "Seccomp"), "2");
  WorkerOptions options = patient_options();
  options.harden = false;
  const auto plain = load_worker(options);
  EXPECT_EQ(status_line(plain->process_id(), "NoNewPrivs"), status_line(::getpid(), "NoNewPrivs"));
}

TEST(WorkerModelTest, TheMemoryLimitReachesTheProcess) {
  WorkerOptions options = patient_options();
  options.memory_limit = std::uint64_t{1} << 62;  // a sanitizer takes its share
  const auto model = load_worker(options);
  std::ifstream file("/proc/" + std::to_string(model->process_id()) + "/limits");
  std::ostringstream limits;
  limits << file.rdbuf();
  EXPECT_THAT(limits.str(), HasSubstr(std::to_string(options.memory_limit)));
}

}  // namespace
}  // namespace pcai::backend::worker
