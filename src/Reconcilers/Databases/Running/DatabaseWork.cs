using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Databases.Yugabyte;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>What the specs of DatabaseRollingUpgrade and the steps of its plans mean to a run. Until the first process is stopped everything is undone.</summary>
internal sealed class DatabaseWork : IRunWork<DatabaseRollingUpgradeSpec>
{
    /// <inheritdoc />
    public string IdentityHash(DatabaseRollingUpgradeSpec spec) => DatabaseIdentity.Of(spec);

    /// <inheritdoc />
    public string PreflightTimeout(DatabaseRollingUpgradeSpec spec) => spec.Timeouts.Preflight;

    /// <inheritdoc />
    public TimeSpan TimeoutOf(DatabaseRollingUpgradeSpec spec, PlanStep step) =>
        spec.Engine.Choose(() => TiDbWork.TimeoutOf(spec, step), () => YugabyteWork.TimeoutOf(spec, step));

    /// <summary>The engines' actions have names of their own: a plan is one engine's.</summary>
    public bool IsPastUndo(Plan plan) => TiDbWork.IsPastUndo(plan) || YugabyteWork.IsPastUndo(plan);

    /// <inheritdoc />
    public bool Changed(Plan plan) => TiDbWork.Changed(plan) || YugabyteWork.Changed(plan);

    /// <inheritdoc />
    public bool OnlyWaits(PlanStep step) => TiDbWork.OnlyWaits(step) || YugabyteWork.OnlyWaits(step);

    /// <inheritdoc />
    public string? HeldBy(PlanStep step) => YugabyteWork.HeldBy(step);
}
