using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.AI;
using PcaiInference;
using Xunit;

public sealed class ChatClientTests : IDisposable
{
    private readonly Engine _engine = new("fake");
    private readonly Model _model;
    private readonly IChatClient _client;

    public ChatClientTests()
    {
        _model = _engine.Load("a.fake");
        _model.Wait();
        _client = _model.AsIChatClient();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _model.Dispose();
        _engine.Dispose();
    }

    [Fact]
    public async Task AnAnswerHasTextUsageAndReason()
    {
        ChatResponse response = await _client.GetResponseAsync("Hello", cancellationToken: Cancel);
        Assert.Equal("You said: Hello", response.Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Equal("a", response.ModelId);
        Assert.Equal(response.Usage!.InputTokenCount + response.Usage.OutputTokenCount, response.Usage.TotalTokenCount);
        Assert.True(response.Usage.OutputTokenCount > 0);
        Assert.Equal("You said: Hello", Assert.IsType<GenerateResult>(response.RawRepresentation).Text);
    }

    [Fact]
    public async Task AStreamComesInPieces()
    {
        List<ChatResponseUpdate> updates = await ReadAsync("fake: reasoning=1 reply=hm a b c");
        Assert.True(updates.Count(update => update.Text.Length > 0) > 1);
        Assert.Single(updates.Select(update => update.ResponseId).Distinct());
        ChatMessage message = Assert.Single(updates.ToChatResponse().Messages);
        Assert.Equal("hm", Assert.Single(message.Contents.OfType<TextReasoningContent>()).Text);
        Assert.Equal("a b c", message.Text.Trim());
    }

    [Fact]
    public async Task FunctionsAreCalledUntilThereIsAnAnswer()
    {
        string? seen = null;
        AIFunction look = AIFunctionFactory.Create((string place, int[] at) =>
        {
            seen = $"{place} {string.Join(",", at)}";
            return new { found = "ein Kätzchen" };
        }, "look", "Looks.");
        var assistant = new Assistant(_client, look);
        Assert.Equal("The tool said: {\"found\":\"ein Kätzchen\"}",
            await assistant.AskAsync("fake: tool=look args={\"place\":\"Köln\",\"at\":[1,2]}", cancel: Cancel));
        Assert.Equal("Köln 1,2", seen);
        Assert.Equal([ChatRole.User, ChatRole.Assistant, ChatRole.Tool, ChatRole.Assistant], assistant.History.Select(message => message.Role));
    }

    [Fact]
    public async Task AFunctionThatFailsIsToldToTheModel()
    {
        var assistant = new Assistant(_client, AIFunctionFactory.Create(string () => throw new InvalidOperationException("no light"), "look"));
        Assert.Equal("The tool said: Error: no light", await assistant.AskAsync("fake: tool=look", cancel: Cancel));
    }

    [Fact]
    public async Task AStreamHasACallOnceItIsComplete()
    {
        List<ChatResponseUpdate> updates = await ReadAsync("fake: tool=look args={\"a\":{\"b\":[true,null]}}", Tools("look"));
        FunctionCallContent call = Assert.Single(updates.SelectMany(update => update.Contents).OfType<FunctionCallContent>());
        Assert.Null(call.Exception);
        Assert.Equal("{\"b\":[true,null]}", ((JsonElement)call.Arguments!["a"]!).GetRawText());
        Assert.Equal(ChatFinishReason.ToolCalls, updates[^1].FinishReason);
    }

    [Fact]
    public async Task AToolModeThatNamesAnAbsentFunctionIsRefused()
    {
        ChatOptions options = Tools("look");
        options.ToolMode = ChatToolMode.RequireSpecific("go");
        PcaiException error = await Assert.ThrowsAsync<PcaiException>(() => _client.GetResponseAsync("x", options, Cancel));
        Assert.Contains("go", error.Message);
    }

    [Fact]
    public async Task OptionsReachTheLibrary()
    {
        ChatResponse response = await _client.GetResponseAsync("fake: tokens=9", new ChatOptions { MaxOutputTokens = 4 }, Cancel);
        Assert.Equal((4, ChatFinishReason.Length), (response.Usage!.OutputTokenCount, response.FinishReason));
        Assert.Equal("a ", (await _client.GetResponseAsync("fake: reply=a b", new ChatOptions { StopSequences = ["b"] }, Cancel)).Text);
        await Refuses(new ChatOptions { Temperature = -1 }, "temperature");
        await Refuses(new ChatOptions { TopP = 2 }, "top_p");
        await Refuses(new ChatOptions { TopK = -2 }, "top_k");
        await Refuses(new ChatOptions { FrequencyPenalty = float.NaN }, "frequency_penalty");
        await Refuses(new ChatOptions { PresencePenalty = float.NaN }, "presence_penalty");
        await Refuses(new ChatOptions { MaxOutputTokens = 0 }, "MaxOutputTokens");
        await Refuses(new ChatOptions { ModelId = "other" }, "ModelId");
        await Refuses(new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonDocument.Parse("[]").RootElement) }, "json_schema");
        Assert.Equal("You said: x", (await _client.GetResponseAsync("x", new ChatOptions { ModelId = "a" }, Cancel)).Text);
    }

    [Fact]
    public async Task ARequestOfTheLibraryGivesWhatTheOptionsLack()
    {
        var options = new ChatOptions { RawRepresentationFactory = _ => new Request { Logprobs = true } };
        List<ChatResponseUpdate> updates = await ReadAsync("fake: reply=a b", options);
        Assert.NotEmpty(updates.Select(update => update.RawRepresentation).OfType<GenerationEvent>().SelectMany(happened => happened.Logprobs));
    }

    [Fact]
    public async Task WhatIsNotHonouredIsTold()
    {
        var options = new ChatOptions { AdditionalProperties = new() { ["mirostat"] = 2 } };
        ChatResponse response = await _client.GetResponseAsync("fake: warn=too hot\nx", options, Cancel);
        var warnings = (IReadOnlyList<string>)response.AdditionalProperties![ModelExtensions.Warnings]!;
        Assert.Contains("mirostat", warnings[0]);
        Assert.Equal("too hot", warnings[1]);
        List<ChatResponseUpdate> updates = await ReadAsync("x", options);
        warnings = (IReadOnlyList<string>)updates[0].AdditionalProperties![ModelExtensions.Warnings]!;
        Assert.Contains("mirostat", Assert.Single(warnings));
        Assert.Null((await _client.GetResponseAsync("x", cancellationToken: Cancel)).AdditionalProperties);
    }

    [Fact]
    public async Task WhatCannotBeSentIsRefusedByName()
    {
        ChatMessage image = new(ChatRole.User, [new TextContent("What is this?"), new DataContent(new byte[4], "image/png")]);
        Assert.Contains("DataContent", (await Assert.ThrowsAsync<NotSupportedException>(() => _client.GetResponseAsync([image], null, Cancel))).Message);
        var search = new ChatOptions { Tools = [new HostedWebSearchTool()] };
        Assert.Contains("HostedWebSearchTool", (await Assert.ThrowsAsync<NotSupportedException>(() => _client.GetResponseAsync("x", search, Cancel))).Message);
        var conversation = new ChatOptions { ConversationId = "c1" };
        await Assert.ThrowsAsync<NotSupportedException>(() => _client.GetResponseAsync("x", conversation, Cancel));
    }

    [Fact]
    public async Task ACancelledTokenEndsTheCall()
    {
        using var cancel = new CancellationTokenSource();
        Task<ChatResponse> call = _client.GetResponseAsync("fake: prefill_ms=600000", cancellationToken: cancel.Token);
        while (_engine.GetStats().Running == 0) await Task.Delay(5, Cancel);
        cancel.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task ManyCallsAtOnceGetTheirOwnAnswers()
    {
        ChatResponse[] all = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => _client.GetResponseAsync("n" + i, cancellationToken: Cancel)));
        Assert.Equal(Enumerable.Range(0, 32).Select(i => "You said: n" + i), all.Select(response => response.Text));
    }

    [Fact]
    public void ServicesAreTheModelAndTheMetadata()
    {
        Assert.Same(_model, _client.GetService<Model>());
        Assert.Equal(("pcai", "a"), (_client.GetService<ChatClientMetadata>()!.ProviderName, _client.GetService<ChatClientMetadata>()!.DefaultModelId));
        Assert.Same(_client, _client.GetService<IChatClient>());
        Assert.Null(_client.GetService<string>());
        _client.Dispose();
        Assert.Equal(ModelState.Ready, _model.GetInfo().State);
    }

    private static ChatOptions Tools(string name) => new() { Tools = [AIFunctionFactory.Create(() => "", name)] };

    private async Task<List<ChatResponseUpdate>> ReadAsync(string prompt, ChatOptions? options = null)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (ChatResponseUpdate update in _client.GetStreamingResponseAsync(prompt, options, Cancel)) updates.Add(update);
        return updates;
    }

    private async Task Refuses(ChatOptions options, string field)
    {
        PcaiException error = await Assert.ThrowsAsync<PcaiException>(() => _client.GetResponseAsync("x", options, Cancel));
        Assert.StartsWith(field, error.Field);
    }
}
