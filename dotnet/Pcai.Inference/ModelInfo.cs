using System;
using System.Collections.Generic;
using System.Linq;
using PcaiInference.Interop;

namespace PcaiInference;

/// <summary>What a model is, loaded or only found. What is not known is 0 or null. Immutable.</summary>
public sealed class ModelInfo
{
    internal ModelInfo(in NativeModelInfo info)
    {
        Id = Utf8.FromText(info.Id) ?? "";
        State = (ModelState)info.State;
        Kind = (ModelKind)info.Kind;
        Backend = Utf8.FromText(info.Backend);
        Architecture = Utf8.FromText(info.Architecture);
        Quantization = Utf8.FromText(info.Quantization);
        Path = Utf8.FromText(info.Path);
        Source = Utf8.FromText(info.Source);
        Problem = Utf8.FromText(info.Problem);
        ParameterCount = info.ParameterCount;
        SizeBytes = info.SizeBytes;
        if (info.Created > 0) Created = DateTimeOffset.FromUnixTimeSeconds(info.Created);
        ContextLength = info.ContextLength;
        TrainContextLength = info.TrainContextLength;
        VocabularySize = info.VocabularySize;
        MaxSequences = info.MaxSequences;
        LoadProgress = info.LoadProgress;
    }

    /// <summary>Its name.</summary>
    public string Id { get; }

    /// <summary>Whether it can be used now.</summary>
    public ModelState State { get; }

    /// <summary>What it is for.</summary>
    public ModelKind Kind { get; }

    /// <summary>The backend that runs it.</summary>
    public string? Backend { get; }

    /// <summary>"llama", "qwen3" …</summary>
    public string? Architecture { get; }

    /// <summary>"Q4_K - Medium" …</summary>
    public string? Quantization { get; }

    /// <summary>Its file.</summary>
    public string? Path { get; }

    /// <summary>Where <see cref="Discover"/> found it: "pcai", "folder", "ollama", "lm-studio", "hugging-face".</summary>
    public string? Source { get; }

    /// <summary>Why it cannot be used, or why loading failed.</summary>
    public string? Problem { get; }

    /// <summary>Number of weights.</summary>
    public ulong ParameterCount { get; }

    /// <summary>Size of its file.</summary>
    public ulong SizeBytes { get; }

    /// <summary>When its file was last changed.</summary>
    public DateTimeOffset? Created { get; }

    /// <summary>Tokens that a request may use here.</summary>
    public uint ContextLength { get; }

    /// <summary>Tokens that the model was trained for.</summary>
    public uint TrainContextLength { get; }

    /// <summary>Number of different tokens.</summary>
    public uint VocabularySize { get; }

    /// <summary>Requests that are decoded together.</summary>
    public uint MaxSequences { get; }

    /// <summary>0 to 1 while it loads.</summary>
    public float LoadProgress { get; }

    /// <summary>The id.</summary>
    public override string ToString() => Id;

    /// <summary>The GGUF files on this machine: those of Ollama, LM Studio, the Hugging Face cache and pcai,
    /// and those below <paramref name="folders"/>. Reads each file's header and changes nothing. A file that
    /// cannot be used has a <see cref="Problem"/>.</summary>
    public static unsafe IReadOnlyList<ModelInfo> Discover(params string[] folders)
    {
        if (folders is null) throw new ArgumentNullException(nameof(folders));
        NativeMethods native = Library.Native;
        using var memory = new CallMemory();
        NativeText[] texts = folders
            .Select((folder, index) => memory.Text(ModelOptions.WithHome(folder), $"folders[{index}]")).ToArray();
        nint list, error;
        native.Check(native.pcai_models_discover((NativeText*)memory.Array(texts), (ulong)texts.Length, &list, &error), error);
        using var models = new ModelsHandle(native, list);
        return ReadAll(models);
    }

    internal static unsafe IReadOnlyList<ModelInfo> ReadAll(ModelsHandle models)
    {
        NativeMethods native = models.Native;
        using NativeHandle.Held held = models.Hold();
        var all = new List<ModelInfo>();
        ulong count = native.pcai_models_count(held.Value);
        for (ulong i = 0; i < count; i++)
        {
            var info = new NativeModelInfo { StructSize = (uint)sizeof(NativeModelInfo) };
            nint error;
            native.Check(native.pcai_models_get(held.Value, i, &info, &error), error);
            all.Add(new ModelInfo(info));
        }
        return all;
    }
}
