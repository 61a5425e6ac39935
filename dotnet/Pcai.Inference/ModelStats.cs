using PcaiInference.Interop;

namespace PcaiInference;

/// <summary>A loaded model's counters. A KV cell is the cached state of one token. Immutable.</summary>
public sealed class ModelStats
{
    internal ModelStats(in NativeModelStats stats)
    {
        KvCellsTotal = stats.KvCellsTotal;
        KvCellsUsed = stats.KvCellsUsed;
        KvCellsActive = stats.KvCellsActive;
        SequencesRunning = stats.SequencesRunning;
        SequencesWaiting = stats.SequencesWaiting;
        Steps = stats.Steps;
        PromptTokensComputed = stats.PromptTokensComputed;
        PromptTokensCached = stats.PromptTokensCached;
        TokensGenerated = stats.TokensGenerated;
        Preemptions = stats.Preemptions;
    }

    /// <summary>KV cells of the model.</summary>
    public uint KvCellsTotal { get; }

    /// <summary>KV cells in use now, including prefixes that are kept for later requests.</summary>
    public uint KvCellsUsed { get; }

    /// <summary>KV cells of live requests.</summary>
    public uint KvCellsActive { get; }

    /// <summary>Sequences that are decoded now.</summary>
    public uint SequencesRunning { get; }

    /// <summary>Sequences that wait for a place among the running ones.</summary>
    public uint SequencesWaiting { get; }

    /// <summary>Forward passes since the model was loaded; the same applies to the counters below.</summary>
    public ulong Steps { get; }

    /// <summary>Tokens of prompts that were computed.</summary>
    public ulong PromptTokensComputed { get; }

    /// <summary>Tokens of prompts that came from the cache.</summary>
    public ulong PromptTokensCached { get; }

    /// <summary>Generated tokens.</summary>
    public ulong TokensGenerated { get; }

    /// <summary>How often a sequence gave up its cells and was computed again later.</summary>
    public ulong Preemptions { get; }
}
