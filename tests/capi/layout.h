/* Where the fields of pcai.h lie on 64-bit machines, in bytes. A test in C and one in C++ include
 * it. Other languages copy these numbers. A line may be added and the size of a struct with
 * struct_size may grow; nothing else changes. */
#ifndef PCAI_CAPI_LAYOUT_H
#define PCAI_CAPI_LAYOUT_H

#include <assert.h>
#include <stddef.h>

#include "pcai/pcai.h"

#define PCAI_SIZE(type, bytes) static_assert(sizeof(type) == (bytes), #type)
#define PCAI_FIELD(type, field, offset) \
  static_assert(offsetof(type, field) == (offset), #type "." #field)

#if UINTPTR_MAX == UINT64_MAX

PCAI_SIZE(FfiResult, 16);
PCAI_FIELD(FfiResult, success, 0);
PCAI_FIELD(FfiResult, error_message, 8);

PCAI_SIZE(pcai_text, 16);
PCAI_FIELD(pcai_text, data, 0);
PCAI_FIELD(pcai_text, size, 8);

PCAI_SIZE(pcai_engine_options, 40);
PCAI_FIELD(pcai_engine_options, struct_size, 0);
PCAI_FIELD(pcai_engine_options, max_queue, 4);
PCAI_FIELD(pcai_engine_options, backend, 8);
PCAI_FIELD(pcai_engine_options, default_timeout_ms, 24);
PCAI_FIELD(pcai_engine_options, submit_threads, 32);
PCAI_FIELD(pcai_engine_options, reserved, 36);

PCAI_SIZE(pcai_engine_stats, 80);
PCAI_FIELD(pcai_engine_stats, struct_size, 0);
PCAI_FIELD(pcai_engine_stats, queued, 4);
PCAI_FIELD(pcai_engine_stats, running, 8);
PCAI_FIELD(pcai_engine_stats, reserved, 12);
PCAI_FIELD(pcai_engine_stats, accepted, 16);
PCAI_FIELD(pcai_engine_stats, refused, 24);
PCAI_FIELD(pcai_engine_stats, finished, 32);
PCAI_FIELD(pcai_engine_stats, failed, 40);
PCAI_FIELD(pcai_engine_stats, cancelled, 48);
PCAI_FIELD(pcai_engine_stats, prompt_tokens, 56);
PCAI_FIELD(pcai_engine_stats, cached_tokens, 64);
PCAI_FIELD(pcai_engine_stats, completion_tokens, 72);

PCAI_SIZE(pcai_adapter, 24);
PCAI_FIELD(pcai_adapter, path, 0);
PCAI_FIELD(pcai_adapter, scale, 16);
PCAI_FIELD(pcai_adapter, reserved, 20);

PCAI_SIZE(pcai_model_options, 104);
PCAI_FIELD(pcai_model_options, struct_size, 0);
PCAI_FIELD(pcai_model_options, gpu_layers, 4);
PCAI_FIELD(pcai_model_options, path, 8);
PCAI_FIELD(pcai_model_options, id, 24);
PCAI_FIELD(pcai_model_options, chat_template, 40);
PCAI_FIELD(pcai_model_options, gpu_devices, 56);
PCAI_FIELD(pcai_model_options, gpu_device_count, 64);
PCAI_FIELD(pcai_model_options, context_length, 72);
PCAI_FIELD(pcai_model_options, batch_size, 76);
PCAI_FIELD(pcai_model_options, threads, 80);
PCAI_FIELD(pcai_model_options, max_sequences, 84);
PCAI_FIELD(pcai_model_options, adapters, 88);
PCAI_FIELD(pcai_model_options, adapter_count, 96);

PCAI_SIZE(pcai_model_info, 168);
PCAI_FIELD(pcai_model_info, struct_size, 0);
PCAI_FIELD(pcai_model_info, state, 4);
PCAI_FIELD(pcai_model_info, id, 8);
PCAI_FIELD(pcai_model_info, backend, 24);
PCAI_FIELD(pcai_model_info, architecture, 40);
PCAI_FIELD(pcai_model_info, quantization, 56);
PCAI_FIELD(pcai_model_info, path, 72);
PCAI_FIELD(pcai_model_info, source, 88);
PCAI_FIELD(pcai_model_info, problem, 104);
PCAI_FIELD(pcai_model_info, parameter_count, 120);
PCAI_FIELD(pcai_model_info, size_bytes, 128);
PCAI_FIELD(pcai_model_info, created, 136);
PCAI_FIELD(pcai_model_info, context_length, 144);
PCAI_FIELD(pcai_model_info, train_context_length, 148);
PCAI_FIELD(pcai_model_info, vocabulary_size, 152);
PCAI_FIELD(pcai_model_info, max_sequences, 156);
PCAI_FIELD(pcai_model_info, load_progress, 160);
PCAI_FIELD(pcai_model_info, kind, 164);

PCAI_SIZE(pcai_model_stats, 64);
PCAI_FIELD(pcai_model_stats, struct_size, 0);
PCAI_FIELD(pcai_model_stats, kv_cells_total, 4);
PCAI_FIELD(pcai_model_stats, kv_cells_used, 8);
PCAI_FIELD(pcai_model_stats, kv_cells_active, 12);
PCAI_FIELD(pcai_model_stats, sequences_running, 16);
PCAI_FIELD(pcai_model_stats, sequences_waiting, 20);
PCAI_FIELD(pcai_model_stats, steps, 24);
PCAI_FIELD(pcai_model_stats, prompt_tokens_computed, 32);
PCAI_FIELD(pcai_model_stats, prompt_tokens_cached, 40);
PCAI_FIELD(pcai_model_stats, tokens_generated, 48);
PCAI_FIELD(pcai_model_stats, preemptions, 56);

PCAI_SIZE(pcai_tool_call, 48);
PCAI_FIELD(pcai_tool_call, id, 0);
PCAI_FIELD(pcai_tool_call, name, 16);
PCAI_FIELD(pcai_tool_call, arguments, 32);

PCAI_SIZE(pcai_message, 88);
PCAI_FIELD(pcai_message, struct_size, 0);
PCAI_FIELD(pcai_message, role, 4);
PCAI_FIELD(pcai_message, content, 8);
PCAI_FIELD(pcai_message, tool_calls, 24);
PCAI_FIELD(pcai_message, tool_call_count, 32);
PCAI_FIELD(pcai_message, tool_call_id, 40);
PCAI_FIELD(pcai_message, name, 56);
PCAI_FIELD(pcai_message, reasoning, 72);

PCAI_SIZE(pcai_logit_bias, 8);
PCAI_FIELD(pcai_logit_bias, token, 0);
PCAI_FIELD(pcai_logit_bias, bias, 4);

PCAI_SIZE(pcai_adapter_scale, 8);
PCAI_FIELD(pcai_adapter_scale, index, 0);
PCAI_FIELD(pcai_adapter_scale, scale, 4);

PCAI_SIZE(pcai_request, 240);
PCAI_FIELD(pcai_request, struct_size, 0);
PCAI_FIELD(pcai_request, max_tokens, 4);
PCAI_FIELD(pcai_request, messages, 8);
PCAI_FIELD(pcai_request, message_count, 16);
PCAI_FIELD(pcai_request, prompt, 24);
PCAI_FIELD(pcai_request, tokens, 40);
PCAI_FIELD(pcai_request, token_count, 48);
PCAI_FIELD(pcai_request, temperature, 56);
PCAI_FIELD(pcai_request, top_p, 60);
PCAI_FIELD(pcai_request, top_k, 64);
PCAI_FIELD(pcai_request, min_p, 68);
PCAI_FIELD(pcai_request, repeat_penalty, 72);
PCAI_FIELD(pcai_request, frequency_penalty, 76);
PCAI_FIELD(pcai_request, presence_penalty, 80);
PCAI_FIELD(pcai_request, penalty_last_n, 84);
PCAI_FIELD(pcai_request, seed, 88);
PCAI_FIELD(pcai_request, has_seed, 96);
PCAI_FIELD(pcai_request, logprobs, 100);
PCAI_FIELD(pcai_request, top_logprobs, 104);
PCAI_FIELD(pcai_request, ignore_eos, 108);
PCAI_FIELD(pcai_request, stop, 112);
PCAI_FIELD(pcai_request, stop_count, 120);
PCAI_FIELD(pcai_request, logit_bias, 128);
PCAI_FIELD(pcai_request, logit_bias_count, 136);
PCAI_FIELD(pcai_request, tools, 144);
PCAI_FIELD(pcai_request, tool_choice, 160);
PCAI_FIELD(pcai_request, json_schema, 176);
PCAI_FIELD(pcai_request, cache_scope, 192);
PCAI_FIELD(pcai_request, timeout_ms, 208);
PCAI_FIELD(pcai_request, lora, 216);
PCAI_FIELD(pcai_request, lora_count, 224);
PCAI_FIELD(pcai_request, has_lora, 232);
PCAI_FIELD(pcai_request, reserved, 236);

PCAI_SIZE(pcai_token_logprob, 24);
PCAI_FIELD(pcai_token_logprob, token, 0);
PCAI_FIELD(pcai_token_logprob, logprob, 4);
PCAI_FIELD(pcai_token_logprob, bytes, 8);

PCAI_SIZE(pcai_token_logprobs, 40);
PCAI_FIELD(pcai_token_logprobs, chosen, 0);
PCAI_FIELD(pcai_token_logprobs, top, 24);
PCAI_FIELD(pcai_token_logprobs, top_count, 32);

PCAI_SIZE(pcai_event, 184);
PCAI_FIELD(pcai_event, struct_size, 0);
PCAI_FIELD(pcai_event, kind, 4);
PCAI_FIELD(pcai_event, text, 8);
PCAI_FIELD(pcai_event, logprobs, 24);
PCAI_FIELD(pcai_event, logprob_count, 32);
PCAI_FIELD(pcai_event, tool_call_id, 40);
PCAI_FIELD(pcai_event, tool_name, 56);
PCAI_FIELD(pcai_event, tool_arguments, 72);
PCAI_FIELD(pcai_event, tool_call_index, 88);
PCAI_FIELD(pcai_event, finish_reason, 92);
PCAI_FIELD(pcai_event, error_code, 96);
PCAI_FIELD(pcai_event, reserved, 100);
PCAI_FIELD(pcai_event, error_message, 104);
PCAI_FIELD(pcai_event, error_field, 120);
PCAI_FIELD(pcai_event, prompt_tokens, 136);
PCAI_FIELD(pcai_event, cached_tokens, 140);
PCAI_FIELD(pcai_event, completion_tokens, 144);
PCAI_FIELD(pcai_event, reasoning_tokens, 148);
PCAI_FIELD(pcai_event, queue_ms, 152);
PCAI_FIELD(pcai_event, prefill_ms, 160);
PCAI_FIELD(pcai_event, first_token_ms, 168);
PCAI_FIELD(pcai_event, decode_ms, 176);

PCAI_SIZE(pcai_device_info, 48);
PCAI_FIELD(pcai_device_info, struct_size, 0);
PCAI_FIELD(pcai_device_info, kind, 4);
PCAI_FIELD(pcai_device_info, index, 8);
PCAI_FIELD(pcai_device_info, cores, 12);
PCAI_FIELD(pcai_device_info, name, 16);
PCAI_FIELD(pcai_device_info, memory_total_bytes, 32);
PCAI_FIELD(pcai_device_info, memory_free_bytes, 40);

#endif

#endif
