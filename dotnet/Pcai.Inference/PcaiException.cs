using System;

namespace PcaiInference;

/// <summary>Why a call of the library failed.</summary>
public sealed class PcaiException : Exception
{
    /// <summary>Makes one. <paramref name="field"/> may be null if no argument is at fault.</summary>
    public PcaiException(Status code, string message, string? field = null, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Field = field ?? "";
    }

    /// <summary>The kind of failure, for programs.</summary>
    public Status Code { get; }

    /// <summary>The argument or field at fault ("temperature", "messages[2].content"), or "".</summary>
    public string Field { get; }
}
