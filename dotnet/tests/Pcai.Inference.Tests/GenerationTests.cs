using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PcaiInference;
using Xunit;

public sealed class GenerationTests : FakeModel
{
    [Fact]
    public async Task PiecesMakeUpTheAnswer()
    {
        var pieces = new List<string>();
        await foreach (GenerationEvent piece in Model.Stream("Hi 😀 there", Cancel))
        {
            if (piece.Kind == EventKind.Text) pieces.Add(piece.Text);
        }
        Assert.Equal("You said: Hi 😀 there", string.Concat(pieces));
        Assert.True(pieces.Count > 1);
    }

    [Fact]
    public void PulledEventsMakeUpTheAnswer()
    {
        using Generation generation = Model.Start(Request.Ask("a b"));
        var kinds = new List<EventKind>();
        while (generation.Next() is { } happened) kinds.Add(happened.Kind);
        Assert.Equal(EventKind.Accepted, kinds[0]);
        Assert.Equal(EventKind.Finished, kinds[^1]);
        Assert.True(generation.Ended);
        Assert.Equal("You said: a b", generation.Result!.Text);
        Assert.Null(generation.Next());
    }

    [Fact]
    public async Task AnAnswerHasItsCounts()
    {
        GenerateResult answer = await Model.GenerateAsync("fake: tokens=7 prefill_ms=5", Cancel);
        Assert.Equal((7u, FinishReason.Stop), (answer.CompletionTokens, answer.FinishReason));
        Assert.True(answer.PromptTokens > 0);
        Assert.True(answer.PrefillTime >= TimeSpan.FromMilliseconds(5), answer.PrefillTime.ToString());
        Assert.Equal(FinishReason.Length, (await Model.GenerateAsync(Ask("fake: tokens=9", r => r.MaxTokens = 3), Cancel)).FinishReason);
    }

    [Fact]
    public async Task ReasoningAndWarningsStandApart()
    {
        GenerateResult answer = await Model.GenerateAsync("fake: reasoning=2\nfake: warn=too hot\nfake: reply=hm well yes", Cancel);
        Assert.Equal("hm well", answer.Reasoning);
        Assert.Equal("yes", answer.Text.Trim());
        Assert.Equal(["too hot"], answer.Warnings);
        Assert.Equal(2u, answer.ReasoningTokens);
    }

    [Fact]
    public async Task ToolsAreCalledAndTheirResultsReachTheModel()
    {
        Request request = Ask("fake: tool=look args={\"at\":[1,\"é\"]}", r => r.Tools =
            [new Tool("look", "Looks \"there\".\n", "{\"type\":\"object\",\"properties\":{\"at\":{\"type\":\"array\"}}}"), new Tool("rest")]);
        GenerateResult answer = await Model.GenerateAsync(request, Cancel);
        Assert.Equal(FinishReason.ToolCalls, answer.FinishReason);
        ToolCall call = Assert.Single(answer.ToolCalls);
        Assert.Equal(("look", "{\"at\":[1,\"é\"]}"), (call.Name, call.Arguments));
        Assert.NotEmpty(call.Id);

        request.Messages.Add(Message.Assistant(answer));
        request.Messages.Add(Message.ToolResult(call.Id, "a cat"));
        Assert.Equal("The tool said: a cat", (await Model.GenerateAsync(request, Cancel)).Text);
    }

    [Fact]
    public void AToolThatIsNotJsonIsNamed()
    {
        PcaiException error = Refused(r => r.Tools = [new Tool("look", null, "{")]);
        Assert.Equal(Status.InvalidRequest, error.Code);
        Assert.StartsWith("tools", error.Field);
    }

    [Fact]
    public void AChoiceOfAToolThatIsAbsentIsNamed()
    {
        PcaiException error = Refused(r => (r.Tools, r.ToolChoice) = ([new Tool("look")], ToolChoice.Function("go\"")));
        Assert.Contains("go\"", error.Message);
    }

    [Fact]
    public async Task LogProbabilitiesAreThoseOfTheText()
    {
        GenerateResult answer = await Model.GenerateAsync(Ask("fake: reply=one zwölf three", r => (r.Logprobs, r.TopLogprobs) = (true, 2)), Cancel);
        Assert.Equal("one zwölf three", string.Concat(answer.Logprobs.Select(token => token.Text)));
        Assert.All(answer.Logprobs, token => Assert.True(token.Logprob <= 0));
        Assert.All(answer.Logprobs, token => Assert.Equal(2, token.Top.Count));
        Assert.Empty((await Model.GenerateAsync("x", Cancel)).Logprobs);
    }

    [Fact]
    public async Task AnAnswerGoesOnFromTheAssistantsWords()
    {
        Request request = Ask("fake: reply=one two three", r => r.Messages.Add(Message.Assistant("one two")));
        Assert.Equal("three", (await Model.GenerateAsync(request, Cancel)).Text.Trim());
    }

    [Fact]
    public async Task TextAndTokensGoWithoutATemplate()
    {
        Assert.Equal("You said: raw", (await Model.GenerateAsync(new Request { Prompt = "raw" }, Cancel)).Text);
        Assert.Equal("You said 3 tokens.", (await Model.GenerateAsync(new Request { Tokens = [1, 2, 3] }, Cancel)).Text);
    }

    [Fact]
    public async Task StopTextsEndTheAnswer()
    {
        Assert.Equal("a b ", (await Model.GenerateAsync(Ask("fake: reply=a b STOP c", r => r.Stop = ["STOP"]), Cancel)).Text);
    }

    [Theory]
    [InlineData("temperature")]
    [InlineData("top_p")]
    [InlineData("stop")]
    [InlineData("json_schema")]
    [InlineData("lora")]
    [InlineData("messages")]
    public void AWrongFieldIsNamed(string field)
    {
        PcaiException error = Refused(r =>
        {
            if (field == "temperature") r.Temperature = -1;
            if (field == "top_p") r.TopP = 2;
            if (field == "stop") r.Stop = [.. Enumerable.Range(0, 17).Select(i => "s" + i)];
            if (field == "json_schema") r.JsonSchema = "{";
            if (field == "lora") r.AdapterScales = Enumerable.Range(0, 65).ToDictionary(i => i, _ => 1f);
            if (field == "messages") r.Prompt = "both";
        });
        Assert.Equal(Status.InvalidRequest, error.Code);
        Assert.NotEmpty(error.Message);
        if (field != "messages") Assert.StartsWith(field, error.Field);
    }

    [Fact]
    public void HalfASurrogatePairIsNamed()
    {
        PcaiException error = Assert.Throws<PcaiException>(() => Model.Start(Ask("x", r => r.Messages.Add(Message.User("a\ud83d")))));
        Assert.Equal((Status.InvalidRequest, "messages[1].content"), (error.Code, error.Field));
    }

    [Fact]
    public async Task AFailureOnTheWaySaysWhy()
    {
        PcaiException error = await Assert.ThrowsAsync<PcaiException>(() => Model.GenerateAsync("fake: fail_after=2", Cancel));
        Assert.Equal(Status.Internal, error.Code);
    }

    [Fact]
    public async Task ATimeLimitEndsTheRequest()
    {
        PcaiException error = await Assert.ThrowsAsync<PcaiException>(() =>
            Model.GenerateAsync(Ask("fake: prefill_ms=600000", r => r.Timeout = TimeSpan.FromMilliseconds(50)), Cancel));
        Assert.Equal(Status.DeadlineExceeded, error.Code);
    }

    [Theory]
    [InlineData("fake: prefill_ms=600000")]
    [InlineData("fake: delay_ms=600000 tokens=5")]
    [InlineData("fake: hang")]
    public async Task ACancelledTokenEndsAnAnswerAtOnce(string prompt)
    {
        using var cancel = new CancellationTokenSource();
        using var engine = new Engine("fake");
        Model model = await engine.LoadAsync("a.fake", Cancel);
        Task<GenerateResult> answer = model.GenerateAsync(prompt, cancel.Token);
        while (engine.GetStats().Running == 0) await Task.Delay(5, Cancel);
        cancel.Cancel();
        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        Assert.Equal(cancel.Token, error.CancellationToken);
    }

    [Fact]
    public async Task ATokenThatIsCancelledBeforeStartsNothing()
    {
        ulong accepted = Engine.GetStats().Accepted;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Model.GenerateAsync("x", new CancellationToken(canceled: true)));
        Assert.Equal(accepted, Engine.GetStats().Accepted);
    }

    [Fact]
    public async Task ACancelledLoopEndsBeforeTheNextPiece()
    {
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (GenerationEvent piece in Model.Stream("fake: delay_ms=1 tokens=100000", cancel.Token))
            {
                Assert.False(cancel.IsCancellationRequested);
                if (piece.Kind == EventKind.Text) cancel.Cancel();
            }
        });
        await NothingRunsAsync();
    }

    [Theory]
    [InlineData("fake: delay_ms=1 tokens=100000", EventKind.Text)]
    [InlineData("fake: prefill_ms=600000", EventKind.Accepted)]
    public async Task ToLeaveTheLoopCancelsTheRequest(string prompt, EventKind at)
    {
        await foreach (GenerationEvent piece in Model.Stream(prompt, Cancel))
        {
            if (piece.Kind == at) break;
        }
        await NothingRunsAsync();
    }

    [Fact]
    public async Task ASlowReaderLosesNothing()
    {
        string text = "";
        Request request = Ask("fake: delay_ms=1 tokens=60", r => r.Temperature = 0);
        await foreach (GenerationEvent piece in Model.Stream(request, Cancel))
        {
            if (piece.Kind != EventKind.Text) continue;
            text += piece.Text;
            await Task.Delay(20, Cancel);
        }
        Assert.Equal((await Model.GenerateAsync(request, Cancel)).Text, text);
    }

    [Fact]
    public async Task ManyRequestsAtOnceGetTheirOwnAnswers()
    {
        GenerateResult[] answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Model.GenerateAsync("n" + i, Cancel)));
        Assert.Equal(Enumerable.Range(0, 64).Select(i => "You said: n" + i), answers.Select(answer => answer.Text));
    }

    [Fact]
    public async Task AFullQueueRefuses()
    {
        using var engine = new Engine(new EngineOptions { Backend = "fake", MaxQueue = 0 });
        using Model model = await engine.LoadAsync(new ModelOptions("a.fake") { MaxSequences = 1 }, cancellationToken: Cancel);
        using Generation first = model.Start(Request.Ask("fake: prefill_ms=600000"));
        first.Next();
        PcaiException error = await Assert.ThrowsAsync<PcaiException>(() => model.GenerateAsync("x", Cancel));
        Assert.Equal(Status.Overloaded, error.Code);
    }

    [Fact]
    public async Task ARequestWaitsForAModelThatLoads()
    {
        using Model model = Engine.Load(new ModelOptions("load_ms=100.fake"));
        Assert.Equal("You said: x", (await model.GenerateAsync("x", Cancel)).Text);
        Assert.True(model.GetStats().TokensGenerated > 0);
    }

    [Fact]
    public async Task ADisposedGenerationEndsANextOfAnotherThread()
    {
        Generation generation = Model.Start(Request.Ask("fake: prefill_ms=600000"));
        Assert.Equal(EventKind.Accepted, generation.Next()!.Kind);
        Task next = Task.Factory.StartNew(() => generation.Next(), Cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        generation.Dispose();
        Exception error = await Assert.ThrowsAnyAsync<Exception>(() => next);
        Assert.True(error is ObjectDisposedException or PcaiException { Code: Status.Cancelled }, error.ToString());
    }

    [Fact]
    public async Task HandlesThatNobodyHoldsAreCollected()
    {
        await StartAndForgetAsync();
        var clock = Stopwatch.StartNew();
        while (Engine.GetStats().Running > 0 && clock.Elapsed < TimeSpan.FromSeconds(60))
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(10, Cancel);
        }
        Assert.Equal(0u, Engine.GetStats().Running);
    }

    private async Task StartAndForgetAsync()
    {
        Model.Start(Request.Ask("fake: prefill_ms=600000")).Next();
        await Task.Yield();
    }

    private static Request Ask(string prompt, Action<Request> change)
    {
        Request request = Request.Ask(prompt);
        change(request);
        return request;
    }

    private PcaiException Refused(Action<Request> change) => Assert.Throws<PcaiException>(() => Model.Start(Ask("x", change)));
}
