#pragma once

namespace pcai {

/// While it lives, starting a thread fails at the `at`-th time (1 = the next), or from then on.
/// A program that links it starts all its threads through it; one object at a time.
class ScarceThreads {
 public:
  enum class Until { Once, ForGood };

  explicit ScarceThreads(int at, Until until = Until::Once);
  ~ScarceThreads();

  ScarceThreads(const ScarceThreads&) = delete;
  ScarceThreads& operator=(const ScarceThreads&) = delete;

  /// Whether a start has failed.
  bool failed() const;
};

}  // namespace pcai
