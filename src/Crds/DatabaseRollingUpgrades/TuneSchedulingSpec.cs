using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>
/// Raising the schedule limits after the upgrade: merge 2, 4, 8, then replica 16. May take days, and never fails the
/// upgrade.
/// </summary>
public sealed record TuneSchedulingSpec
{
    /// <summary>False leaves the limits as LimitMerging set them.</summary>
    // Not init: source-generated JSON would lose the default where the field is absent.
    public bool Enabled { get; set; } = true;

    /// <summary>How long the number of regions must keep still before the next raise. Duration.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string StableFor { get; init => field = value ?? "30m"; } = "30m";

    /// <summary>merge-schedule-limit at the end.</summary>
    [Range(0, 64)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int MergeScheduleLimit { get; set; } = 8;

    /// <summary>replica-schedule-limit at the end.</summary>
    [Range(1, 256)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int ReplicaScheduleLimit { get; set; } = 16;

    /// <summary>
    /// A rise of tikvclient_backoff_count by more than so many in a minute stops the raising where it is.
    /// </summary>
    [Range(1, 1000000)]
    // Not init: source-generated JSON would lose the default where the field is absent.
    public int MaxBackoffPerMinute { get; set; } = 1000;
}
