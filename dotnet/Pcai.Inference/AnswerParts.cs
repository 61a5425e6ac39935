using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace PcaiInference;

/// <summary>An answer so far, put together from its events. For one thread.</summary>
internal sealed class AnswerParts
{
    private readonly List<(string Id, string Name, StringBuilder Arguments)> _calls = [];

    public StringBuilder Text { get; } = new();

    public StringBuilder Reasoning { get; } = new();

    public List<TokenLogprobs> Logprobs { get; } = [];

    public List<string> Warnings { get; } = [];

    public IReadOnlyList<ToolCall> ToolCalls() =>
        _calls.Select(call => new ToolCall(call.Id, call.Name, call.Arguments.ToString())).ToArray();

    public void Add(GenerationEvent happened)
    {
        switch (happened.Kind)
        {
            case EventKind.Text:
                Text.Append(happened.Text);
                Logprobs.AddRange(happened.Logprobs);
                break;
            case EventKind.Reasoning:
                Reasoning.Append(happened.Text);
                break;
            case EventKind.ToolCall:
                Add(happened.ToolCall!);
                break;
            case EventKind.Warned:
                Warnings.AddRange(happened.Text.Split('\n'));
                break;
        }
    }

    private void Add(ToolCallPiece piece)
    {
        while (_calls.Count <= piece.Index) _calls.Add(("", "", new StringBuilder()));
        (string id, string name, StringBuilder arguments) = _calls[piece.Index];
        _calls[piece.Index] = (piece.Id ?? id, piece.Name ?? name, arguments.Append(piece.Arguments));
    }
}
