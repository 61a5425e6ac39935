using System;
using System.Threading;
using PcaiInference.Interop;

namespace PcaiInference;

/// <summary>A running request, whose events the caller pulls. One thread at a time reads; any thread may
/// cancel. <see cref="Model.Stream(Request, CancellationToken)"/> is the asynchronous way.</summary>
public sealed unsafe class Generation : IDisposable
{
    private readonly GenerationHandle _handle;
    private readonly AnswerParts _parts = new();

    internal Generation(GenerationHandle handle)
    {
        _handle = handle;
    }

    /// <summary>Whether the last event was taken.</summary>
    public bool Ended { get; private set; }

    /// <summary>The whole answer, once <see cref="Next(int)"/> gave <see cref="EventKind.Finished"/>; null before.</summary>
    public GenerateResult? Result { get; private set; }

    /// <summary>Waits for the next event; null after the last one.</summary>
    /// <exception cref="PcaiException">The request failed.</exception>
    public GenerationEvent? Next() => Next(Timeout.Infinite);

    /// <summary>The next event; null if none came within <paramref name="milliseconds"/> (-1 = for ever), and
    /// after the last one. A reader that is slow loses nothing: pieces that it did not take are joined.</summary>
    /// <exception cref="PcaiException">The request failed; thrown once.</exception>
    public GenerationEvent? Next(int milliseconds)
    {
        NativeMethods native = _handle.Native;
        using NativeHandle.Held held = _handle.Hold(); // the event's texts are borrowed from the generation
        var happened = new NativeEvent { StructSize = (uint)sizeof(NativeEvent) };
        nint error;
        int status = native.pcai_generation_next(held.Value, milliseconds, &happened, &error);
        native.Check(status, error);
        if (status == (int)Status.End) Ended = true;
        return status == (int)Status.Ok ? Take(happened) : null;
    }

    /// <summary>Asks the request to end soon; <see cref="Next(int)"/> then throws
    /// <see cref="Status.Cancelled"/>. Does nothing after the end.</summary>
    public void Cancel()
    {
        if (_handle.IsClosed) return;
        try
        {
            using NativeHandle.Held held = _handle.Hold();
            _handle.Native.pcai_generation_cancel(held.Value);
        }
        catch (ObjectDisposedException)
        {
            // another thread was faster
        }
    }

    /// <summary>Cancels the request if it still runs. Does not wait.</summary>
    public void Dispose()
    {
        Cancel(); // ends a Next of another thread, which would put the release off
        _handle.Dispose();
    }

    private GenerationEvent Take(in NativeEvent happened)
    {
        if (happened.Kind == (int)EventKind.Failed)
        {
            Ended = true;
            throw new PcaiException((Status)happened.ErrorCode, Utf8.FromText(happened.ErrorMessage) ?? "",
                Utf8.FromText(happened.ErrorField));
        }
        var taken = new GenerationEvent(happened);
        _parts.Add(taken);
        if (taken.Kind == EventKind.Finished)
        {
            Ended = true;
            Result = new GenerateResult(_parts, happened);
        }
        return taken;
    }
}
