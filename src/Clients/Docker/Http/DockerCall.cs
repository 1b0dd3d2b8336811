namespace Drydock.Clients.Docker.Http;

/// <summary>One request, described.</summary>
internal sealed record DockerCall(HttpMethod Method, string Path, string Operation)
{
    /// <summary>Makes the body; called once for each attempt.</summary>
    public Func<HttpContent>? Content { get; init; }

    /// <summary>Limit of a short call; null: the client's.</summary>
    public TimeSpan? Limit { get; init; }

    /// <summary>No limit: as long as the engine answers pings.</summary>
    public bool Unlimited { get; init; }

    /// <summary>What must be taken out of the engine's error text.</summary>
    public SecretScrubber Secrets { get; init; } = SecretScrubber.None;

    /// <summary>The container name asked for, for a name conflict.</summary>
    public string? Name { get; init; }

    /// <summary>Credentials for the registry.</summary>
    public AuthConfig? Auth { get; init; }

    /// <summary>The connection becomes a stream of bytes both ways once the engine has agreed (101).</summary>
    public bool Upgrades { get; init; }

    /// <summary>
    /// Whether it can change something: then a lost answer leaves its outcome open, and it is never repeated.
    /// </summary>
    public bool ChangesSomething => Method != HttpMethod.Get && Method != HttpMethod.Head;

    public static DockerCall Get(string path, string operation) => new(HttpMethod.Get, path, operation);

    public static DockerCall Post(string path, string operation) => new(HttpMethod.Post, path, operation);
}
