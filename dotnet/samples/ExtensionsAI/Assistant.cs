// Knows Microsoft.Extensions.AI only, and works with any IChatClient.
using Microsoft.Extensions.AI;

/// <summary>A chat whose functions are called until the model has an answer.</summary>
public sealed class Assistant(IChatClient client, params AIFunction[] functions)
{
    private const int MaxRounds = 8;

    private readonly ChatOptions _options = new() { Tools = [.. functions], Temperature = 0 };

    /// <summary>All messages so far.</summary>
    public List<ChatMessage> History { get; } = [];

    /// <summary>The answer; functions are called on the way.</summary>
    public async Task<string> AskAsync(string question, Action<string>? onText = null, CancellationToken cancel = default)
    {
        History.Add(new ChatMessage(ChatRole.User, question));
        for (int round = 0; round < MaxRounds; round++)
        {
            var updates = new List<ChatResponseUpdate>();
            await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync(History, _options, cancel))
            {
                updates.Add(update);
                if (update.Text.Length > 0) onText?.Invoke(update.Text);
            }
            ChatResponse response = updates.ToChatResponse();
            History.AddMessages(response);
            FunctionCallContent[] calls = response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().ToArray();
            if (calls.Length == 0) return response.Text;
            foreach (FunctionCallContent call in calls) History.Add(new ChatMessage(ChatRole.Tool, [await CallAsync(call, cancel)]));
        }
        throw new InvalidOperationException($"no answer after {MaxRounds} rounds of function calls");
    }

    private async Task<FunctionResultContent> CallAsync(FunctionCallContent call, CancellationToken cancel)
    {
        AIFunction? function = functions.FirstOrDefault(function => function.Name == call.Name);
        if (function is null) return new FunctionResultContent(call.CallId, $"There is no function {call.Name}.");
        try
        {
            return new FunctionResultContent(call.CallId, await function.InvokeAsync(new AIFunctionArguments(call.Arguments), cancel));
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return new FunctionResultContent(call.CallId, "Error: " + error.Message);
        }
    }
}
