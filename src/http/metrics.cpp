#include "http/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <sstream>

namespace pcai::http {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

class Families {
 public:
  void begin(std::string name, std::string help, MetricType type) {
    families_.push_back({std::move(name), std::move(help), type, {}});
  }

  /// A value of the family that was begun last.
  void add(double value, std::vector<ClientMetric::Label> labels = {}) {
    ClientMetric metric;
    metric.label = std::move(labels);
    if (families_.back().type == MetricType::Counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
    families_.back().metric.push_back(std::move(metric));
  }

  /// The same of a histogram.
  void add(const engine::LatencyHistogram& histogram, std::vector<ClientMetric::Label> labels) {
    ClientMetric metric;
    metric.label = std::move(labels);
    const auto& bounds = engine::LatencyHistogram::kBounds;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i <= bounds.size(); ++i) {
      count += histogram.count(i);
      const bool is_last = i == bounds.size();
      metric.histogram.bucket.push_back(
          {count, is_last ? std::numeric_limits<double>::infinity() : bounds[i]});
    }
    metric.histogram.sample_count = count;
    metric.histogram.sample_sum = histogram.seconds();
    families_.back().metric.push_back(std::move(metric));
  }

  void counter(std::string name, std::string help, std::uint64_t value) {
    begin(std::move(name), std::move(help), MetricType::Counter);
    add(static_cast<double>(value));
  }

  void gauge(std::string name, std::string help, std::uint64_t value) {
    begin(std::move(name), std::move(help), MetricType::Gauge);
    add(static_cast<double>(value));
  }

  std::string text() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families_);
    return out.str();
  }

 private:
  std::vector<MetricFamily> families_;
};

void add_engine(Families& families, const engine::EngineStats& stats) {
  families.gauge("pcai_requests_queued", "Requests waiting in the queue", stats.queued);
  families.gauge("pcai_requests_running", "Requests that a model is processing", stats.running);
  families.counter("pcai_requests_accepted_total", "Requests taken", stats.accepted);
  families.counter("pcai_requests_refused_total", "Requests refused because the queue was full",
                   stats.refused);
  families.begin("pcai_requests_ended_total", "Requests that ended", MetricType::Counter);
  families.add(static_cast<double>(stats.finished), {{"outcome", "finished"}});
  families.add(static_cast<double>(stats.failed), {{"outcome", "failed"}});
  families.add(static_cast<double>(stats.cancelled), {{"outcome", "cancelled"}});
  families.counter("pcai_prompt_tokens_total", "Tokens of prompts", stats.prompt_tokens);
  families.counter("pcai_cached_tokens_total", "Prompt tokens taken from the cache",
                   stats.cached_tokens);
  families.counter("pcai_completion_tokens_total", "Tokens generated", stats.completion_tokens);
}

struct ModelMetric {
  std::string_view name;
  std::string_view help;
  MetricType type;
  double (*value)(const ModelStats&);
};

constexpr ModelMetric kModelMetrics[] = {
    {"pcai_model_kv_cells", "Size of the KV cache in tokens", MetricType::Gauge,
     [](const ModelStats& s) -> double { return s.kv_cells_total; }},
    {"pcai_model_kv_cells_used", "KV cells in use, idle prefixes included", MetricType::Gauge,
     [](const ModelStats& s) -> double { return s.kv_cells_used; }},
    {"pcai_model_kv_cells_active", "KV cells held by live requests", MetricType::Gauge,
     [](const ModelStats& s) -> double { return s.kv_cells_active; }},
    {"pcai_model_sequences_running", "Sequences decoding or in prefill", MetricType::Gauge,
     [](const ModelStats& s) -> double { return s.sequences_running; }},
    {"pcai_model_sequences_waiting", "Sequences waiting inside the model", MetricType::Gauge,
     [](const ModelStats& s) -> double { return s.sequences_waiting; }},
    {"pcai_model_steps_total", "Steps computed", MetricType::Counter,
     [](const ModelStats& s) { return static_cast<double>(s.steps); }},
    {"pcai_model_preemptions_total", "Sequences preempted because no KV cell was free",
     MetricType::Counter, [](const ModelStats& s) { return static_cast<double>(s.preemptions); }},
    {"pcai_model_tokens_generated_total", "Tokens generated", MetricType::Counter,
     [](const ModelStats& s) { return static_cast<double>(s.tokens_generated); }},
};

struct ModelHistogram {
  std::string_view name;
  std::string_view help;
  engine::LatencyHistogram engine::ModelLatencies::*member;
};

constexpr ModelHistogram kModelHistograms[] = {
    {"pcai_model_queue_seconds", "Arrival of a request to its start in the model",
     &engine::ModelLatencies::queue},
    {"pcai_model_first_token_seconds", "Arrival of a request to the first piece of its answer",
     &engine::ModelLatencies::first_token},
    {"pcai_model_between_tokens_seconds", "From a piece of an answer to the next one",
     &engine::ModelLatencies::between_tokens},
    {"pcai_model_request_seconds", "Arrival of a request to its end; finished requests only",
     &engine::ModelLatencies::request},
};

/// Of models that had a request: the others would only be zeros.
void add_latencies(Families& families, const engine::Engine& engine) {
  std::vector<std::pair<std::string, std::shared_ptr<const engine::ModelLatencies>>> models;
  for (const ModelStatus& model : engine.list_models()) {
    auto latencies = engine.latencies(model.id);
    if (latencies && !latencies->queue.empty()) models.emplace_back(model.id, std::move(latencies));
  }
  for (const ModelHistogram& histogram : kModelHistograms) {
    families.begin(std::string(histogram.name), std::string(histogram.help), MetricType::Histogram);
    for (const auto& [id, latencies] : models) {
      families.add((*latencies).*histogram.member, {{"model", id}});
    }
  }
}

void add_models(Families& families, const engine::Engine& engine) {
  std::vector<std::pair<std::string, std::optional<ModelStats>>> models;
  for (const ModelStatus& model : engine.list_models()) {
    models.emplace_back(model.id, engine.model_stats(model.id));
  }
  families.begin("pcai_model_loaded", "1 for a model in memory", MetricType::Gauge);
  for (const auto& [id, stats] : models) families.add(stats ? 1 : 0, {{"model", id}});
  for (const ModelMetric& metric : kModelMetrics) {
    families.begin(std::string(metric.name), std::string(metric.help), metric.type);
    for (const auto& [id, stats] : models) {
      if (stats) families.add(metric.value(*stats), {{"model", id}});
    }
  }
}

void add_server(Families& families, const HttpStats& stats) {
  families.gauge("pcai_http_connections", "Open connections", stats.connections);
  families.begin("pcai_http_responses_total", "Responses by status class", MetricType::Counter);
  for (std::size_t i = 1; i < stats.by_class.size(); ++i) {
    families.add(static_cast<double>(stats.by_class[i]), {{"class", std::to_string(i) + "xx"}});
  }
}

}  // namespace

std::string metrics_text(const engine::Engine& engine, const HttpStats& stats) {
  Families families;
  add_engine(families, engine.stats());
  add_models(families, engine);
  add_latencies(families, engine);
  add_server(families, stats);
  return families.text();
}

}  // namespace pcai::http
