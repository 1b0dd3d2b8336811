namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>An event of the core group, which 1.20 and current servers have and <c>kubectl describe</c>
/// shows.</summary>
[KubernetesEntity(ApiVersion = "v1", Kind = "Event", PluralName = "events")]
public sealed record CoreV1Event : IKubernetesObject
{
    public string ApiVersion { get; init; } = "v1";

    public string Kind { get; init; } = "Event";

    public V1ObjectMeta Metadata { get; init; } = new();

    public V1ObjectReference InvolvedObject { get; init; } = new();

    public string Type { get; init; } = "Normal";

    public string Reason { get; init; } = "";

    /// <summary>A sentence, at most 1024 characters.</summary>
    public string Message { get; init; } = "";

    public DateTimeOffset? FirstTimestamp { get; init; }

    public DateTimeOffset? LastTimestamp { get; init; }

    public int? Count { get; init; }

    public V1EventSource? Source { get; init; }

    public string? ReportingComponent { get; init; }

    public string? ReportingInstance { get; init; }
}

/// <summary>The program that reports an event.</summary>
public sealed record V1EventSource
{
    public string? Component { get; init; }

    public string? Host { get; init; }
}
