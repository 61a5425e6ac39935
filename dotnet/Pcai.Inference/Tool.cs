using System;
using System.Collections.Generic;
using System.Text;

namespace PcaiInference;

/// <summary>A function that the model may call. Immutable.</summary>
public sealed class Tool
{
    /// <summary>Describes a function to the model.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">When to call it, and what it gives.</param>
    /// <param name="parameters">A JSON schema of its arguments; null = none.</param>
    public Tool(string name, string? description = null, string? parameters = null)
    {
        Name = name ?? throw new ArgumentNullException(nameof(name));
        Description = description;
        Parameters = parameters;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>When to call it, and what it gives.</summary>
    public string? Description { get; }

    /// <summary>A JSON schema of its arguments.</summary>
    public string? Parameters { get; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    /// <summary>The JSON array that pcai_request.tools takes.</summary>
    internal static string ToJson(IEnumerable<Tool> tools)
    {
        var json = new StringBuilder("[");
        foreach (Tool tool in tools)
        {
            if (json.Length > 1) json.Append(',');
            json.Append("{\"type\":\"function\",\"function\":{\"name\":").Append(JsonText.Quote(tool.Name));
            if (tool.Description is not null) json.Append(",\"description\":").Append(JsonText.Quote(tool.Description));
            if (tool.Parameters is not null) json.Append(",\"parameters\":").Append(tool.Parameters);
            json.Append("}}");
        }
        return json.Append(']').ToString();
    }
}

/// <summary>A call of a function that the model wants. Immutable.</summary>
public sealed class ToolCall
{
    /// <summary>Makes one, for the messages of a chat. <paramref name="arguments"/> is JSON.</summary>
    public ToolCall(string id, string name, string arguments)
    {
        Id = id ?? throw new ArgumentNullException(nameof(id));
        Name = name ?? throw new ArgumentNullException(nameof(name));
        Arguments = arguments ?? throw new ArgumentNullException(nameof(arguments));
    }

    /// <summary>For <see cref="Message.ToolResult"/>.</summary>
    public string Id { get; }

    /// <summary>The name of the <see cref="Tool"/>.</summary>
    public string Name { get; }

    /// <summary>A JSON object.</summary>
    public string Arguments { get; }

    /// <summary>Name and arguments.</summary>
    public override string ToString() => $"{Name}({Arguments})";
}

/// <summary>Whether the model may, must or must not call tools. Immutable.</summary>
public sealed class ToolChoice
{
    private ToolChoice(string json)
    {
        Json = json;
    }

    /// <summary>The model decides. The default.</summary>
    public static ToolChoice Auto { get; } = new("\"auto\"");

    /// <summary>It calls none.</summary>
    public static ToolChoice None { get; } = new("\"none\"");

    /// <summary>It calls at least one.</summary>
    public static ToolChoice Required { get; } = new("\"required\"");

    internal string Json { get; }

    /// <summary>It calls this one.</summary>
    public static ToolChoice Function(string name) =>
        new("{\"type\":\"function\",\"function\":{\"name\":" + JsonText.Quote(name ?? throw new ArgumentNullException(nameof(name))) + "}}");

    /// <summary>The JSON of the OpenAI API.</summary>
    public override string ToString() => Json;
}

internal static class JsonText
{
    /// <summary>A JSON string. Half a surrogate pair is left as it is, and refused where the text becomes UTF-8.</summary>
    public static string Quote(string text)
    {
        var json = new StringBuilder(text.Length + 2).Append('"');
        foreach (char c in text)
        {
            if (c is '"' or '\\') json.Append('\\').Append(c);
            else if (c < ' ') json.Append("\\u").Append(((int)c).ToString("x4", System.Globalization.CultureInfo.InvariantCulture));
            else json.Append(c);
        }
        return json.Append('"').ToString();
    }
}
