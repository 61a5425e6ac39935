// The structs of pcai.h, field by field. All are blittable, so that they can go out by value or by
// reference without a copy: no bool, no string, no array in any of them.
using System;
using System.Runtime.InteropServices;

namespace PcaiInference
{
    /// <summary>FfiResult: what the seven short functions return. C's bool is one byte.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct FfiResult
    {
        public byte Success;
        public IntPtr ErrorMessage;
    }

    /// <summary>pcai_text: UTF-8 of Size bytes; a null Data means "not given".</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct NativeText
    {
        public IntPtr Data;
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

    /// <summary>pcai_model_options</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct NativeModelOptions
    {
        public uint StructSize;
        public int GpuLayers;
        public NativeText Path;
        public NativeText Id;
        public NativeText ChatTemplate;
        public IntPtr GpuDevices;
        public ulong GpuDeviceCount;
        public uint ContextLength;
        public uint BatchSize;
        public uint Threads;
        public uint MaxSequences;
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

    /// <summary>pcai_message</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct NativeMessage
    {
        public uint StructSize;
        public int Role;
        public NativeText Content;
        public IntPtr ToolCalls;
        public ulong ToolCallCount;
        public NativeText ToolCallId;
        public NativeText Name;
        public NativeText Reasoning;
    }

    /// <summary>pcai_request</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct NativeRequest
    {
        public uint StructSize;
        public uint MaxTokens;
        public IntPtr Messages;
        public ulong MessageCount;
        public NativeText Prompt;
        public IntPtr Tokens;
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
        public IntPtr Stop;
        public ulong StopCount;
        public IntPtr LogitBias;
        public ulong LogitBiasCount;
        public NativeText Tools;
        public NativeText ToolChoice;
        public NativeText JsonSchema;
        public NativeText CacheScope;
        public long TimeoutMs;
    }

    /// <summary>pcai_event</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct NativeEvent
    {
        public uint StructSize;
        public int Kind;
        public NativeText Text;
        public IntPtr Logprobs;
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
}
