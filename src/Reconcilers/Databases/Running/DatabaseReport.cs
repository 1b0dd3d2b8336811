using System.Globalization;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>What a DatabaseRollingUpgrade reports beside what every run does. Pure.</summary>
internal sealed class DatabaseReport(DatabaseEngineSet engines) : IRunReport<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
{
    /// <inheritdoc />
    public DatabaseRollingUpgradeStatus Summarize(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status, PlanSlot slot, bool isDone) =>
        engines.Of(spec).Summarize(spec, status);

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
    public RunMilestones Milestones(DatabaseRollingUpgradeSpec spec) => engines.Of(spec).Milestones;

    /// <inheritdoc />
    public void AddConditions(ConditionSet conditions, DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        engines.Of(spec).AddConditions(conditions, status);

    /// <inheritdoc />
    public string Success(DatabaseRollingUpgradeStatus status) =>
        status.Elapsed is not { } elapsed ? ""
        : status.Estimate is { } estimate ? $", {elapsed} from the first process stopped to the last one verified (estimated {estimate})"
        : $", {elapsed} from the first process stopped to the last one verified";

    /// <inheritdoc />
    public string LeftBehind(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status)
    {
        var items = engines.Of(spec).LeftBehind(spec, status);
        var upgraded = status.Instances.Count(i => i.Version == spec.ToVersion);
        var processes = string.Create(CultureInfo.InvariantCulture, $"{upgraded} of {status.Instances.Count} processes run {spec.ToVersion}; the runbook goes on by hand from here");
        return items.Count == 0 ? processes : $"{processes}. {string.Join(". ", items.Select(i => i.Message))}";
    }
}
