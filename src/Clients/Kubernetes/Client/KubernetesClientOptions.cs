namespace Drydock.Clients.Kubernetes.Client;

/// <summary>Limits and names of a <see cref="KubernetesClient"/>.</summary>
public sealed record KubernetesClientOptions
{
    /// <summary>Owner of fields written by this process.</summary>
    public string FieldManager { get; init; } = "drydock";

    /// <summary>Sent with every request.</summary>
    public string UserAgent { get; init; } = "drydock";

    /// <summary>How long one attempt of a request other than a watch may take.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long connecting may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// An HTTP/2 connection silent for this long is pinged, so that a half-open one is detected while watches are idle
    /// and before a lease is lost because of it.
    /// </summary>
    public TimeSpan PingDelay { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>A ping without an answer for this long ends the connection.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Maximum length of an answer in bytes: many times the size of one object in an API server.</summary>
    public int MaxAnswerBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Maximum length of a watch event in bytes.</summary>
    public int MaxWatchLineBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>How often a read is retried after a transient failure.</summary>
    public int ReadRetries { get; init; } = 4;

    /// <summary>First pause between attempts; doubles, with jitter, up to <see cref="MaxRetryDelay"/>.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest pause between attempts, also when the server asks for a longer one.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(10);
}
