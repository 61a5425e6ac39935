using System;
using System.Collections.Generic;
using System.Linq;
using PcaiInference.Interop;

namespace PcaiInference;

/// <summary>How to load a model. What is null takes the library's default. For one thread.</summary>
public sealed class ModelOptions
{
    /// <summary><paramref name="path"/> is the model's file or folder. A relative path begins at the current
    /// folder, <c>~</c> is the home folder.</summary>
    public ModelOptions(string path)
    {
        Path = path ?? throw new ArgumentNullException(nameof(path));
    }

    /// <summary>The model's file or folder, as it was given.</summary>
    public string Path { get; }

    /// <summary>The model's name in the engine. Default: the file's name without ending.</summary>
    public string? Id { get; set; }

    /// <summary>A chat template in Jinja. Default: the model's own.</summary>
    public string? ChatTemplate { get; set; }

    /// <summary>Layers to put on GPUs; 0 = none, -1 = all that fit. Default: -1.</summary>
    public int? GpuLayers { get; set; }

    /// <summary>The <see cref="DeviceInfo.Index"/> of the GPUs to use. Default: all.</summary>
    public IList<int>? GpuDevices { get; set; }

    /// <summary>Tokens of a context; 0 = the model's own. Default: 0.</summary>
    public uint? ContextLength { get; set; }

    /// <summary>Maximum number of tokens in one step. Default: 512.</summary>
    public uint? BatchSize { get; set; }

    /// <summary>Threads of the processor; 0 = the backend chooses. Default: 0.</summary>
    public uint? Threads { get; set; }

    /// <summary>Maximum number of requests decoded together. Default: 16.</summary>
    public uint? MaxSequences { get; set; }

    /// <summary>LoRA adapters to load with the model, at most 64.</summary>
    public IList<Adapter>? Adapters { get; set; }

    internal unsafe NativeModelOptions ToNative(NativeMethods native, CallMemory memory)
    {
        NativeModelOptions given;
        native.pcai_model_options_init(&given, (uint)sizeof(NativeModelOptions));
        given.Path = memory.Text(WithHome(Path), "path");
        given.Id = memory.Text(Id, "id");
        given.ChatTemplate = memory.Text(ChatTemplate, "chat_template");
        if (GpuLayers is { } layers) given.GpuLayers = layers;
        if (ContextLength is { } context) given.ContextLength = context;
        if (BatchSize is { } batch) given.BatchSize = batch;
        if (Threads is { } threads) given.Threads = threads;
        if (MaxSequences is { } sequences) given.MaxSequences = sequences;
        if (GpuDevices is not null)
        {
            given.GpuDevices = memory.Array(GpuDevices.ToArray());
            given.GpuDeviceCount = (ulong)GpuDevices.Count;
        }
        if (Adapters is not null)
        {
            given.Adapters = memory.Array(Adapters.Select((adapter, index) => adapter.ToNative(memory, index)).ToArray());
            given.AdapterCount = (ulong)Adapters.Count;
        }
        return given;
    }

    // The library takes paths as they are; "a.fake" of the fake backend is no file.
    internal static string WithHome(string path) =>
        path.StartsWith("~", StringComparison.Ordinal) ? LibraryFile.FullPath(path) : path;
}

/// <summary>A LoRA adapter: weights that are added to those of a model. Immutable.</summary>
public sealed class Adapter
{
    /// <summary><paramref name="path"/> is its GGUF file; <paramref name="scale"/> applies to requests that
    /// give none: 1 = as trained, 0 = loaded, but off.</summary>
    public Adapter(string path, float scale = 1)
    {
        Path = path ?? throw new ArgumentNullException(nameof(path));
        Scale = scale;
    }

    /// <summary>Its GGUF file.</summary>
    public string Path { get; }

    /// <summary>1 = as trained, 0 = off.</summary>
    public float Scale { get; }

    internal NativeAdapter ToNative(CallMemory memory, int index) => new()
    {
        Path = memory.Text(ModelOptions.WithHome(Path), $"adapters[{index}].path"),
        Scale = Scale,
    };
}
