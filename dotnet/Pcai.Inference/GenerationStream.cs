using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace PcaiInference;

/// <summary>The events of a request, for <c>await foreach</c>. Each enumeration starts the request. Ends
/// with OperationCanceledException if the token is cancelled, and throws <see cref="PcaiException"/> if the
/// request fails.</summary>
/// <remarks>On .NET it is an IAsyncEnumerable; on .NET Standard the loop works by pattern, so that no
/// package is needed. Each enumeration has a thread, because the library's events are pulled.</remarks>
public sealed class GenerationStream
#if NET
    : IAsyncEnumerable<GenerationEvent>
#endif
{
    private readonly Model _model;
    private readonly Request _request;
    private readonly CancellationToken _cancel;

    internal GenerationStream(Model model, Request request, CancellationToken cancel)
    {
        _model = model;
        _request = request;
        _cancel = cancel;
    }

    /// <summary>Starts the request.</summary>
    /// <exception cref="PcaiException">A field is wrong, or the queue is full.</exception>
    public Enumerator GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        _cancel.ThrowIfCancellationRequested();
        cancellationToken.ThrowIfCancellationRequested();
        return new Enumerator(_model.Start(_request), _cancel, cancellationToken);
    }

#if NET
    IAsyncEnumerator<GenerationEvent> IAsyncEnumerable<GenerationEvent>.GetAsyncEnumerator(CancellationToken cancellationToken) =>
        GetAsyncEnumerator(cancellationToken);
#endif

    /// <summary>Reads one answer; for one reader at a time.</summary>
    public sealed class Enumerator
#if NET
        : IAsyncEnumerator<GenerationEvent>
#endif
    {
        private static readonly Task<bool> s_true = Task.FromResult(true);
        private static readonly Task<bool> s_false = Task.FromResult(false);

        private readonly Generation _generation;
        private readonly CancellationTokenRegistration[] _registrations;
        private readonly object _mutex = new();
        private readonly SemaphoreSlim _wanted = new(0);

        // Protected by _mutex. At most one of the first two is set: the reader waits, or a token was cancelled.
        private TaskCompletionSource<bool>? _waiting;
        private CancellationToken? _cancelled;
        private bool _pumping;
        private bool _left;

        internal Enumerator(Generation generation, params CancellationToken[] cancels)
        {
            _generation = generation;
            _registrations = Array.ConvertAll(cancels, token => token.Register(() => OnCancelled(token)));
        }

        /// <summary>The event that <see cref="MoveNextAsync"/> took.</summary>
        public GenerationEvent Current { get; private set; } = null!;

        /// <summary>The whole answer, after its last event; null before.</summary>
        public GenerateResult? Result => _generation.Result;

#if NET
        /// <summary>Takes the next event; false after the last one.</summary>
        public ValueTask<bool> MoveNextAsync() => new(NextAsync());

        /// <summary>Cancels the request if it still runs. Does not wait.</summary>
        public ValueTask DisposeAsync()
        {
            Leave();
            return default;
        }
#else
        /// <summary>Takes the next event; false after the last one.</summary>
        public Task<bool> MoveNextAsync() => NextAsync();

        /// <summary>Cancels the request if it still runs. Does not wait.</summary>
        public Task DisposeAsync()
        {
            Leave();
            return Task.CompletedTask;
        }
#endif

        private Task<bool> NextAsync()
        {
            Task<bool> next;
            lock (_mutex)
            {
                if (_left) throw new ObjectDisposedException(nameof(Enumerator));
                if (_waiting is not null) throw new InvalidOperationException("the previous MoveNextAsync has not ended");
                if (_cancelled is { } token) return Task.FromCanceled<bool>(token);
                try
                {
                    if (Take(milliseconds: 0)) return s_true;
                }
                catch (PcaiException error)
                {
                    return Task.FromException<bool>(error);
                }
                if (_generation.Ended) return s_false;
                _waiting = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
                next = _waiting.Task;
                if (!_pumping) new Thread(Pump, maxStackSize: 256 * 1024) { IsBackground = true, Name = "pcai stream" }.Start();
                _pumping = true;
            }
            _wanted.Release();
            return next;
        }

        private bool Take(int milliseconds)
        {
            if (_generation.Next(milliseconds) is not { } happened) return false;
            Current = happened;
            return true;
        }

        // One event for each time that the reader waits, so that a slow reader's events stay in the library.
        private void Pump()
        {
            while (true)
            {
                _wanted.Wait();
                lock (_mutex)
                {
                    if (_left) return;
                }
                bool taken = false;
                Exception? failure = null;
                try
                {
                    taken = Take(Timeout.Infinite);
                }
                catch (Exception error)
                {
                    failure = error;
                }
                TaskCompletionSource<bool>? waiting;
                bool last;
                lock (_mutex)
                {
                    waiting = _waiting;
                    _waiting = null;
                    last = waiting is null || !taken || _generation.Ended; // null: cancelled, or the reader left
                    if (last) _pumping = false;
                }
                if (failure is not null) waiting?.SetException(failure);
                else waiting?.SetResult(taken);
                if (last) return;
            }
        }

        // The reader does not wait until the model has noticed.
        private void OnCancelled(CancellationToken token)
        {
            TaskCompletionSource<bool>? waiting;
            lock (_mutex)
            {
                if (_generation.Ended || _cancelled is not null) return;
                _cancelled = token;
                waiting = _waiting;
                _waiting = null;
            }
            _generation.Cancel();
            waiting?.TrySetCanceled(token);
        }

        private void Leave()
        {
            lock (_mutex)
            {
                if (_left) return;
                _left = true;
            }
            foreach (CancellationTokenRegistration registration in _registrations) registration.Dispose();
            _generation.Dispose();
            _wanted.Release();
        }
    }
}
