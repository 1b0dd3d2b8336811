namespace Drydock.Crds.OmsUpgrades;

/// <summary>How long one attempt of a step may take, by phase, as durations, for instance 90s, 10m, 1h30m.</summary>
public sealed record OmsUpgradeTimeouts
{
    /// <summary>One pass over all hosts and the metadata database.</summary>
    [PositiveDuration]
    public string Preflight { get; init => field = value ?? "10m"; } = "10m";

    /// <summary>Pulling or loading the image on one node.</summary>
    [PositiveDuration]
    public string PrepareImage { get; init => field = value ?? "1h"; } = "1h";

    /// <summary>Changing ha.config, or restarting oms_console once.</summary>
    [PositiveDuration]
    public string DisableHA { get; init => field = value ?? "10m"; } = "10m";

    /// <summary>Renaming one batch of projects that share their names.</summary>
    [PositiveDuration]
    public string RenameProjects { get; init => field = value ?? "10m"; } = "10m";

    /// <summary>Stopping one old container, including its grace period.</summary>
    [PositiveDuration]
    public string StopOld { get; init => field = value ?? "10m"; } = "10m";

    /// <summary>Waiting until no session uses the metadata databases before the dump. OMS is stopped
    /// meanwhile.</summary>
    [PositiveDuration]
    public string NoSessions { get; init => field = value ?? "5m"; } = "5m";

    /// <summary>Trimming the heartbeat table and the whole snapshot; also the test of the definitions before the
    /// downtime.</summary>
    [PositiveDuration]
    public string Backup { get; init => field = value ?? "4h"; } = "4h";

    /// <summary>Creating and starting one new container, until its supervisor answers.</summary>
    [PositiveDuration]
    public string StartNew { get; init => field = value ?? "15m"; } = "15m";

    /// <summary>Stopping oms_console on one node, or running the correction JAR once.</summary>
    [PositiveDuration]
    public string CorrectMetadata { get; init => field = value ?? "1h"; } = "1h";

    /// <summary>Running docker_init.sh once.</summary>
    [PositiveDuration]
    public string InitMetadata { get; init => field = value ?? "1h"; } = "1h";

    /// <summary>Waiting until components and hosts are healthy.</summary>
    [PositiveDuration]
    public string Verify { get; init => field = value ?? "30m"; } = "30m";

    /// <summary>Changing ha.config, or restarting oms_console once.</summary>
    [PositiveDuration]
    public string EnableHA { get; init => field = value ?? "15m"; } = "15m";

    /// <summary>Rollback: stopping one new container, including its grace period.</summary>
    [PositiveDuration]
    public string StopNew { get; init => field = value ?? "10m"; } = "10m";

    /// <summary>Rollback: the whole restore, including verification and comparison.</summary>
    [PositiveDuration]
    public string RestoreDatabases { get; init => field = value ?? "8h"; } = "8h";

    /// <summary>Rollback: starting one old container, until its components and hosts are healthy.</summary>
    [PositiveDuration]
    public string StartOld { get; init => field = value ?? "30m"; } = "30m";

    /// <summary>How long the operator watches stores and writers recover.</summary>
    [PositiveDuration]
    public string Settle { get; init => field = value ?? "20m"; } = "20m";
}
