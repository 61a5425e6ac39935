#include "backend/worker/worker_line.h"

#include <gtest/gtest.h>

namespace pcai::backend::worker {
namespace {

TEST(WorkerLineTest, ALogLineKeepsItsLevel) {
  const WorkerLine kernels = read_worker_line("[info] kernels: avx2");
  EXPECT_EQ(kernels.level, spdlog::level::info);
  EXPECT_EQ(kernels.text, "kernels: avx2");
  EXPECT_EQ(read_worker_line("[warning] slow").level, spdlog::level::warn);
  EXPECT_EQ(read_worker_line("[error] a step failed").level, spdlog::level::err);
}

TEST(WorkerLineTest, WhatElseAWorkerWritesIsForDebugging) {
  for (const char* line : {"GGML_ASSERT(n > 0) failed", "[inform] x", "[info]x", "", " [info] x"}) {
    const WorkerLine read = read_worker_line(line);
    EXPECT_EQ(read.level, spdlog::level::debug) << line;
    EXPECT_EQ(read.text, line);
  }
}

}  // namespace
}  // namespace pcai::backend::worker
