using System.Collections.Generic;
using PcaiInference.Interop;

namespace PcaiInference;

/// <summary>A piece of an answer. Immutable.</summary>
public sealed class GenerationEvent
{
    internal GenerationEvent(in NativeEvent happened)
    {
        Kind = (EventKind)happened.Kind;
        Text = Utf8.FromText(happened.Text) ?? "";
        Logprobs = TokenLogprobs.FromNative(happened.Logprobs, happened.LogprobCount);
        if (Kind == EventKind.ToolCall)
        {
            ToolCall = new ToolCallPiece((int)happened.ToolCallIndex, Utf8.FromText(happened.ToolCallId),
                Utf8.FromText(happened.ToolName), Utf8.FromText(happened.ToolArguments) ?? "");
        }
    }

    /// <summary>What this is.</summary>
    public EventKind Kind { get; }

    /// <summary>The piece of the answer or of the reasoning, in whole characters; or the warnings. Else "".</summary>
    public string Text { get; }

    /// <summary>Of a text: its tokens, if the request asked for them.</summary>
    public IReadOnlyList<TokenLogprobs> Logprobs { get; }

    /// <summary>Of a tool call: its next piece. Else null.</summary>
    public ToolCallPiece? ToolCall { get; }

    /// <summary>The text.</summary>
    public override string ToString() => Text;
}

/// <summary>A piece of a tool call. Immutable.</summary>
public sealed class ToolCallPiece
{
    internal ToolCallPiece(int index, string? id, string? name, string arguments)
    {
        Index = index;
        Id = id;
        Name = name;
        Arguments = arguments;
    }

    /// <summary>Which call of the answer, from 0.</summary>
    public int Index { get; }

    /// <summary>The call's id, in its first piece only.</summary>
    public string? Id { get; }

    /// <summary>The function's name, in the call's first piece only.</summary>
    public string? Name { get; }

    /// <summary>The next piece of the call's JSON.</summary>
    public string Arguments { get; }
}
