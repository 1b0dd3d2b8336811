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

    public V1ObjectReference InvolvedObject { get; init; } = new();

    /// <summary><c>Normal</c> or <c>Warning</c>.</summary>
    public string Type { get; init; } = "Normal";

    /// <summary>Stable machine-readable reason.</summary>
    public string Reason { get; init; } = "";

    /// <summary>A sentence, at most 1024 characters.</summary>
    public string Message { get; init; } = "";

    /// <summary>When it first happened.</summary>
    public DateTimeOffset? FirstTimestamp { get; init; }

    /// <summary>When it last happened.</summary>
    public DateTimeOffset? LastTimestamp { get; init; }

    /// <summary>How often it happened.</summary>
    public int? Count { get; init; }

    /// <summary>The reporting program (read by <c>kubectl</c>).</summary>
    public V1EventSource? Source { get; init; }

    /// <summary>The reporting program.</summary>
    public string? ReportingComponent { get; init; }

    /// <summary>The instance of the program.</summary>
    public string? ReportingInstance { get; init; }
}

/// <summary>The program that reports an event.</summary>
public sealed record V1EventSource
{
    /// <summary>Name of the program.</summary>
    public string? Component { get; init; }

    /// <summary>Host or pod it runs on.</summary>
    public string? Host { get; init; }
}
