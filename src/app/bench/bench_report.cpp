#include "app/bench/bench_report.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "app/terminal/text_table.h"

namespace pcai::app {
namespace {

using Json = nlohmann::ordered_json;
using Align = TextTable::Align;

bool more_is_better(const Figure& figure) {
  return figure.unit != "ms";
}

std::string number(double value) {
  return fmt::format("{:.{}f}", value, value < 10 ? 2 : 1);
}

std::string range(const Spread& spread) {
  return number(spread.least) + " to " + number(spread.greatest);
}

const Figure* find_figure(const std::vector<Figure>& figures, const std::string& name) {
  const auto found = std::ranges::find(figures, name, &Figure::name);
  return found != figures.end() ? &*found : nullptr;
}

/// Whether all values of one lie beyond those of the other.
bool is_apart(const Spread& a, const Spread& b) {
  return a.greatest < b.least || b.greatest < a.least;
}

Json to_json(const Spread& spread) {
  return {{"median", spread.median}, {"least", spread.least}, {"greatest", spread.greatest}};
}

Json to_json(const Figure& figure) {
  Json json = {{"name", figure.name},
               {"unit", figure.unit},
               {"better", more_is_better(figure) ? "more" : "less"},
               {"values", figure.values}};
  json.update(to_json(spread_of(figure.values)));
  return json;
}

Json to_json(const std::vector<Figure>& figures) {
  Json list = Json::array();
  for (const Figure& figure : figures) list.push_back(to_json(figure));
  return list;
}

std::string dumped(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string peer_table(const BenchReport& report) {
  TextTable table({{"MEASURED"},
                   {"PCAI", Align::Right},
                   {report.peer->name, Align::Right},
                   {"UNIT"},
                   {"RATIO", Align::Right},
                   {"OVER THE RUNS"}});
  for (const Figure& figure : report.figures) {
    const Figure* const theirs = find_figure(report.peer->figures, figure.name);
    if (theirs == nullptr) continue;
    const Spread ratios = ratio(figure, *theirs, true);
    table.add_row({figure.name, number(spread_of(figure.values).median),
                   number(spread_of(theirs->values).median), figure.unit,
                   fmt::format("{:.2f}", ratios.median),
                   fmt::format("{:.2f} to {:.2f}", ratios.least, ratios.greatest)});
  }
  return table.text() + "A ratio above 1: pcai is better.\n";
}

struct JsonError {
  std::string message;
};

std::string text_in(const Json& object, const char* name) {
  if (!object.is_object() || !object.contains(name) || !object[name].is_string()) {
    throw JsonError{fmt::format("'{}' is missing or no text", name)};
  }
  return object[name].get<std::string>();
}

std::int64_t whole_in(const Json& object, const char* name) {
  if (!object.is_object() || !object.contains(name) || !object[name].is_number_unsigned() ||
      object[name].get<std::uint64_t>() > UINT32_MAX) {
    throw JsonError{fmt::format("'{}' is missing or no number", name)};
  }
  return object[name].get<std::int64_t>();
}

std::vector<Figure> figures_in(const Json& object) {
  if (!object.is_object() || !object.contains("figures") || !object["figures"].is_array()) {
    throw JsonError{"'figures' is missing or no list"};
  }
  std::vector<Figure> figures;
  for (const Json& entry : object["figures"]) {
    Figure figure{.name = text_in(entry, "name"), .unit = text_in(entry, "unit")};
    if (!entry.contains("values") || !entry["values"].is_array() || entry["values"].empty()) {
      throw JsonError{fmt::format("'{}' has no values", figure.name)};
    }
    for (const Json& value : entry["values"]) {
      if (!value.is_number() || !(value.get<double>() > 0)) {
        throw JsonError{fmt::format("a value of '{}' is not a number above 0", figure.name)};
      }
      figure.values.push_back(value.get<double>());
    }
    figures.push_back(std::move(figure));
  }
  return figures;
}

std::vector<std::string> differences(const BenchReport& before, const BenchReport& after) {
  std::vector<std::string> lines;
  const auto compare = [&lines](const char* what, const std::string& a, const std::string& b) {
    if (a != b) lines.push_back(fmt::format("{}: {}, then {}", what, a, b));
  };
  const auto threads = [](std::int64_t count) {
    return count == 0 ? std::string("auto") : std::to_string(count);
  };
  compare("model", before.model, after.model);
  compare("pcai", before.version, after.version);
  compare("processor", before.processor, after.processor);
  compare("threads", threads(before.threads), threads(after.threads));
  return lines;
}

}  // namespace

Spread spread_of(std::vector<double> values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  const double median =
      values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {.median = median, .least = values.front(), .greatest = values.back()};
}

void add(std::vector<Figure>& figures, const std::vector<Measurement>& run) {
  for (const Measurement& measured : run) {
    auto figure = std::ranges::find(figures, measured.name, &Figure::name);
    if (figure == figures.end()) {
      figures.push_back({.name = measured.name, .unit = measured.unit});
      figure = std::prev(figures.end());
    }
    figure->values.push_back(measured.value);
  }
}

Spread ratio(const Figure& mine, const Figure& other, bool by_turns) {
  const auto better = [&mine](double a, double b) { return more_is_better(mine) ? a / b : b / a; };
  if (!by_turns || mine.values.size() != other.values.size()) {
    const double value = better(spread_of(mine.values).median, spread_of(other.values).median);
    return {.median = value, .least = value, .greatest = value};
  }
  std::vector<double> ratios;
  for (std::size_t i = 0; i < mine.values.size(); ++i) {
    ratios.push_back(better(mine.values[i], other.values[i]));
  }
  return spread_of(std::move(ratios));
}

std::string bench_text(const BenchReport& report) {
  const std::size_t runs = report.figures.empty() ? 0 : report.figures.front().values.size();
  std::string text =
      fmt::format("{}, {} run{}, {}, threads {}\n\n", report.model, runs, runs == 1 ? "" : "s",
                  report.processor, report.threads == 0 ? "auto" : std::to_string(report.threads));
  if (report.peer) return text + peer_table(report);
  TextTable table({{"MEASURED"}, {"MEDIAN", Align::Right}, {"UNIT"}, {"OVER THE RUNS"}});
  for (const Figure& figure : report.figures) {
    const Spread spread = spread_of(figure.values);
    table.add_row({figure.name, number(spread.median), figure.unit, range(spread)});
  }
  return text + table.text();
}

std::string bench_json(const BenchReport& report) {
  Json json = {{"pcai", report.version},
               {"model", report.model},
               {"processor", report.processor},
               {"threads", report.threads},
               {"prompt_tokens", report.sizes.prompt},
               {"answer_tokens", report.sizes.answer},
               {"streams", report.sizes.streams},
               {"figures", to_json(report.figures)}};
  if (report.peer) {
    Json ratios = Json::array();
    for (const Figure& figure : report.figures) {
      const Figure* const theirs = find_figure(report.peer->figures, figure.name);
      if (theirs == nullptr) continue;
      Json entry = {{"name", figure.name}};
      entry.update(to_json(ratio(figure, *theirs, true)));
      ratios.push_back(std::move(entry));
    }
    json["against"] = {{"name", report.peer->name},
                       {"command", report.peer->command},
                       {"figures", to_json(report.peer->figures)},
                       {"ratios", std::move(ratios)}};
  }
  return dumped(json);
}

Result<BenchReport> parse_bench(const std::string& text, const std::string& file) {
  try {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) throw JsonError{"it is not a JSON object"};
    return BenchReport{
        .version = text_in(json, "pcai"),
        .model = text_in(json, "model"),
        .processor = text_in(json, "processor"),
        .threads = whole_in(json, "threads"),
        .sizes = {.prompt = static_cast<std::uint32_t>(whole_in(json, "prompt_tokens")),
                  .answer = static_cast<std::uint32_t>(whole_in(json, "answer_tokens")),
                  .streams = static_cast<std::uint32_t>(whole_in(json, "streams"))},
        .figures = figures_in(json)};
  } catch (const JsonError& error) {
    return fail(
        ErrorCode::InvalidRequest,
        fmt::format("'{}' is not what `pcai bench --json` printed: {}", file, error.message));
  }
}

std::string comparison_text(const BenchReport& before, const BenchReport& after) {
  std::string text;
  for (const std::string& line : differences(before, after)) text += line + "\n";
  if (!text.empty()) text += "\n";
  TextTable table({{"MEASURED"},
                   {"BEFORE", Align::Right},
                   {"AFTER", Align::Right},
                   {"UNIT"},
                   {"RATIO", Align::Right},
                   {""}});
  std::vector<std::string> only_one;
  for (const Figure& figure : after.figures) {
    const Figure* const old = find_figure(before.figures, figure.name);
    if (old == nullptr) {
      only_one.push_back(figure.name);
      continue;
    }
    const Spread was = spread_of(old->values);
    const Spread is = spread_of(figure.values);
    const double better = ratio(figure, *old, false).median;
    table.add_row({figure.name, number(was.median), number(is.median), figure.unit,
                   fmt::format("{:.2f}", better),
                   !is_apart(was, is) ? "within the spread"
                   : better > 1       ? "better"
                                      : "worse"});
  }
  for (const Figure& figure : before.figures) {
    if (find_figure(after.figures, figure.name) == nullptr) only_one.push_back(figure.name);
  }
  text += table.text() + "A ratio above 1: the second is better.\n";
  for (const std::string& name : only_one) text += "only in one of them: " + name + "\n";
  return text;
}

std::string comparison_json(const BenchReport& before, const BenchReport& after) {
  Json list = Json::array();
  for (const Figure& figure : after.figures) {
    const Figure* const old = find_figure(before.figures, figure.name);
    if (old == nullptr) continue;
    const Spread was = spread_of(old->values);
    const Spread is = spread_of(figure.values);
    list.push_back({{"name", figure.name},
                    {"unit", figure.unit},
                    {"before", to_json(was)},
                    {"after", to_json(is)},
                    {"ratio", ratio(figure, *old, false).median},
                    {"within_spread", !is_apart(was, is)}});
  }
  return dumped({{"differences", differences(before, after)}, {"figures", std::move(list)}});
}

}  // namespace pcai::app
