using System;
using System.Collections.Generic;
using PcaiInference.Interop;

namespace PcaiInference;

/// <summary>A whole answer. Immutable.</summary>
public sealed class GenerateResult
{
    internal GenerateResult(AnswerParts parts, in NativeEvent finished)
    {
        Text = parts.Text.ToString();
        Reasoning = parts.Reasoning.ToString();
        ToolCalls = parts.ToolCalls();
        Logprobs = parts.Logprobs;
        Warnings = parts.Warnings;
        FinishReason = (FinishReason)finished.FinishReason;
        PromptTokens = finished.PromptTokens;
        CachedTokens = finished.CachedTokens;
        CompletionTokens = finished.CompletionTokens;
        ReasoningTokens = finished.ReasoningTokens;
        QueueTime = FromMilliseconds(finished.QueueMs);
        PrefillTime = FromMilliseconds(finished.PrefillMs);
        FirstTokenTime = FromMilliseconds(finished.FirstTokenMs);
        DecodeTime = FromMilliseconds(finished.DecodeMs);
    }

    /// <summary>The answer.</summary>
    public string Text { get; }

    /// <summary>The model's reasoning, or "".</summary>
    public string Reasoning { get; }

    /// <summary>The functions that the model wants to have called.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; }

    /// <summary>The tokens of the text, if the request asked for them.</summary>
    public IReadOnlyList<TokenLogprobs> Logprobs { get; }

    /// <summary>Parts of the request that were not enforced.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Why the answer ended.</summary>
    public FinishReason FinishReason { get; }

    /// <summary>Tokens of the prompt.</summary>
    public uint PromptTokens { get; }

    /// <summary>The part of <see cref="PromptTokens"/> that was not computed again.</summary>
    public uint CachedTokens { get; }

    /// <summary>Generated tokens.</summary>
    public uint CompletionTokens { get; }

    /// <summary>The part of <see cref="CompletionTokens"/> that was reasoning.</summary>
    public uint ReasoningTokens { get; }

    /// <summary>From arrival to the start.</summary>
    public TimeSpan QueueTime { get; }

    /// <summary>From the start to the end of the prompt.</summary>
    public TimeSpan PrefillTime { get; }

    /// <summary>From arrival to the first text.</summary>
    public TimeSpan FirstTokenTime { get; }

    /// <summary>From the end of the prompt to the last token.</summary>
    public TimeSpan DecodeTime { get; }

    /// <summary>Generated tokens per second of <see cref="DecodeTime"/>; 0 if that took no time.</summary>
    public double TokensPerSecond => DecodeTime > TimeSpan.Zero ? CompletionTokens / DecodeTime.TotalSeconds : 0;

    /// <summary>The answer.</summary>
    public override string ToString() => Text;

    // .NET Framework's TimeSpan.FromMilliseconds rounds to whole ones.
    private static TimeSpan FromMilliseconds(double milliseconds) =>
        TimeSpan.FromTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond));
}
