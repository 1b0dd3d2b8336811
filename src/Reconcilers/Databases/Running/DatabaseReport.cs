using System.Globalization;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Databases.Yugabyte;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>What a DatabaseRollingUpgrade reports beside what every run does. Pure.</summary>
internal sealed class DatabaseReport : IRunReport<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
{
    /// <inheritdoc />
    public DatabaseRollingUpgradeStatus Summarize(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status, PlanSlot slot, bool isDone) =>
        spec.Engine.Choose(() => TiDbStatus.Compose(status, spec), () => YugabyteStatus.Compose(status, spec));

    /// <inheritdoc />
    public DatabaseRollingUpgradeStatus Forget(DatabaseRollingUpgradeStatus status) => status with
    {
        Elapsed = null,
        SnapshotRef = null,
        ConfigurationRef = null,
        AutoFlagsConfigBefore = null,
        AutoFlagsConfig = null,
        PausedReplication = [],
    };

    /// <inheritdoc />
    public RunMilestones Milestones(DatabaseRollingUpgradeSpec spec) => DatabaseMilestones.Of(spec);

    /// <inheritdoc />
    public void AddConditions(ConditionSet conditions, DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status)
    {
        ArgumentNullException.ThrowIfNull(conditions);
        if (spec.Engine.Choose(tidb: () => false, yugabyte: () => true))
        {
            var paused = status.PausedReplication;
            conditions.Set(
                ConditionTypes.ReplicationPaused,
                paused.Count > 0,
                paused.Count > 0 ? Reasons.ReplicationPaused : Reasons.NotNeeded,
                paused.Count > 0 ? $"paused by this upgrade: {string.Join(", ", paused)}" : "no replication is paused by this upgrade");
        }
    }

    /// <inheritdoc />
    public string Success(DatabaseRollingUpgradeStatus status) =>
        status.Elapsed is not { } elapsed ? ""
        : status.Estimate is { } estimate ? $", {elapsed} from the first process stopped to the last one verified (estimated {estimate})"
        : $", {elapsed} from the first process stopped to the last one verified";

    /// <inheritdoc />
    public string LeftBehind(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status)
    {
        var items = spec.Engine.Choose(() => TiDbStatus.LeftBehind(spec, status), () => YugabyteStatus.LeftBehind(spec, status));
        var upgraded = status.Instances.Count(i => i.Version == spec.ToVersion);
        var processes = string.Create(CultureInfo.InvariantCulture, $"{upgraded} of {status.Instances.Count} processes run {spec.ToVersion}; the runbook goes on by hand from here");
        return items.Count == 0 ? processes : $"{processes}. {string.Join(". ", items.Select(i => i.Message))}";
    }
}
