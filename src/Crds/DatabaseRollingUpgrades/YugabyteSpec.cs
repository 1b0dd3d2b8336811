using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>What only YugabyteDB and BMDB have.</summary>
public sealed record YugabyteSpec
{
    /// <summary>The preset of names.</summary>
    public YugabyteDialect Dialect { get; init; }

    /// <summary>Names that differ from the preset.</summary>
    public YugabyteNames Names { get; init => field = value ?? new(); } = new();

    /// <summary>
    /// The highest class of AutoFlags that is promoted. External is what promote_auto_flags without a class does.
    /// </summary>
    public AutoFlagClass PromoteClass { get; init; }

    /// <summary>Replication with other clusters.</summary>
    public ReplicationSpec Replication { get; init => field = value ?? new(); } = new();

    /// <summary>How it is found out which PostgreSQL extensions are in use.</summary>
    public YugabyteSqlSpec Sql { get; init => field = value ?? new(); } = new();

    /// <summary>
    /// How large the clocks' differences between servers may be. Duration; YugabyteDB's own bound is 500ms.
    /// </summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string MaxClockSkew { get; init => field = value ?? "250ms"; } = "250ms";

    /// <summary>How far followers may lag when the next server is stopped. Duration.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string MaxFollowerLag { get; init => field = value ?? "1m"; } = "1m";

    /// <summary>
    /// Pause between two attempts of the catalogue upgrade after a catalogue-version mismatch. Duration.
    /// </summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string CatalogRetryPause { get; init => field = value ?? "1m"; } = "1m";
}
