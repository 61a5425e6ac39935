// Asks a model that may call a function: dotnet run MODEL QUESTION [BACKEND].
using Microsoft.Extensions.AI;
using PcaiInference;

using var engine = new Engine(args.ElementAtOrDefault(2) ?? "auto");
using Model model = await engine.LoadAsync(args[0]);
AIFunction weather = AIFunctionFactory.Create((string city) => $"Rain in {city}.", "get_weather", "The weather of a city.");
var assistant = new Assistant(model.AsIChatClient(), weather);
await assistant.AskAsync(args[1], Console.Write);
Console.WriteLine();
