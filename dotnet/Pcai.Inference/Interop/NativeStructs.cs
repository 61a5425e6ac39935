// The structs of pcai.h, field by field and in the header's order. All are blittable.
using System.Runtime.InteropServices;

namespace PcaiInference.Interop;

/// <summary>pcai_text: UTF-8; a null Data means "not given".</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeText
{
    public nint Data;
    public ulong Size;
}

/// <summary>pcai_engine_options</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeEngineOptions
{
    public uint StructSize;
    public uint MaxQueue;
    public NativeText Backend;
    public long DefaultTimeoutMs;
    public uint SubmitThreads;
    public uint Reserved;
}

/// <summary>pcai_engine_stats</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeEngineStats
{
    public uint StructSize;
    public uint Queued;
    public uint Running;
    public uint Reserved;
    public ulong Accepted;
    public ulong Refused;
    public ulong Finished;
    public ulong Failed;
    public ulong Cancelled;
    public ulong PromptTokens;
    public ulong CachedTokens;
    public ulong CompletionTokens;
}

/// <summary>pcai_adapter</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeAdapter
{
    public NativeText Path;
    public float Scale;
    public uint Reserved;
}

/// <summary>pcai_model_options</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeModelOptions
{
    public uint StructSize;
    public int GpuLayers;
    public NativeText Path;
    public NativeText Id;
    public NativeText ChatTemplate;
    public nint GpuDevices;
    public ulong GpuDeviceCount;
    public uint ContextLength;
    public uint BatchSize;
    public uint Threads;
    public uint MaxSequences;
    public nint Adapters;
    public ulong AdapterCount;
}

/// <summary>pcai_model_info</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeModelInfo
{
    public uint StructSize;
    public int State;
    public NativeText Id;
    public NativeText Backend;
    public NativeText Architecture;
    public NativeText Quantization;
    public NativeText Path;
    public NativeText Source;
    public NativeText Problem;
    public ulong ParameterCount;
    public ulong SizeBytes;
    public long Created;
    public uint ContextLength;
    public uint TrainContextLength;
    public uint VocabularySize;
    public uint MaxSequences;
    public float LoadProgress;
    public int Kind;
}

/// <summary>pcai_model_stats</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeModelStats
{
    public uint StructSize;
    public uint KvCellsTotal;
    public uint KvCellsUsed;
    public uint KvCellsActive;
    public uint SequencesRunning;
    public uint SequencesWaiting;
    public ulong Steps;
    public ulong PromptTokensComputed;
    public ulong PromptTokensCached;
    public ulong TokensGenerated;
    public ulong Preemptions;
}

/// <summary>pcai_tool_call</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeToolCall
{
    public NativeText Id;
    public NativeText Name;
    public NativeText Arguments;
}

/// <summary>pcai_message</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeMessage
{
    public uint StructSize;
    public int Role;
    public NativeText Content;
    public nint ToolCalls;
    public ulong ToolCallCount;
    public NativeText ToolCallId;
    public NativeText Name;
    public NativeText Reasoning;
}

/// <summary>pcai_logit_bias</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeLogitBias
{
    public int Token;
    public float Bias;
}

/// <summary>pcai_adapter_scale</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeAdapterScale
{
    public uint Index;
    public float Scale;
}

/// <summary>pcai_request</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeRequest
{
    public uint StructSize;
    public uint MaxTokens;
    public nint Messages;
    public ulong MessageCount;
    public NativeText Prompt;
    public nint Tokens;
    public ulong TokenCount;
    public float Temperature;
    public float TopP;
    public int TopK;
    public float MinP;
    public float RepeatPenalty;
    public float FrequencyPenalty;
    public float PresencePenalty;
    public int PenaltyLastN;
    public ulong Seed;
    public int HasSeed;
    public int Logprobs;
    public uint TopLogprobs;
    public int IgnoreEos;
    public nint Stop;
    public ulong StopCount;
    public nint LogitBias;
    public ulong LogitBiasCount;
    public NativeText Tools;
    public NativeText ToolChoice;
    public NativeText JsonSchema;
    public NativeText CacheScope;
    public long TimeoutMs;
    public nint Lora;
    public ulong LoraCount;
    public int HasLora;
    public uint Reserved;
}

/// <summary>pcai_token_logprob</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeTokenLogprob
{
    public int Token;
    public float Logprob;
    public NativeText Bytes;
}

/// <summary>pcai_token_logprobs</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeTokenLogprobs
{
    public NativeTokenLogprob Chosen;
    public nint Top;
    public ulong TopCount;
}

/// <summary>pcai_event</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeEvent
{
    public uint StructSize;
    public int Kind;
    public NativeText Text;
    public nint Logprobs;
    public ulong LogprobCount;
    public NativeText ToolCallId;
    public NativeText ToolName;
    public NativeText ToolArguments;
    public uint ToolCallIndex;
    public int FinishReason;
    public int ErrorCode;
    public uint Reserved;
    public NativeText ErrorMessage;
    public NativeText ErrorField;
    public uint PromptTokens;
    public uint CachedTokens;
    public uint CompletionTokens;
    public uint ReasoningTokens;
    public double QueueMs;
    public double PrefillMs;
    public double FirstTokenMs;
    public double DecodeMs;
}

/// <summary>pcai_device_info</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeDeviceInfo
{
    public uint StructSize;
    public int Kind;
    public int Index;
    public uint Cores;
    public NativeText Name;
    public ulong MemoryTotalBytes;
    public ulong MemoryFreeBytes;
}
