using System.Text.Json.Nodes;
using Drydock.Lab;

namespace Drydock.Tests.Integration.Cli;

/// <summary>Reads server-sent events, as a browser does.</summary>
internal sealed class EventReader : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private EventReader(HttpResponseMessage response, StreamReader lines)
    {
        _response = response;
        _lines = lines;
    }

    public static async Task<EventReader> OpenAsync(HttpClient http, string path, CancellationToken cancellationToken)
    {
        var response = await http.GetAsync(
            new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        return new EventReader(response, new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken)));
    }

    /// <summary>The media type of the answer.</summary>
    public string? MediaType => _response.Content.Headers.ContentType?.MediaType;

    /// <summary>The content of the next event with a name for which a condition is true.</summary>
    public async Task<JsonNode> NextAsync(
        string name, Func<JsonNode, bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await LineAsync($"event: {name}", cancellationToken) is not null
                && await _lines.ReadLineAsync(cancellationToken) is { } data
                && JsonNode.Parse(data["data: ".Length..])! is var content && condition(content))
            {
                return content;
            }
        }
    }

    /// <summary>Reads up to a line.</summary>
    public async Task<string?> LineAsync(string expected, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Deadline.Default);
        while (await _lines.ReadLineAsync(limit.Token) is { } line)
        {
            if (line == expected)
            {
                return line;
            }
        }

        throw new InvalidOperationException($"The stream ended before '{expected}'.");
    }

    public ValueTask DisposeAsync()
    {
        _lines.Dispose();
        _response.Dispose();
        return ValueTask.CompletedTask;
    }
}
