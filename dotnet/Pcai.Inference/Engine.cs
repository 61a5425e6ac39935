using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using PcaiInference.Interop;

namespace PcaiInference;

/// <summary>Some models, and the queue of requests for them. Any thread may call any method.</summary>
public sealed unsafe class Engine : IDisposable
{
    private readonly EngineHandle _handle;

    /// <summary>Starts an engine with the defaults. Opens the native library, if that was not done.</summary>
    /// <exception cref="PcaiException">The library was not found.</exception>
    public Engine() : this(new EngineOptions())
    {
    }

    /// <summary>Starts an engine with one backend: "auto", "llamacpp", "mistralrs", or "fake" for tests.</summary>
    /// <exception cref="PcaiException">The backend is unknown, or this build lacks it.</exception>
    public Engine(string backend) : this(new EngineOptions { Backend = backend ?? throw new ArgumentNullException(nameof(backend)) })
    {
    }

    /// <summary>Starts an engine. The options are copied.</summary>
    /// <exception cref="PcaiException">An option is out of range.</exception>
    public Engine(EngineOptions options)
    {
        if (options is null) throw new ArgumentNullException(nameof(options));
        NativeMethods native = Library.Native;
        NativeEngineOptions given;
        native.pcai_engine_options_init(&given, (uint)sizeof(NativeEngineOptions));
        using var memory = new CallMemory();
        given.Backend = memory.Text(options.Backend, "backend");
        if (options.MaxQueue is { } queue) given.MaxQueue = queue;
        if (options.DefaultTimeout is { } timeout) given.DefaultTimeoutMs = (long)timeout.TotalMilliseconds;
        if (options.SubmitThreads is { } threads) given.SubmitThreads = threads;
        nint engine, error;
        native.Check(native.pcai_engine_create(&given, &engine, &error), error);
        _handle = new EngineHandle(native, engine);
        EnginesAtExit.Add(_handle);
        Backend = options.Backend ?? "auto";
    }

    /// <summary>The backend that was asked for; "auto" if none was.</summary>
    public string Backend { get; }

    /// <summary>Whether the engine was disposed of.</summary>
    public bool IsClosed => _handle.IsClosed;

    /// <summary>Begins to load a model and returns at once; <see cref="Model.Wait(int)"/> tells how it went.
    /// A request that is started before the model is ready waits for it.</summary>
    /// <exception cref="PcaiException">An option is out of range, or the engine has a model of that id.</exception>
    public Model Load(ModelOptions options)
    {
        if (options is null) throw new ArgumentNullException(nameof(options));
        NativeMethods native = _handle.Native;
        using var memory = new CallMemory();
        NativeModelOptions given = options.ToNative(native, memory);
        using NativeHandle.Held held = _handle.Hold();
        nint model, error;
        native.Check(native.pcai_model_load(held.Value, &given, &model, &error), error);
        return new Model(new ModelHandle(native, model));
    }

    /// <summary>Begins to load the model at <paramref name="path"/>, with the defaults.</summary>
    /// <exception cref="PcaiException">The engine has a model of that id.</exception>
    public Model Load(string path) => Load(new ModelOptions(path));

    /// <summary>Loads a model and waits until it is ready. A cancelled load frees what it had.</summary>
    /// <param name="options">What to load.</param>
    /// <param name="progress">Is told 0 to 1, on another thread.</param>
    /// <param name="cancellationToken">Gives up loading.</param>
    /// <exception cref="PcaiException">The model could not be loaded.</exception>
    public Task<Model> LoadAsync(ModelOptions options, IProgress<float>? progress = null,
        CancellationToken cancellationToken = default)
    {
        Model model = Load(options);
        return Task.Factory.StartNew(() => WaitFor(model, progress, cancellationToken), CancellationToken.None,
            TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Loads the model at <paramref name="path"/>, with the defaults, and waits until it is ready.</summary>
    /// <exception cref="PcaiException">The model could not be loaded.</exception>
    public Task<Model> LoadAsync(string path, CancellationToken cancellationToken = default) =>
        LoadAsync(new ModelOptions(path), progress: null, cancellationToken);

    /// <summary>The models of this engine, in whatever state.</summary>
    public IReadOnlyList<ModelInfo> GetModels()
    {
        NativeMethods native = _handle.Native;
        using NativeHandle.Held held = _handle.Hold();
        nint list, error;
        native.Check(native.pcai_models_list(held.Value, &list, &error), error);
        using var models = new ModelsHandle(native, list);
        return ModelInfo.ReadAll(models);
    }

    /// <summary>Counters since the engine was created, and its present state.</summary>
    public EngineStats GetStats()
    {
        NativeMethods native = _handle.Native;
        using NativeHandle.Held held = _handle.Hold();
        var stats = new NativeEngineStats { StructSize = (uint)sizeof(NativeEngineStats) };
        nint error;
        native.Check(native.pcai_engine_get_stats(held.Value, &stats, &error), error);
        return new EngineStats(stats);
    }

    /// <summary>Cancels every request, unloads every model, and waits for that. Models and generations
    /// of this engine then fail with <see cref="Status.Cancelled"/>.</summary>
    public void Dispose() => _handle.Dispose();

    private static Model WaitFor(Model model, IProgress<float>? progress, CancellationToken cancel)
    {
        const int Look = 20; // milliseconds, which delay a cancellation and a step of progress
        try
        {
            while (!model.Wait(Look))
            {
                cancel.ThrowIfCancellationRequested();
                progress?.Report(model.Progress);
            }
            progress?.Report(1);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }
}
