using System;
using System.Threading;
using System.Threading.Tasks;
using PcaiInference.Interop;

namespace PcaiInference;

/// <summary>A model of an engine. Any thread may call any method; requests of several threads are decoded
/// together.</summary>
public sealed class Model : IDisposable
{
    private readonly ModelHandle _handle;
    private float _progress;

    internal Model(ModelHandle handle)
    {
        _handle = handle;
    }

    /// <summary>0 to 1, as the latest <see cref="Wait(int)"/> saw it.</summary>
    public float Progress => _progress;

    /// <summary>Waits until the model is ready.</summary>
    /// <exception cref="PcaiException">Loading failed.</exception>
    public void Wait() => Wait(Timeout.Infinite);

    /// <summary>Waits for the model: true if it is ready, false if it still loads after
    /// <paramref name="milliseconds"/>; -1 = for ever.</summary>
    /// <exception cref="PcaiException">Loading failed; each later call throws the same.</exception>
    public unsafe bool Wait(int milliseconds)
    {
        NativeMethods native = _handle.Native;
        using NativeHandle.Held held = _handle.Hold();
        float progress = _progress;
        nint error;
        int status = native.pcai_model_wait(held.Value, milliseconds, &progress, &error);
        _progress = progress;
        native.Check(status, error);
        return status == (int)Status.Ok;
    }

    /// <summary>Ends the model's requests, or its loading, and frees its memory; waits for that. The next
    /// request loads it again.</summary>
    public unsafe void Unload()
    {
        NativeMethods native = _handle.Native;
        using NativeHandle.Held held = _handle.Hold();
        nint error;
        native.Check(native.pcai_model_unload(held.Value, &error), error);
    }

    /// <summary>What the model is, and its present state. Never waits for loading.</summary>
    public unsafe ModelInfo GetInfo()
    {
        NativeMethods native = _handle.Native;
        using NativeHandle.Held held = _handle.Hold(); // the texts are borrowed from the model
        var info = new NativeModelInfo { StructSize = (uint)sizeof(NativeModelInfo) };
        nint error;
        native.Check(native.pcai_model_get_info(held.Value, &info, &error), error);
        return new ModelInfo(info);
    }

    /// <summary>The model's counters.</summary>
    /// <exception cref="PcaiException">It is not loaded.</exception>
    public unsafe ModelStats GetStats()
    {
        NativeMethods native = _handle.Native;
        using NativeHandle.Held held = _handle.Hold();
        var stats = new NativeModelStats { StructSize = (uint)sizeof(NativeModelStats) };
        nint error;
        native.Check(native.pcai_model_get_stats(held.Value, &stats, &error), error);
        return new ModelStats(stats);
    }

    /// <summary>Starts a request and returns at once; the caller pulls its events. The request is copied.
    /// A model that still loads is waited for.</summary>
    /// <exception cref="PcaiException">A field is wrong, or the queue is full.</exception>
    public unsafe Generation Start(Request request)
    {
        if (request is null) throw new ArgumentNullException(nameof(request));
        NativeMethods native = _handle.Native;
        using var memory = new CallMemory();
        NativeRequest given = request.ToNative(native, memory);
        using NativeHandle.Held held = _handle.Hold();
        nint generation, error;
        native.Check(native.pcai_generation_start(held.Value, &given, &generation, &error), error);
        return new Generation(new GenerationHandle(native, generation));
    }

    /// <summary>The events of a request, for <c>await foreach</c>. Each enumeration starts the request.
    /// Leaving the loop cancels it.</summary>
    public GenerationStream Stream(Request request, CancellationToken cancellationToken = default)
    {
        if (request is null) throw new ArgumentNullException(nameof(request));
        return new GenerationStream(this, request, cancellationToken);
    }

    /// <summary>The events of the answer to one question.</summary>
    public GenerationStream Stream(string prompt, CancellationToken cancellationToken = default) =>
        Stream(Request.Ask(prompt), cancellationToken);

    /// <summary>The whole answer.</summary>
    /// <exception cref="PcaiException">The request failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<GenerateResult> GenerateAsync(Request request, CancellationToken cancellationToken = default)
    {
        GenerationStream.Enumerator events = Stream(request, cancellationToken).GetAsyncEnumerator();
        try
        {
            while (await events.MoveNextAsync().ConfigureAwait(false))
            {
            }
            return events.Result!;
        }
        finally
        {
            await events.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The whole answer to one question.</summary>
    /// <exception cref="PcaiException">The request failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<GenerateResult> GenerateAsync(string prompt, CancellationToken cancellationToken = default) =>
        GenerateAsync(Request.Ask(prompt), cancellationToken);

    /// <summary>Gives up loading, or ends the model's requests, and removes the model from its engine.</summary>
    public void Dispose()
    {
        if (_handle.IsClosed) return;
        try
        {
            Unload(); // ends a Wait of another thread, which would put the release off
        }
        catch (Exception error) when (error is PcaiException or ObjectDisposedException)
        {
            // the engine, or another thread, was faster
        }
        _handle.Dispose();
    }
}
