using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>The moments that matter for downtime and data.</summary>
public sealed record UpgradeTimes
{
    /// <summary>T1: the first old container was stopped, as the container itself reports it.</summary>
    public DateTimeOffset? T1 { get; init; }

    /// <summary>T2: high availability was enabled.</summary>
    public DateTimeOffset? T2 { get; init; }

    /// <summary>
    /// T3: the last new container was stopped on the way back, as the containers themselves report it.
    /// </summary>
    public DateTimeOffset? T3 { get; init; }

    /// <summary>When the former version ran again with its high availability, on the way back.</summary>
    public DateTimeOffset? RolledBackAt { get; init; }

    /// <summary>T2 minus T1, once both are known.</summary>
    [Length(SchemaLimits.Duration)]
    public string? Downtime { get; init; }
}
