using System;
using System.IO;
using System.Text.Json;
using System.Threading.Tasks;
using PcaiInference;
using Xunit;

/// <summary>One run with the model that PCAI_TEST_MODEL names.</summary>
public sealed class RealModelTests
{
    [Fact]
    public async Task TheDefaultModelAnswersAndFollowsASchema()
    {
        string? file = Environment.GetEnvironmentVariable("PCAI_TEST_MODEL");
        Assert.SkipWhen(file is null || !File.Exists(file), "PCAI_TEST_MODEL names no file");
        using var engine = new Engine();
        using Model model = await engine.LoadAsync(new ModelOptions(file!) { ContextLength = 1024 },
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("llama", model.GetInfo().Architecture);
        Request request = Request.Ask("Name a colour.");
        request.Temperature = 0;
        request.MaxTokens = 40;
        GenerateResult answer = await model.GenerateAsync(request, TestContext.Current.CancellationToken);
        Assert.NotEmpty(answer.Text);
        request.JsonSchema = "{\"type\":\"object\",\"properties\":{\"yes\":{\"type\":\"boolean\"}},\"required\":[\"yes\"],\"additionalProperties\":false}";
        answer = await model.GenerateAsync(request, TestContext.Current.CancellationToken);
        using JsonDocument json = JsonDocument.Parse(answer.Text);
        Assert.True(json.RootElement.GetProperty("yes").ValueKind is JsonValueKind.True or JsonValueKind.False);
    }
}
