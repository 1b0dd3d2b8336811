using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>
/// What the specs of DatabaseRollingUpgrade and the steps of its plans mean to a run. Until the first process is
/// stopped everything is undone.
/// </summary>
internal sealed class DatabaseWork(DatabaseEngineSet engines) : IRunWork<DatabaseRollingUpgradeSpec>
{
    /// <inheritdoc />
    public string IdentityHash(DatabaseRollingUpgradeSpec spec) => DatabaseIdentity.Of(spec);

    /// <inheritdoc />
    public string PreflightTimeout(DatabaseRollingUpgradeSpec spec) => spec.Timeouts.Preflight;

    /// <inheritdoc />
    public TimeSpan TimeoutOf(DatabaseRollingUpgradeSpec spec, PlanStep step) =>
        engines.Of(spec).TimeoutOf(spec, step);

    /// <summary>The engines' actions have names of their own: a plan is one engine's.</summary>
    public bool IsPastUndo(Plan plan) => engines.All.Any(e => e.IsPastUndo(plan));

    /// <inheritdoc />
    public bool Changed(Plan plan) => engines.All.Any(e => e.Changed(plan));

    /// <inheritdoc />
    public bool OnlyWaits(PlanStep step) => engines.All.Any(e => e.OnlyWaits(step));

    /// <inheritdoc />
    public string? HeldBy(PlanStep step) =>
        engines.All.Select(e => e.HeldBy(step)).FirstOrDefault(held => held is not null);
}
