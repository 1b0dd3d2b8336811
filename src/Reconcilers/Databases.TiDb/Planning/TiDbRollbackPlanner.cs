namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Compiles the rollback of a TiDB upgrade that has not stopped a process yet: leader_priority is restored.
/// Packages and files beside the current ones do no harm and are kept, as are the backup and the saved configuration.
/// Pure.</summary>
internal static class TiDbRollbackPlanner
{
    /// <summary>Why there is no rollback: from the first PD on the vendor promises none
    /// (docs/research/tidb.md#procedure). Null before that.</summary>
    public static string? Refusal(DatabaseRollingUpgradeSpec spec, Plan plan) => TiDbPlanTraits.IsPastUndo(plan)
        ? $"A rollback to {spec.FromVersion} is impossible: TiDB supports none once the first PD is stopped for the "
            + $"upgrade, and the cluster later refuses older versions. Continue to {spec.ToVersion} with a new "
            + "`retry` token. Data can only be restored from the backup, into a new cluster."
        : null;

    /// <summary>The plan; without steps if nothing was changed.</summary>
    /// <exception cref="InvalidOperationException">There is no rollback (<see cref="Refusal"/>).</exception>
    public static Plan Compile(DatabaseRollingUpgradeSpec spec, Plan done, IReadOnlyList<string> notes)
    {
        if (Refusal(spec, done) is { } refusal)
        {
            throw new InvalidOperationException(refusal);
        }

        var plan = new PlanBuilder();
        if (done.Steps.Find(s => s.Id == TiDbStepIds.ClearPriority) is { } cleared && PlanProgress.Begun(cleared))
        {
            var undo = cleared.As<SetLeaderPriorities>() with { Clear = false };
            var step = PlannedStep.Of(
                TiDbStepIds.UndoPriority,
                node: null,
                "Restore leader_priority of PD",
                undo,
                after: [],
                timeout: "",
                TiDbPlanner.Attempts);
            plan.Add(step with { Timeout = KubernetesDuration.Format(TiDbTimeouts.Of(spec, step)) });
        }

        foreach (var note in notes)
        {
            plan.Note(note);
        }

        plan.Note(
            $"No process was stopped: {spec.FromVersion} keeps running. "
            + $"The package in {spec.Package.Directory} and the "
            + $"configuration files named after {spec.ToVersion} stay beside the current ones. Remove them if you do "
            + "not need them.");
        return plan.Build();
    }
}
