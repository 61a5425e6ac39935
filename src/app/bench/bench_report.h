#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/bench/workload.h"
#include "core/result.h"

namespace pcai::app {

/// The values of one measurement, one a run.
struct Figure {
  std::string name;
  std::string unit;  // "tok/s": more is better; "ms": less is better
  std::vector<double> values = {};
};

/// The middle of some numbers, and their ends. All are 0 for none.
struct Spread {
  double median = 0;
  double least = 0;
  double greatest = 0;
};

Spread spread_of(std::vector<double> values);

/// What was measured of another program, by turns with ours.
struct BenchPeer {
  std::string name;
  std::string command;
  std::vector<Figure> figures = {};  // as those of ours
};

/// One run of `pcai bench`.
struct BenchReport {
  std::string version;  // of pcai; empty = a server that does not say
  std::string model;
  std::string processor;
  std::int64_t threads = 0;  // 0 = chosen for the machine
  BenchSizes sizes = {};
  std::vector<Figure> figures = {};
  std::optional<BenchPeer> peer = {};
};

/// Adds one run's measurements to the figures of the same name.
void add(std::vector<Figure>& figures, const std::vector<Measurement>& run);

/// How many times better `mine` is than `other`, above 1 = better: run by run if both have as many
/// values and were measured by turns, else of the medians only.
Spread ratio(const Figure& mine, const Figure& other, bool by_turns);

std::string bench_text(const BenchReport& report);
std::string bench_json(const BenchReport& report);

/// Reads what bench_json() wrote. Fails with InvalidRequest, and says where.
Result<BenchReport> parse_bench(const std::string& text, const std::string& file);

/// A table of two reports, and in front of it what they do not have in common.
std::string comparison_text(const BenchReport& before, const BenchReport& after);
std::string comparison_json(const BenchReport& before, const BenchReport& after);

}  // namespace pcai::app
