using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>How leaders are moved away from an instance before it is stopped.</summary>
public sealed record DrainSpec
{
    /// <summary>
    /// How long leaders may take to leave. Duration. tidb-ansible waits 180s; a large TiKV may need hours.
    /// </summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string Timeout { get; init => field = value ?? "10m"; } = "10m";

    /// <summary>
    /// Fail: an instance that keeps leaders is not stopped. Proceed: it is stopped all the same, as tidb-ansible and
    /// YBA do; the plan and status say so.
    /// </summary>
    public DrainTimeoutPolicy OnTimeout { get; init; }
}
