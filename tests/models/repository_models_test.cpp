#include "models/names/repository_models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "models/names/hub_id.h"
#include "models/names/quantization_name.h"

namespace pcai::models {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Files = std::vector<std::string>;

/// The chosen model's name; "none", or "several" with their number.
std::string chosen(const Files& files, std::string_view choice) {
  const std::vector<RepositoryModel> models = models_among(files);
  const Choice result = choose_model(models, choice);
  if (result.models.empty()) return "none";
  if (result.models.size() > 1) return "several " + std::to_string(result.models.size());
  return models[result.models.front()].name;
}

TEST(RepositoryModelsTest, ANameOfAHubIsSplit) {
  const auto id = parse_hub_id("hf:owner/name@v1:folder/file-Q8_0.gguf");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->repository, "owner/name");
  EXPECT_EQ(id->revision, "v1");
  EXPECT_EQ(id->choice, "folder/file-Q8_0.gguf");
  EXPECT_EQ(id->text(), "hf:owner/name@v1:folder/file-Q8_0.gguf");
  EXPECT_EQ(parse_hub_id("hf.co/o/r:x")->text(), "hf:o/r:x");
  EXPECT_EQ(parse_hub_id("huggingface.co/o/r")->text(), "hf:o/r");
  EXPECT_FALSE(parse_hub_id("ollama:o/r"));
}

TEST(RepositoryModelsTest, TheQuantizationIsTheLastThatTheNameTells) {
  const auto of = [](std::string_view path) {
    const QuantizationName name = quantization_name(path);
    return name.marks + (name.marks.empty() ? "" : " ") + name.label;
  };
  EXPECT_EQ(of("M-Q4_K_M"), "q4_k_m");
  EXPECT_EQ(of("m.q8_0"), "q8_0");
  EXPECT_EQ(of("llama_3_8b_Q4_K_M"), "q4_k_m");
  EXPECT_EQ(of("UD-Q4_K_XL/Big-UD-Q4_K_XL"), "ud q4_k_xl");
  EXPECT_EQ(of("M.i1-IQ3_XXS"), "i1 iq3_xxs");
  EXPECT_EQ(of("M-Q4_K_M-imatrix"), "imat q4_k_m");
  EXPECT_EQ(of("Q8_0/model"), "q8_0");
  EXPECT_EQ(of("F16/deep/model"), "f16");
  EXPECT_EQ(of("M-fp16"), "f16");
  EXPECT_EQ(of("gpt-oss-20b-mxfp4"), "mxfp4");
  EXPECT_EQ(of("M-TQ1_0"), "tq1_0");
  EXPECT_EQ(of("Qwen2.5-7B"), "");
  EXPECT_EQ(of("q"), "");
  EXPECT_EQ(of(""), "");
  EXPECT_TRUE(only_quantization("ud-Q4_K_XL"));
  EXPECT_FALSE(only_quantization("other-Q8_0"));
  EXPECT_FALSE(only_quantization("Q8_0-F16"));
}

TEST(RepositoryModelsTest, AProjectorIsNeverAModel) {
  for (const char* name :
       {"mmproj-model-f16.gguf", "mmproj.gguf", "Eyes.mmproj-Q8_0.gguf", "Eyes-mmproj-f16.gguf",
        "Eyes-7B-MMPROJ-BF16.gguf", "mmproj/Eyes-f16.gguf", "sub/x.MmProj.GGUF"}) {
    EXPECT_TRUE(is_never_a_model(name)) << name;
    EXPECT_THAT(models_among({name}), IsEmpty()) << name;
    EXPECT_EQ(chosen({name, "Eyes-Q4_0.gguf"}, "f16"), "none") << name;
    EXPECT_EQ(chosen({name, "Eyes-Q4_0.gguf"}, name), "none") << name;
  }
  EXPECT_EQ(chosen({"Solo-f16.gguf", "Solo-mmproj-f16.gguf", "mmproj-bf16.gguf"}, "F16"),
            "Solo-f16");
  EXPECT_EQ(chosen({"Solo-f16.gguf", "Solo-mmproj-f16.gguf"}, ""), "Solo-f16");
}

TEST(RepositoryModelsTest, WhatLiesBesideAModelIsNotTakenForIt) {
  const Files files = {"M-Q8_0.gguf",      "mtp-M-Q8_0.gguf", "M-Q4_0.gguf",
                       "M-draft-F16.gguf", "M-lora-F16.gguf", "imatrix.gguf",
                       "M.imatrix.gguf",   "vocab-only.gguf", "imatrix_calibration.gguf"};
  EXPECT_EQ(chosen(files, "Q8_0"), "M-Q8_0");
  EXPECT_EQ(chosen(files, "F16"), "none");
  EXPECT_EQ(chosen(files, "mtp-M-Q8_0"), "mtp-M-Q8_0") << "its whole name is given";
  EXPECT_EQ(chosen(files, ""), "M-Q4_0");
  EXPECT_EQ(chosen({"tiny-lora-merged-Q8_0.gguf"}, "Q8_0"), "tiny-lora-merged-Q8_0")
      << "nothing else is there";
  EXPECT_EQ(chosen({"M-IQ2_XS.gguf", "M-imatrix.gguf"}, ""), "M-IQ2_XS");
  EXPECT_EQ(chosen({"M-Q4_K_M.gguf", "M-Q4_K_M-imatrix.gguf"}, "Q4_K_M"), "M-Q4_K_M");
}

TEST(RepositoryModelsTest, FoldersPartsAndLetterCaseDoNotMatter) {
  const Files files = {"UD-Q4_K_XL/Big-UD-Q4_K_XL-00001-of-00002.gguf",
                       "UD-Q4_K_XL/Big-UD-Q4_K_XL-00002-of-00002.gguf",
                       "Q8_0/Big-Q8_0.gguf",
                       "Big-Q4_K_M.gguf",
                       "half-Q2_K-00001-of-00002.gguf",
                       "README.md"};
  EXPECT_EQ(chosen(files, "ud-q4_k_xl"), "UD-Q4_K_XL/Big-UD-Q4_K_XL");
  EXPECT_EQ(chosen(files, "Q4_K_XL"), "UD-Q4_K_XL/Big-UD-Q4_K_XL");
  EXPECT_EQ(chosen(files, "Big-UD-Q4_K_XL-00001-of-00002.gguf"), "UD-Q4_K_XL/Big-UD-Q4_K_XL");
  EXPECT_EQ(chosen(files, "UD-Q4_K_XL/Big-UD-Q4_K_XL-00001-of-00002.gguf"),
            "UD-Q4_K_XL/Big-UD-Q4_K_XL");
  EXPECT_EQ(chosen(files, "Big-Q8_0"), "Q8_0/Big-Q8_0");
  EXPECT_EQ(chosen(files, "big-q8_0.GGUF"), "Q8_0/Big-Q8_0");
  EXPECT_EQ(chosen(files, "Q2_K"), "none") << "one part is missing";
  EXPECT_EQ(chosen(files, "latest"), "Big-Q4_K_M");
  const Files generic = {"Q8_0/model.gguf", "Q4_K_M/model.gguf", "BF16/model.gguf"};
  EXPECT_EQ(chosen(generic, "Q8_0"), "Q8_0/model");
  EXPECT_EQ(chosen(generic, "bf16"), "BF16/model");
  EXPECT_EQ(chosen(generic, ""), "Q4_K_M/model");
  EXPECT_EQ(chosen(generic, "model"), "several 3");
  EXPECT_EQ(chosen({"M-F16.gguf", "M-BF16.gguf"}, "F16"), "M-F16");
  EXPECT_EQ(chosen({"M-Q2_K.gguf", "M-UD-Q2_K_XL.gguf"}, "Q2_K"), "M-Q2_K");
  EXPECT_EQ(chosen({"M-Q4_K_XL.gguf", "M-UD-Q4_K_XL.gguf"}, "Q4_K_XL"), "M-Q4_K_XL");
  EXPECT_EQ(chosen({"Qwen2.5-0.5B-v1.2.gguf"}, ""), "Qwen2.5-0.5B-v1.2");
}

TEST(RepositoryModelsTest, ALargerQuantizationIsNotTakenInSilence) {
  EXPECT_EQ(chosen({"A-Q4_K_M.gguf", "B-Q4_K_M.gguf", "A-Q8_0.gguf"}, ""), "several 2");
  EXPECT_EQ(chosen({"A-IQ3_M.gguf", "A-IQ2_M.gguf"}, ""), "several 2");
  EXPECT_EQ(chosen({"A-Q8_0.gguf", "old/A-Q8_0.gguf"}, "Q8_0"), "A-Q8_0") << "the root's";
}

/// A repository as people lay them out, and then some.
Files random_repository(std::mt19937& random) {
  const auto any = [&](const Files& list) { return list[random() % list.size()]; };
  const Files labels = {"Q8_0",       "Q4_K_M",    "q4_k_m", "F16",      "BF16",
                        "UD-Q4_K_XL", "i1-Q4_K_M", "IQ4_XS", "Q4_0_4_4", "mxfp4"};
  const Files stems = {"model", "M", "Big-7B.v1.5", "m", "mtp-M", "M-mmproj", "imatrix", "lora"};
  Files files;
  for (std::size_t i = 0; i < 2 + random() % 9; ++i) {
    const std::string label = any(labels);
    std::string name = random() % 3 == 0 ? any({"Q8_0/", "UD-Q4_K_XL/", "a/b/", "mmproj/"}) : "";
    name += any(stems) + (random() % 4 == 0 ? "" : any({"-", ".", "_"}) + label);
    const bool is_split = random() % 4 == 0;
    if (is_split) files.push_back(name + "-00002-of-00002.gguf");
    files.push_back(name + (is_split ? "-00001-of-00002" : "") + ".gguf");
  }
  std::ranges::sort(files);
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

TEST(RepositoryModelsTest, WhatIsChosenAmongAllIsChosenAmongAnyThatAreHere) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const Files choices = {"",  "Q8_0",   "q4_k_m",           "UD-Q4_K_XL", "Q4_K_XL", "F16", "model",
                         "M", "latest", "Big-7B.v1.5-Q8_0", "i1-Q4_K_M",  "7B.v1.5", "lora"};
  for (int i = 0; i < 3000; ++i) {
    const Files files = random_repository(random);
    const std::vector<RepositoryModel> all = models_among(files);
    for (const std::string& choice : choices) {
      const Choice pulled = choose_model(all, choice);
      if (pulled.models.size() != 1) continue;
      const std::string& name = all[pulled.models.front()].name;
      const std::string& file = all[pulled.models.front()].files.front();
      EXPECT_FALSE(is_never_a_model(file)) << file;
      std::vector<RepositoryModel> here;
      for (const RepositoryModel& model : all) {
        if (model.files.front() == file || random() % 2 == 0) here.push_back(model);
      }
      const Choice found = choose_model(here, choice);
      ASSERT_EQ(found.models.size(), 1U) << choice << " of " << testing::PrintToString(files);
      EXPECT_EQ(here[found.models.front()].files.front(), file)
          << choice << " of " << testing::PrintToString(files);
      EXPECT_EQ(found.rank, pulled.rank) << name;
    }
  }
}

}  // namespace
}  // namespace pcai::models
