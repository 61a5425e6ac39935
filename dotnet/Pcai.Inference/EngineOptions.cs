using System;

namespace PcaiInference;

/// <summary>How an engine behaves. What is null takes the library's default. For one thread.</summary>
public sealed class EngineOptions
{
    /// <summary>"llamacpp", "mistralrs", "fake" (scripted, for tests), or "auto" for the one that fits the
    /// model. Default: auto.</summary>
    public string? Backend { get; set; }

    /// <summary>How many requests may wait, 0 to 1,000,000. Default: 64.</summary>
    public uint? MaxQueue { get; set; }

    /// <summary>The time limit of requests that give none; zero = no limit. Default: no limit.</summary>
    public TimeSpan? DefaultTimeout { get; set; }

    /// <summary>Threads that tokenize prompts, 1 to 256. Default: 2.</summary>
    public uint? SubmitThreads { get; set; }
}
