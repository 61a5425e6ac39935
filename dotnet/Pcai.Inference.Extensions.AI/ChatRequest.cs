using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace PcaiInference;

/// <summary>What Microsoft.Extensions.AI asks for, as a request of the library.</summary>
internal sealed class ChatRequest
{
    /// <summary>Throws NotSupportedException, which names it, for what no model here does.</summary>
    public ChatRequest(IChatClient client, string model, IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        Request = options?.RawRepresentationFactory?.Invoke(client) as Request ?? new Request();
        if (!string.IsNullOrEmpty(options?.Instructions)) Request.Messages.Add(Message.System(options!.Instructions!));
        foreach (ChatMessage message in messages)
        {
            foreach (Message ours in ChatMessages.ToMessages(message)) Request.Messages.Add(ours);
        }
        if (options is null) return;
        RefuseOthers(options, model);
        Write(options);
        WriteTools(options);
        WarnOf(options);
    }

    public Request Request { get; }

    /// <summary>Options that are not honoured.</summary>
    public List<string> Warnings { get; } = [];

    private static void RefuseOthers(ChatOptions options, string model)
    {
        if (options.ConversationId is not null)
        {
            throw new NotSupportedException("ConversationId: this client keeps no conversations; send all messages");
        }
        if (options.ModelId is { } id && id != model)
        {
            throw new PcaiException(Status.ModelNotFound, $"ModelId: this client has the model '{model}', not '{id}'", "ModelId");
        }
    }

    private void Write(ChatOptions options)
    {
        if (options.MaxOutputTokens is { } tokens)
        {
            Request.MaxTokens = tokens > 0 ? (uint)tokens
                : throw new PcaiException(Status.InvalidRequest, "MaxOutputTokens must be 1 or more", "MaxOutputTokens");
        }
        Request.Temperature = options.Temperature ?? Request.Temperature;
        Request.TopP = options.TopP ?? Request.TopP;
        Request.TopK = options.TopK ?? Request.TopK;
        Request.FrequencyPenalty = options.FrequencyPenalty ?? Request.FrequencyPenalty;
        Request.PresencePenalty = options.PresencePenalty ?? Request.PresencePenalty;
        if (options.Seed is { } seed) Request.Seed = unchecked((ulong)seed);
        Request.Stop = options.StopSequences ?? Request.Stop;
        if (options.ResponseFormat is ChatResponseFormatJson json)
        {
            Request.JsonSchema = json.Schema is { } schema ? schema.GetRawText() : "{\"type\":\"object\"}";
        }
    }

    private void WriteTools(ChatOptions options)
    {
        if (options.Tools is { Count: > 0 } tools) Request.Tools = tools.Select(ToTool).ToList();
        Request.ToolChoice = options.ToolMode switch
        {
            NoneChatToolMode => ToolChoice.None,
            RequiredChatToolMode { RequiredFunctionName: { } name } => ToolChoice.Function(name),
            RequiredChatToolMode => ToolChoice.Required,
            AutoChatToolMode => ToolChoice.Auto,
            _ => Request.ToolChoice,
        };
        if (Request.Tools is null) Request.ToolChoice = null;
    }

    private static Tool ToTool(AITool tool) => tool is AIFunctionDeclaration function
        ? new Tool(function.Name, string.IsNullOrEmpty(function.Description) ? null : function.Description, function.JsonSchema.GetRawText())
        : throw new NotSupportedException($"Tools: '{tool.Name}' is a {tool.GetType().Name}, which only a service can run; use an AIFunction");

    private void WarnOf(ChatOptions options)
    {
        if (options.Reasoning is not null) Warnings.Add("Reasoning: the model decides how much it reasons");
        if (options.AdditionalProperties is null) return;
        foreach (string name in options.AdditionalProperties.Keys)
        {
            Warnings.Add($"AdditionalProperties: '{name}' is not known here; RawRepresentationFactory may give a PcaiInference.Request");
        }
    }
}

/// <summary>Messages of Microsoft.Extensions.AI as those of the library.</summary>
internal static class ChatMessages
{
    // As short as JSON can be, because it becomes tokens.
    private static readonly JsonSerializerOptions s_compact = new(AIJsonUtilities.DefaultOptions)
    {
        WriteIndented = false,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>One message, or one for each result of a tool.</summary>
    public static IEnumerable<Message> ToMessages(ChatMessage message)
    {
        var texts = new List<string>();
        var reasoning = new List<string>();
        var calls = new List<ToolCall>();
        var results = new List<Message>();
        foreach (AIContent content in message.Contents)
        {
            switch (content)
            {
                case TextContent text:
                    texts.Add(text.Text);
                    break;
                case TextReasoningContent thought:
                    reasoning.Add(thought.Text);
                    break;
                case FunctionCallContent call:
                    calls.Add(new ToolCall(call.CallId, call.Name, ToJson(call.Arguments ?? new Dictionary<string, object?>())));
                    break;
                case FunctionResultContent result:
                    results.Add(Message.ToolResult(result.CallId, ToText(result)));
                    break;
                case UsageContent:
                    break; // it tells of an earlier answer
                default:
                    throw new NotSupportedException($"a message has a {content.GetType().Name}; only text, reasoning, function calls and their results can be sent");
            }
        }
        if (texts.Count > 0 || calls.Count > 0 || results.Count == 0)
        {
            string? text = texts.Count > 0 || calls.Count == 0 ? string.Concat(texts) : null;
            Role role = ToRole(message.Role);
            yield return new Message(role, text, calls, name: message.AuthorName,
                reasoning: role == Role.Assistant && reasoning.Count > 0 ? string.Concat(reasoning) : null);
        }
        foreach (Message result in results) yield return result;
    }

    private static Role ToRole(ChatRole role) =>
        role == ChatRole.User ? Role.User
        : role == ChatRole.Assistant ? Role.Assistant
        : role == ChatRole.System ? Role.System
        : role == ChatRole.Tool ? Role.Tool
        : role.Value == "developer" ? Role.System
        : throw new NotSupportedException($"the role '{role}' is not known");

    private static string ToText(FunctionResultContent content) => content switch
    {
        { Result: string text } => text,
        { Result: JsonElement { ValueKind: JsonValueKind.String } text } => text.GetString()!,
        { Result: { } result } => ToJson(result),
        { Exception: { } error } => "Error: " + error.Message,
        _ => "",
    };

    private static string ToJson(object value) =>
        JsonSerializer.Serialize(value, s_compact.GetTypeInfo(
            value is IDictionary<string, object?> ? typeof(IDictionary<string, object?>) : value.GetType()));
}
