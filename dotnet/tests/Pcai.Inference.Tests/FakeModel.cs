using System;
using System.Threading;
using System.Threading.Tasks;
using PcaiInference;
using Xunit;

/// <summary>An engine with a model of the fake backend, for the tests of one class.</summary>
public abstract class FakeModel : IDisposable
{
    protected FakeModel()
    {
        Model = Engine.Load("a.fake");
        Model.Wait();
    }

    protected Engine Engine { get; } = new("fake");

    protected Model Model { get; }

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Model.Dispose();
        Engine.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Until no request runs; the time limit is the test's.</summary>
    protected async Task NothingRunsAsync()
    {
        while (Engine.GetStats() is { Running: > 0 } or { Queued: > 0 }) await Task.Delay(5, Cancel);
    }
}
