using Drydock.Abstractions.Entities;

namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>
/// An event of the core group, which 1.20 and current servers have and <c>kubectl describe</c> shows.
/// </summary>
[KubernetesEntity(ApiVersion = "v1", Kind = "Event", PluralName = "events")]
public sealed record CoreV1Event : IKubernetesObject
{
    /// <inheritdoc />
    public string ApiVersion { get; init; } = "v1";

    /// <inheritdoc />
    public string Kind { get; init; } = "Event";

    /// <inheritdoc />
    public V1ObjectMeta Metadata { get; init; } = new();

    /// <summary>What it is about.</summary>
    public V1ObjectReference InvolvedObject { get; init; } = new();

    /// <summary><c>Normal</c> or <c>Warning</c>.</summary>
    public string Type { get; init; } = "Normal";

    /// <summary>Stable machine word.</summary>
    public string Reason { get; init; } = "";

    /// <summary>A sentence for people, at most 1024 characters.</summary>
    public string Message { get; init; } = "";

    /// <summary>When it first happened.</summary>
    public DateTimeOffset? FirstTimestamp { get; init; }

    /// <summary>When it last happened.</summary>
    public DateTimeOffset? LastTimestamp { get; init; }

    /// <summary>How often it happened.</summary>
    public int? Count { get; init; }

    /// <summary>Which program says so (read by <c>kubectl</c>).</summary>
    public V1EventSource? Source { get; init; }

    /// <summary>Which program says so.</summary>
    public string? ReportingComponent { get; init; }

    /// <summary>Which instance of it.</summary>
    public string? ReportingInstance { get; init; }
}
