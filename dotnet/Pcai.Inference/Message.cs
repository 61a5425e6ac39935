using System;
using System.Collections.Generic;
using System.Linq;
using PcaiInference.Interop;

namespace PcaiInference;

/// <summary>A message of a chat. Immutable.</summary>
public sealed class Message
{
    /// <summary>Makes a message of any role. The four methods below are shorter.</summary>
    /// <param name="role">Who speaks.</param>
    /// <param name="content">The text; null only if an assistant called tools.</param>
    /// <param name="toolCalls">Of an assistant: the calls that it made.</param>
    /// <param name="toolCallId">Of a tool: the call that this answers.</param>
    /// <param name="name">The name of the speaker or tool.</param>
    /// <param name="reasoning">Of an assistant: the reasoning that led to this message.</param>
    public Message(Role role, string? content, IEnumerable<ToolCall>? toolCalls = null, string? toolCallId = null,
        string? name = null, string? reasoning = null)
    {
        Role = role;
        Content = content;
        ToolCalls = toolCalls?.ToArray() ?? [];
        ToolCallId = toolCallId;
        Name = name;
        Reasoning = reasoning;
    }

    /// <summary>Who speaks.</summary>
    public Role Role { get; }

    /// <summary>The text.</summary>
    public string? Content { get; }

    /// <summary>The calls that an assistant made.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; }

    /// <summary>The call that a tool's message answers.</summary>
    public string? ToolCallId { get; }

    /// <summary>The name of the speaker or tool.</summary>
    public string? Name { get; }

    /// <summary>The reasoning that led to an assistant's message.</summary>
    public string? Reasoning { get; }

    /// <summary>Instructions for the whole chat.</summary>
    public static Message System(string content) => new(Role.System, Given(content));

    /// <summary>A question.</summary>
    public static Message User(string content) => new(Role.User, Given(content));

    /// <summary>An earlier answer of the model.</summary>
    public static Message Assistant(string content) => new(Role.Assistant, Given(content));

    /// <summary>An earlier answer of the model, with its reasoning and its tool calls.</summary>
    public static Message Assistant(GenerateResult answer)
    {
        if (answer is null) throw new ArgumentNullException(nameof(answer));
        return new Message(Role.Assistant, answer.Text, answer.ToolCalls,
            reasoning: answer.Reasoning.Length > 0 ? answer.Reasoning : null);
    }

    /// <summary>The result of a tool call.</summary>
    public static Message ToolResult(string toolCallId, string content) =>
        new(Role.Tool, Given(content), toolCallId: toolCallId ?? throw new ArgumentNullException(nameof(toolCallId)));

    /// <summary>Role and text.</summary>
    public override string ToString() => $"{Role}: {Content}";

    internal unsafe NativeMessage ToNative(CallMemory memory, int index)
    {
        string field = $"messages[{index}]";
        NativeToolCall[] calls = ToolCalls.Select((call, at) => new NativeToolCall
        {
            Id = memory.Text(call.Id, $"{field}.tool_calls[{at}].id"),
            Name = memory.Text(call.Name, $"{field}.tool_calls[{at}].name"),
            Arguments = memory.Text(call.Arguments, $"{field}.tool_calls[{at}].arguments"),
        }).ToArray();
        return new NativeMessage
        {
            StructSize = (uint)sizeof(NativeMessage),
            Role = (int)Role,
            Content = memory.Text(Content, field + ".content"),
            ToolCalls = memory.Array(calls),
            ToolCallCount = (ulong)calls.Length,
            ToolCallId = memory.Text(ToolCallId, field + ".tool_call_id"),
            Name = memory.Text(Name, field + ".name"),
            Reasoning = memory.Text(Reasoning, field + ".reasoning"),
        };
    }

    private static string Given(string content) => content ?? throw new ArgumentNullException(nameof(content));
}
