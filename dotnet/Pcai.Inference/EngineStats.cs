using PcaiInference.Interop;

namespace PcaiInference;

/// <summary>Counts of requests and tokens since an engine was created. Immutable.</summary>
public sealed class EngineStats
{
    internal EngineStats(in NativeEngineStats stats)
    {
        Queued = stats.Queued;
        Running = stats.Running;
        Accepted = stats.Accepted;
        Refused = stats.Refused;
        Finished = stats.Finished;
        Failed = stats.Failed;
        Cancelled = stats.Cancelled;
        PromptTokens = stats.PromptTokens;
        CachedTokens = stats.CachedTokens;
        CompletionTokens = stats.CompletionTokens;
    }

    /// <summary>Requests that wait now.</summary>
    public uint Queued { get; }

    /// <summary>Requests that models work on now.</summary>
    public uint Running { get; }

    /// <summary>Requests that were taken; each is also counted as finished, failed or cancelled once it ended.</summary>
    public ulong Accepted { get; }

    /// <summary>Requests that were refused because the queue was full.</summary>
    public ulong Refused { get; }

    /// <summary>Requests that ended with an answer.</summary>
    public ulong Finished { get; }

    /// <summary>Requests that failed.</summary>
    public ulong Failed { get; }

    /// <summary>Requests that were cancelled.</summary>
    public ulong Cancelled { get; }

    /// <summary>Tokens of all prompts.</summary>
    public ulong PromptTokens { get; }

    /// <summary>The part of <see cref="PromptTokens"/> that was not computed again.</summary>
    public ulong CachedTokens { get; }

    /// <summary>Generated tokens.</summary>
    public ulong CompletionTokens { get; }
}
