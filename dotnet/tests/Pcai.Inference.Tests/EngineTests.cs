using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PcaiInference;
using Xunit;

public sealed class EngineTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void AnUnknownBackendIsNamed()
    {
        PcaiException error = Assert.Throws<PcaiException>(() => new Engine("nonsense"));
        Assert.Equal(Status.InvalidRequest, error.Code);
        Assert.Contains("nonsense", error.Message);
    }

    [Fact]
    public void AnOptionOutOfRangeIsNamed()
    {
        PcaiException error = Assert.Throws<PcaiException>(() => new Engine(new EngineOptions { Backend = "fake", SubmitThreads = 0 }));
        Assert.Equal("submit_threads", error.Field);
    }

    [Fact]
    public async Task AModelLoadsWithProgress()
    {
        using var engine = new Engine("fake");
        var seen = new Progress();
        using Model model = await engine.LoadAsync(new ModelOptions("load_ms=300.fake") { Id = "m", ContextLength = 512 }, seen, Cancel);
        ModelInfo info = model.GetInfo();
        Assert.Equal(("m", ModelState.Ready, 512u), (info.Id, info.State, info.ContextLength));
        Assert.Equal(1, seen.Values[^1]);
        Assert.Equal(seen.Values.Order(), seen.Values);
        Assert.Equal("m", Assert.Single(engine.GetModels()).Id);
    }

    [Fact]
    public async Task ALoadThatFailsSaysWhyAndLeavesTheIdFree()
    {
        using var engine = new Engine("fake");
        PcaiException error = await Assert.ThrowsAsync<PcaiException>(() => engine.LoadAsync("load_fail.fake", Cancel));
        Assert.Equal(Status.InvalidModel, error.Code);
        Assert.Empty(engine.GetModels());
    }

    [Fact]
    public async Task ALoadCanBeCancelled()
    {
        using var engine = new Engine("fake");
        using var cancel = new CancellationTokenSource();
        Task<Model> load = engine.LoadAsync("load_ms=20000.fake", cancel.Token);
        cancel.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => load);
        Assert.Empty(engine.GetModels());
    }

    [Fact]
    public async Task ToDisposeOfAModelEndsAWaitOfAnotherThread()
    {
        using var engine = new Engine("fake");
        Model model = engine.Load("load_ms=20000.fake");
        Task wait = Task.Factory.StartNew(model.Wait, Cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.False(model.Wait(50));
        model.Dispose();
        Exception error = await Assert.ThrowsAnyAsync<Exception>(() => wait);
        Assert.True(error is ObjectDisposedException or PcaiException { Code: Status.Cancelled }, error.ToString());
    }

    [Fact]
    public void AnEngineThatIsClosedEndsItsModels()
    {
        var engine = new Engine("fake");
        using Model model = engine.Load("a.fake");
        model.Wait();
        engine.Dispose();
        engine.Dispose();
        Assert.True(engine.IsClosed);
        Assert.Equal(Status.Cancelled, Assert.Throws<PcaiException>(() => model.Start(Request.Ask("x"))).Code);
        Assert.Throws<ObjectDisposedException>(() => engine.GetStats());
    }

    [Fact]
    public void TheSameIdTwiceIsRefused()
    {
        using var engine = new Engine("fake");
        using Model first = engine.Load("a.fake");
        PcaiException error = Assert.Throws<PcaiException>(() => engine.Load("a.fake"));
        Assert.Equal(Status.InvalidRequest, error.Code);
    }

    [Fact]
    public void AWrongOptionOfAModelIsNamed()
    {
        using var engine = new Engine("fake");
        PcaiException error = Assert.Throws<PcaiException>(() => Load(engine, new ModelOptions("a.fake")
        {
            Adapters = Enumerable.Range(0, 65).Select(i => new Adapter($"{i}.gguf")).ToList(),
        }));
        Assert.Contains("64", error.Message);
        error = Assert.Throws<PcaiException>(() => Load(engine, new ModelOptions("b.fake") { GpuLayers = -2, GpuDevices = [0] }));
        Assert.Equal("gpu_layers", error.Field);
    }

    [Fact]
    public void TheProcessorIsADevice()
    {
        DeviceInfo cpu = DeviceInfo.List()[0];
        Assert.Equal(DeviceKind.Cpu, cpu.Kind);
        Assert.True(cpu.Cores > 0);
        Assert.NotEmpty(cpu.Name);
    }

    [Fact]
    public void AFolderIsSearchedForModels()
    {
        string folder = Directory.CreateTempSubdirectory("pcai-models-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "brökén 模.gguf"), "no model");
            ModelInfo found = Assert.Single(ModelInfo.Discover(folder), model => model.Path!.StartsWith(folder, StringComparison.Ordinal));
            Assert.Contains("brökén 模", found.Path);
            Assert.NotNull(found.Problem);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Load(Engine engine, ModelOptions options)
    {
        using Model model = engine.Load(options);
        model.Wait();
    }

    private sealed class Progress : IProgress<float>
    {
        public List<float> Values { get; } = [];

        public void Report(float value) => Values.Add(value);
    }
}
