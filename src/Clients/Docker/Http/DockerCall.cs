namespace Drydock.Clients.Docker;

/// <summary>One call through the package, with what the package has no parameter for. Its handler, and the connection
/// that carries it, find it here.</summary>
/// <param name="operation">What is done, for messages.</param>
internal sealed class DockerCall(string operation)
{
    private static readonly AsyncLocal<DockerCall?> Ambient = new();

    public static DockerCall? Current
    {
        get => Ambient.Value;
        set => Ambient.Value = value;
    }

    public string Operation => operation;

    public RequestTerms Terms { get; init; } = new();

    /// <summary>Whether it changes something: if its answer is lost, its outcome is unknown.</summary>
    public bool Changes { get; init; }

    /// <summary>The secrets to be removed from the engine's error text.</summary>
    public SecretScrubber Secrets { get; init; } = SecretScrubber.None;

    /// <summary>The name of the container to be created.</summary>
    public string? Name { get; init; }

    /// <summary>Credentials that the engine passes on to the registry.</summary>
    public AuthConfig? Auth { get; init; }

    public UploadStream? Upload { get; init; }

    /// <summary>Whether the answer has a JSON object a line.</summary>
    public bool HasLines { get; init; }

    /// <summary>For an attached command: the connection that is handed over to it.</summary>
    public AttachedConnection? Attached { get; init; }

    /// <summary>Without a limit of its own, a call ends when the engine answers no ping any more.</summary>
    public bool IsWatched => Terms.Limit == Timeout.InfiniteTimeSpan;

    public static RequestTerms Unlimited { get; } = new(Timeout.InfiniteTimeSpan);

    public static RequestTerms Streamed { get; } = new(Timeout.InfiniteTimeSpan, IsStreamed: true);
}
