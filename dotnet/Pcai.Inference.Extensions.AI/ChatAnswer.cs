using System;
using System.Collections.Generic;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace PcaiInference;

/// <summary>Events of a generation as updates of Microsoft.Extensions.AI, for one answer.</summary>
internal sealed class ChatAnswer
{
    private readonly string _id = Guid.NewGuid().ToString("N");
    private readonly string _model;
    private readonly bool _oneCall;
    private readonly StringBuilder _arguments = new();
    private ToolCallPiece? _call; // the first piece of the call whose arguments still come

    public ChatAnswer(string model, bool oneCall)
    {
        _model = model;
        _oneCall = oneCall;
    }

    /// <summary>Whether the rest is not wanted: the first of several calls is complete.</summary>
    public bool Ended { get; private set; }

    public IEnumerable<ChatResponseUpdate> Take(GenerationEvent happened, GenerateResult? result)
    {
        switch (happened.Kind)
        {
            case EventKind.Text:
                yield return Update(happened, new TextContent(happened.Text));
                break;
            case EventKind.Reasoning:
                yield return Update(happened, new TextReasoningContent(happened.Text));
                break;
            case EventKind.Warned:
                yield return Warn(happened.Text.Split('\n'));
                break;
            case EventKind.ToolCall:
                if (happened.ToolCall!.Index != _call?.Index)
                {
                    if (CompleteCall() is { } complete) yield return complete;
                    if (_oneCall && happened.ToolCall.Index > 0)
                    {
                        Ended = true;
                        yield return Finish(ChatFinishReason.ToolCalls);
                        break;
                    }
                    _call = happened.ToolCall;
                }
                _arguments.Append(happened.ToolCall.Arguments);
                break;
            case EventKind.Finished:
                if (CompleteCall() is { } last) yield return last;
                ChatResponseUpdate end = Finish(ToReason(result!.FinishReason));
                end.Contents.Add(new UsageContent(ToUsage(result)));
                end.RawRepresentation = result;
                yield return end;
                break;
        }
    }

    public ChatResponseUpdate Warn(IEnumerable<string> warnings)
    {
        ChatResponseUpdate update = Update(null);
        update.AdditionalProperties = new AdditionalPropertiesDictionary { [ModelExtensions.Warnings] = new List<string>(warnings) };
        return update;
    }

    // A call's arguments are of use only when they are complete.
    private ChatResponseUpdate? CompleteCall()
    {
        if (_call is null) return null;
        string json = _arguments.Length > 0 ? _arguments.ToString() : "{}";
        var content = FunctionCallContent.CreateFromParsedArguments(json, _call.Id ?? "", _call.Name ?? "",
            static text => (IDictionary<string, object?>?)JsonSerializer.Deserialize(text,
                AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(IDictionary<string, object?>))));
        _call = null;
        _arguments.Clear();
        return Update(null, content);
    }

    private ChatResponseUpdate Finish(ChatFinishReason reason)
    {
        ChatResponseUpdate update = Update(null);
        update.FinishReason = reason;
        return update;
    }

    private ChatResponseUpdate Update(GenerationEvent? happened, params AIContent[] contents) =>
        new(ChatRole.Assistant, new List<AIContent>(contents))
        {
            ResponseId = _id,
            MessageId = _id,
            ModelId = _model,
            CreatedAt = DateTimeOffset.UtcNow,
            RawRepresentation = happened,
        };

    private static ChatFinishReason ToReason(FinishReason reason) => reason switch
    {
        FinishReason.Length => ChatFinishReason.Length,
        FinishReason.ToolCalls => ChatFinishReason.ToolCalls,
        _ => ChatFinishReason.Stop,
    };

    private static UsageDetails ToUsage(GenerateResult result) => new()
    {
        InputTokenCount = result.PromptTokens,
        OutputTokenCount = result.CompletionTokens,
        TotalTokenCount = (long)result.PromptTokens + result.CompletionTokens,
        CachedInputTokenCount = result.CachedTokens,
        ReasoningTokenCount = result.ReasoningTokens,
    };
}
