#include "openai/responses/response_store.h"

#include <gtest/gtest.h>

namespace pcai::openai {
namespace {

ResponseStore::Ended ended(const std::string& text) {
  return {R"({"status":"completed","text":")" + text + "\"}",
          {{.role = Role::User, .content = "q"}, {.role = Role::Assistant, .content = text}}};
}

void add(ResponseStore& store, const std::string& id, const std::string& text = "a",
         const std::string& scope = "") {
  store.begin(id, scope, R"({"status":"in_progress"})", [] {});
  store.end(id, ended(text));
}

TEST(ResponseStoreTest, AResponseIsFoundWhileItRunsAndAfterwards) {
  ResponseStore store;
  store.begin("r", "", R"({"status":"in_progress"})", [] {});
  EXPECT_EQ(store.find("r", ""), R"({"status":"in_progress"})");
  const auto early = store.conversation("r", "");
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().field, "previous_response_id");
  store.end("r", ended("hello"));
  EXPECT_EQ(store.find("r", ""), R"({"status":"completed","text":"hello"})");
  EXPECT_EQ(store.conversation("r", "")->back().content, "hello");
}

TEST(ResponseStoreTest, WhatIsNotKeptIsGone) {
  ResponseStore store;
  store.begin("r", "", "{}", [] {});
  store.end("r", std::nullopt);
  EXPECT_FALSE(store.find("r", ""));
  EXPECT_EQ(store.conversation("r", "").error().code, ErrorCode::InvalidRequest);
  store.end("r", ended("late"));
  EXPECT_FALSE(store.find("r", ""));
}

TEST(ResponseStoreTest, AnotherScopeSeesNothing) {
  ResponseStore store;
  add(store, "r", "secret", "mine");
  EXPECT_TRUE(store.find("r", "mine"));
  EXPECT_FALSE(store.find("r", ""));
  EXPECT_FALSE(store.find("r", "other"));
  EXPECT_FALSE(store.conversation("r", "other"));
  EXPECT_FALSE(store.cancel("r", "other"));
  EXPECT_FALSE(store.erase("r", "other"));
  EXPECT_TRUE(store.find("r", "mine"));
}

TEST(ResponseStoreTest, TheOldestGoFirst) {
  ResponseStore store({.responses = 2, .bytes = 1 << 20});
  add(store, "a");
  add(store, "b");
  store.begin("running", "", "{}", [] {});
  add(store, "c");
  EXPECT_FALSE(store.find("a", ""));
  EXPECT_TRUE(store.find("b", ""));
  EXPECT_TRUE(store.find("running", "")) << "what runs does not count";
  add(store, "d");
  EXPECT_FALSE(store.find("b", ""));
  EXPECT_TRUE(store.find("c", "") && store.find("d", ""));
}

TEST(ResponseStoreTest, BytesAreBoundedAsWell) {
  ResponseStore store({.responses = 100, .bytes = 4000});
  add(store, "a", std::string(1000, 'x'));
  add(store, "b", std::string(1000, 'x'));
  EXPECT_FALSE(store.find("a", "")) << "text and object count";
  EXPECT_TRUE(store.find("b", ""));
  add(store, "huge", std::string(5000, 'x'));
  EXPECT_FALSE(store.find("huge", ""));
  EXPECT_TRUE(store.find("b", "")) << "what is too long pushes nothing out";
}

TEST(ResponseStoreTest, CancelCallsBackWhileItRunsOnly) {
  ResponseStore store;
  int cancelled = 0;
  store.begin("r", "", R"({"id":"r","status":"in_progress"})", [&] { ++cancelled; });
  EXPECT_FALSE(store.erase("r", "")) << "it still runs";
  EXPECT_EQ(store.cancel("r", ""), R"({"id":"r","status":"cancelled"})");
  EXPECT_EQ(cancelled, 1);
  store.end("r", ended("a"));
  EXPECT_EQ(store.cancel("r", ""), store.find("r", ""));
  EXPECT_EQ(cancelled, 1);
  EXPECT_TRUE(store.erase("r", ""));
  EXPECT_FALSE(store.erase("r", ""));
  EXPECT_FALSE(store.cancel("r", ""));
}

}  // namespace
}  // namespace pcai::openai
