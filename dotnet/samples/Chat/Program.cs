// A chat in the console: dotnet run MODEL [BACKEND]. Ctrl+C ends an answer, Ctrl+D the program.
using PcaiInference;

if (args.Length == 0)
{
    Console.Error.WriteLine("usage: Chat MODEL [BACKEND]");
    return 2;
}
try
{
    using var engine = new Engine(args.ElementAtOrDefault(1) ?? "auto");
    using Model model = await engine.LoadAsync(args[0]);
    Console.Error.WriteLine($"{model.GetInfo().Id}, by {Library.File}");
    var request = new Request { Temperature = 0 };
    while (Console.ReadLine() is { } line)
    {
        request.Messages.Add(Message.User(line));
        request.Messages.Add(Message.Assistant(await AnswerAsync(model, request)));
    }
    return 0;
}
catch (PcaiException error)
{
    Console.Error.WriteLine($"{error.Code}: {error.Message}");
    return 1;
}

static async Task<string> AnswerAsync(Model model, Request request)
{
    using var cancel = new CancellationTokenSource();
    ConsoleCancelEventHandler stop = (_, pressed) =>
    {
        pressed.Cancel = true;
        cancel.Cancel();
    };
    Console.CancelKeyPress += stop;
    string answer = "";
    try
    {
        await foreach (GenerationEvent piece in model.Stream(request, cancel.Token))
        {
            if (piece.Kind != EventKind.Text) continue;
            Console.Write(piece.Text);
            answer += piece.Text;
        }
    }
    catch (OperationCanceledException)
    {
        Console.Write(" …");
    }
    finally
    {
        Console.CancelKeyPress -= stop;
    }
    Console.WriteLine();
    return answer;
}
