using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.AI;

namespace PcaiInference;

/// <summary>A model as an IChatClient. Keeps no state between calls, so any thread may call any method.</summary>
internal sealed class PcaiChatClient : IChatClient
{
    private readonly Model _model;
    private readonly ChatClientMetadata _metadata;

    public PcaiChatClient(Model model)
    {
        _model = model;
        _metadata = new ChatClientMetadata("pcai", providerUri: null, model.GetInfo().Id);
    }

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var updates = new List<ChatResponseUpdate>();
        var warnings = new List<string>();
        await foreach (ChatResponseUpdate update in GetStreamingResponseAsync(messages, options, cancellationToken).ConfigureAwait(false))
        {
            if (update.AdditionalProperties?[ModelExtensions.Warnings] is IReadOnlyList<string> told) warnings.AddRange(told);
            else updates.Add(update);
        }
        ChatResponse response = updates.ToChatResponse();
        response.RawRepresentation = updates[updates.Count - 1].RawRepresentation;
        if (warnings.Count > 0) response.AdditionalProperties = new() { [ModelExtensions.Warnings] = warnings };
        return response;
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages,
        ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (messages is null) throw new ArgumentNullException(nameof(messages));
        var request = new ChatRequest(this, _metadata.DefaultModelId!, messages, options);
        var answer = new ChatAnswer(_metadata.DefaultModelId!, oneCall: options?.AllowMultipleToolCalls == false);
        if (request.Warnings.Count > 0) yield return answer.Warn(request.Warnings);
        GenerationStream.Enumerator events = _model.Stream(request.Request, cancellationToken).GetAsyncEnumerator(CancellationToken.None);
        try
        {
            while (!answer.Ended && await events.MoveNextAsync().ConfigureAwait(false))
            {
                foreach (ChatResponseUpdate update in answer.Take(events.Current, events.Result)) yield return update;
            }
        }
        finally
        {
            await events.DisposeAsync().ConfigureAwait(false);
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        if (serviceType is null) throw new ArgumentNullException(nameof(serviceType));
        if (serviceKey is not null) return null;
        if (serviceType == typeof(ChatClientMetadata)) return _metadata;
        if (serviceType.IsInstanceOfType(this)) return this;
        return serviceType.IsInstanceOfType(_model) ? _model : null;
    }

    public void Dispose()
    {
        // the model is the caller's
    }
}
