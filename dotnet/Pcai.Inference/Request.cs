using System;
using System.Collections.Generic;
using System.Linq;
using PcaiInference.Interop;

namespace PcaiInference;

/// <summary>What to generate. Exactly one of <see cref="Messages"/>, <see cref="Prompt"/> and
/// <see cref="Tokens"/> is given. What is null takes the library's default. For one thread.</summary>
public sealed class Request
{
    /// <summary>For the model's own chat template. If the last message is an assistant's, the answer goes on
    /// from it and has only what is new.</summary>
    public IList<Message> Messages { get; set; } = new List<Message>();

    /// <summary>Text for the model as it is, without a template.</summary>
    public string? Prompt { get; set; }

    /// <summary>Token ids for the model as they are.</summary>
    public IList<int>? Tokens { get; set; }

    /// <summary>Maximum number of tokens of the answer. Default: 2048.</summary>
    public uint? MaxTokens { get; set; }

    /// <summary>0 = always the most likely token. Default: 0.7.</summary>
    public float? Temperature { get; set; }

    /// <summary>Nucleus sampling; 1 = off. Default: 0.9.</summary>
    public float? TopP { get; set; }

    /// <summary>Only the so many most likely tokens; 0 = off. Default: 40.</summary>
    public int? TopK { get; set; }

    /// <summary>Only tokens of at least this share of the most likely one's probability; 0 = off. Default: 0.</summary>
    public float? MinP { get; set; }

    /// <summary>1 = off. Default: 1.</summary>
    public float? RepeatPenalty { get; set; }

    /// <summary>0 = off. Default: 0.</summary>
    public float? FrequencyPenalty { get; set; }

    /// <summary>0 = off. Default: 0.</summary>
    public float? PresencePenalty { get; set; }

    /// <summary>How many last tokens the penalties count; 0 = off, -1 = all. Default: 64.</summary>
    public int? PenaltyLastN { get; set; }

    /// <summary>The same seed gives the same answer. Default: a random one.</summary>
    public ulong? Seed { get; set; }

    /// <summary>Whether to report the log probabilities of tokens.</summary>
    public bool Logprobs { get; set; }

    /// <summary>Alternatives to report per token, 0 to 20; needs <see cref="Logprobs"/>. Default: 0.</summary>
    public uint? TopLogprobs { get; set; }

    /// <summary>Whether to continue until <see cref="MaxTokens"/>, for benchmarks.</summary>
    public bool IgnoreEos { get; set; }

    /// <summary>The answer ends before any of these; at most 16.</summary>
    public IList<string>? Stop { get; set; }

    /// <summary>Numbers that are added to the logits of tokens, -100 to 100; at most 1024.</summary>
    public IDictionary<int, float>? LogitBias { get; set; }

    /// <summary>Functions that the model may call; needs <see cref="Messages"/>.</summary>
    public IList<Tool>? Tools { get; set; }

    /// <summary>Whether the model may, must or must not call tools. Default: it decides.</summary>
    public ToolChoice? ToolChoice { get; set; }

    /// <summary>A JSON schema that the answer's text matches.</summary>
    public string? JsonSchema { get; set; }

    /// <summary>Only requests of the same scope share cached prompts.</summary>
    public string? CacheScope { get; set; }

    /// <summary>From the start to the last event; zero = no limit. Default: the engine's.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>Scales of the model's adapters, by their index in <see cref="ModelOptions.Adapters"/>; others
    /// are off. Default: as the model was loaded.</summary>
    public IDictionary<int, float>? AdapterScales { get; set; }

    /// <summary>A request with one message of a user.</summary>
    public static Request Ask(string prompt) => new() { Messages = { Message.User(prompt) } };

    internal unsafe NativeRequest ToNative(NativeMethods native, CallMemory memory)
    {
        NativeRequest given;
        native.pcai_request_init(&given, (uint)sizeof(NativeRequest));
        WritePrompt(ref given, memory);
        WriteSampling(ref given);
        WriteLists(ref given, memory);
        if (Tools is { Count: > 0 }) given.Tools = memory.Text(Tool.ToJson(Tools), "tools");
        given.ToolChoice = memory.Text(ToolChoice?.Json, "tool_choice");
        given.JsonSchema = memory.Text(JsonSchema, "json_schema");
        given.CacheScope = memory.Text(CacheScope, "cache_scope");
        if (Timeout is { } timeout) given.TimeoutMs = timeout == TimeSpan.Zero ? 0 : Math.Max(1, (long)timeout.TotalMilliseconds);
        return given;
    }

    private void WritePrompt(ref NativeRequest given, CallMemory memory)
    {
        NativeMessage[] messages = (Messages ?? []).Select((message, index) => message.ToNative(memory, index)).ToArray();
        given.Messages = memory.Array(messages);
        given.MessageCount = (ulong)messages.Length;
        given.Prompt = memory.Text(Prompt, "prompt");
        int[] tokens = Tokens?.ToArray() ?? [];
        given.Tokens = memory.Array(tokens);
        given.TokenCount = (ulong)tokens.Length;
    }

    private void WriteSampling(ref NativeRequest given)
    {
        given.MaxTokens = MaxTokens ?? given.MaxTokens;
        given.Temperature = Temperature ?? given.Temperature;
        given.TopP = TopP ?? given.TopP;
        given.TopK = TopK ?? given.TopK;
        given.MinP = MinP ?? given.MinP;
        given.RepeatPenalty = RepeatPenalty ?? given.RepeatPenalty;
        given.FrequencyPenalty = FrequencyPenalty ?? given.FrequencyPenalty;
        given.PresencePenalty = PresencePenalty ?? given.PresencePenalty;
        given.PenaltyLastN = PenaltyLastN ?? given.PenaltyLastN;
        given.TopLogprobs = TopLogprobs ?? given.TopLogprobs;
        given.Logprobs = Logprobs ? 1 : 0;
        given.IgnoreEos = IgnoreEos ? 1 : 0;
        given.HasSeed = Seed.HasValue ? 1 : 0;
        given.Seed = Seed ?? 0;
    }

    private void WriteLists(ref NativeRequest given, CallMemory memory)
    {
        NativeText[] stops = (Stop ?? []).Select((text, index) => memory.Text(text, $"stop[{index}]")).ToArray();
        given.Stop = memory.Array(stops);
        given.StopCount = (ulong)stops.Length;
        if (LogitBias is not null)
        {
            given.LogitBias = memory.Array(LogitBias
                .Select(pair => new NativeLogitBias { Token = pair.Key, Bias = pair.Value }).ToArray());
            given.LogitBiasCount = (ulong)LogitBias.Count;
        }
        if (AdapterScales is not null)
        {
            given.Lora = memory.Array(AdapterScales
                .Select(pair => new NativeAdapterScale { Index = checked((uint)pair.Key), Scale = pair.Value }).ToArray());
            given.LoraCount = (ulong)AdapterScales.Count;
            given.HasLora = 1;
        }
    }
}
