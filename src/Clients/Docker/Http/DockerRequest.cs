namespace Drydock.Clients.Docker;

/// <summary>The description of one request.</summary>
internal sealed record DockerRequest(HttpMethod Method, string Path, string Operation)
{
    public Func<HttpContent>? Content { get; init; }

    /// <summary>Limit of a short call; null: the client's.</summary>
    public TimeSpan? Limit { get; init; }

    /// <summary>No time limit, as long as the engine answers pings.</summary>
    public bool Unlimited { get; init; }

    /// <summary>The secrets to be removed from the engine's error text.</summary>
    public SecretScrubber Secrets { get; init; } = SecretScrubber.None;

    /// <summary>The engine says <c>null</c> for an empty list.</summary>
    public bool NullIsEmpty { get; init; }

    public string? Name { get; init; }

    public AuthConfig? Auth { get; init; }

    /// <summary>The connection becomes a bidirectional byte stream once the engine has agreed (101).</summary>
    public bool Upgrades { get; init; }

    /// <summary>Whether the request can change state. If its answer is lost, the outcome is unknown, and it is never
    /// repeated.</summary>
    public bool ChangesSomething => Method != HttpMethod.Get && Method != HttpMethod.Head;

    public static DockerRequest Get(string path, string operation) => new(HttpMethod.Get, path, operation);

    public static DockerRequest Post(string path, string operation) => new(HttpMethod.Post, path, operation);
}

/// <summary>JSON request bodies, of known length.</summary>
internal static class JsonBody
{
    public static Func<HttpContent> Of<T>(T value, JsonTypeInfo<T> type)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, type);
        return () =>
        {
            var content = new ByteArrayContent(bytes);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            return content;
        };
    }
}
