using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>How long one attempt of a step may take, by phase. Durations, for instance 90s, 10m, 1h30m.</summary>
public sealed record OmsUpgradeTimeouts
{
    /// <summary>One pass over all hosts and the metadata database.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string Preflight { get; init => field = value ?? "10m"; } = "10m";

    /// <summary>Pull or load of the image on one node.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string PrepareImage { get; init => field = value ?? "1h"; } = "1h";

    /// <summary>Changing ha.config, or one restart of oms_console.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string DisableHA { get; init => field = value ?? "10m"; } = "10m";

    /// <summary>Renaming one batch of projects that share their names.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string RenameProjects { get; init => field = value ?? "10m"; } = "10m";

    /// <summary>Stopping one old container, its grace included.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string StopOld { get; init => field = value ?? "10m"; } = "10m";

    /// <summary>Trimming, and the whole snapshot.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string Backup { get; init => field = value ?? "4h"; } = "4h";

    /// <summary>Creating and starting one new container, until its supervisor answers.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string StartNew { get; init => field = value ?? "15m"; } = "15m";

    /// <summary>Stopping oms_console on one node, or one run of the correction JAR.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string CorrectMetadata { get; init => field = value ?? "1h"; } = "1h";

    /// <summary>One run of docker_init.sh.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string InitMetadata { get; init => field = value ?? "1h"; } = "1h";

    /// <summary>Until components and hosts are healthy.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string Verify { get; init => field = value ?? "30m"; } = "30m";

    /// <summary>Changing ha.config, or one restart of oms_console.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string EnableHA { get; init => field = value ?? "15m"; } = "15m";

    /// <summary>Stopping one new container on the way back, its grace included.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string StopNew { get; init => field = value ?? "10m"; } = "10m";

    /// <summary>The whole restore on the way back, verification and comparison included.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string RestoreDatabases { get; init => field = value ?? "8h"; } = "8h";

    /// <summary>Starting one old container on the way back, until its components and hosts are healthy.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string StartOld { get; init => field = value ?? "30m"; } = "30m";

    /// <summary>How long stores and writers are watched to recover.</summary>
    [Length(SchemaLimits.Duration, Minimum = 2)]
    [Pattern(Patterns.PositiveDuration)]
    public string Settle { get; init => field = value ?? "20m"; } = "20m";
}
