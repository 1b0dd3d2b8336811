using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>
/// How long one attempt of a step may take, as durations. Draining has its own limits in spec.drain.
/// </summary>
public sealed record DatabaseUpgradeTimeouts
{
    /// <summary>One pass over all hosts and processes.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string Preflight { get; init => field = value ?? "10m"; } = "10m";

    /// <summary>Copying the package to one host, unpacking and checking it.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string Package { get; init => field = value ?? "1h"; } = "1h";

    /// <summary>Saving the configuration, and taking the whole backup.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string Backup { get; init => field = value ?? "12h"; } = "12h";

    /// <summary>Stopping an instance, swapping its program and starting it again.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string Swap { get; init => field = value ?? "10m"; } = "10m";

    /// <summary>Waiting until a started instance is healthy. spec.settle is added.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string Verify { get; init => field = value ?? "15m"; } = "15m";

    /// <summary>
    /// Promoting AutoFlags, and upgrading the SQL catalogue: as long the admin tool waits for the tablet server
    /// (--timeout_ms). After that the operator watches the catalogue for the same time until the server has ended.
    /// </summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string Finalize { get; init => field = value ?? "1h"; } = "1h";

    /// <summary>Waiting for the peer clusters of replication.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string Replication { get; init => field = value ?? "7d"; } = "7d";

    /// <summary>
    /// Raising the schedule limits after the upgrade. When this time is over, the limits keep their current values.
    /// </summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string TuneScheduling { get; init => field = value ?? "7d"; } = "7d";
}
