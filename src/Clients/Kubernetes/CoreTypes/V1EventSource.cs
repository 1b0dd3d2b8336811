namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>Which program reports an event.</summary>
public sealed record V1EventSource
{
    /// <summary>Name of the program.</summary>
    public string? Component { get; init; }

    /// <summary>Host or pod it runs on.</summary>
    public string? Host { get; init; }
}
