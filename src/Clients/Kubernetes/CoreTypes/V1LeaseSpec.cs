using System.Text.Json.Serialization;
using Drydock.Clients.Kubernetes.Json;

namespace Drydock.Clients.Kubernetes.CoreTypes;

/// <summary>Content of a <see cref="V1Lease"/>.</summary>
public sealed record V1LeaseSpec
{
    /// <summary>Who holds it; null or empty if nobody.</summary>
    public string? HolderIdentity { get; init; }

    /// <summary>
    /// Seconds after <see cref="RenewTime"/> at which others may take it; null for a claim without expiry.
    /// </summary>
    public int? LeaseDurationSeconds { get; init; }

    /// <summary>When the holder took it.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? AcquireTime { get; init; }

    /// <summary>When the holder last renewed it.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? RenewTime { get; init; }

    /// <summary>How often it changed hands.</summary>
    public int? LeaseTransitions { get; init; }
}
