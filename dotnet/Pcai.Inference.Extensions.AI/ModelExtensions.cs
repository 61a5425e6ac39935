using System;
using Microsoft.Extensions.AI;

namespace PcaiInference;

/// <summary>Models for Microsoft.Extensions.AI.</summary>
public static class ModelExtensions
{
    /// <summary>The name under which an answer's AdditionalProperties tell, as a list of strings, which options
    /// were not honoured.</summary>
    public const string Warnings = "warnings";

    /// <summary>The model as a chat client, safe for concurrent use. The model stays the caller's: to dispose of
    /// the client does not unload it. GetService gives the <see cref="Model"/>.</summary>
    public static IChatClient AsIChatClient(this Model model) =>
        new PcaiChatClient(model ?? throw new ArgumentNullException(nameof(model)));
}
