using Drydock.Abstractions.Plans;
using Drydock.Abstractions.Values;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Planning;
using Phases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Compiles what undoes a TiDB upgrade of which no process was stopped yet: leader_priority is given back. Packages and
/// files that lie beside the present ones disturb nobody and stay, the backup and the saved configuration too. Pure.
/// </summary>
internal static class TiDbRollbackPlanner
{
    private const int Attempts = 5;

    /// <summary>The plan; without steps if nothing was changed.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="done">The plan with what has come of it.</param>
    /// <param name="notes">What the reader must know beside it.</param>
    /// <exception cref="InvalidOperationException">There is no way back (<see cref="TiDbRollback.Obstacle"/>): a defect
    /// of whoever asks.</exception>
    public static Plan Compile(DatabaseRollingUpgradeSpec spec, Plan done, IReadOnlyList<string> notes)
    {
        ArgumentNullException.ThrowIfNull(done);
        ArgumentNullException.ThrowIfNull(notes);
        if (TiDbRollback.Obstacle(spec, done) is { } obstacle)
        {
            throw new InvalidOperationException(obstacle);
        }

        var plan = new PlanBuilder();
        if (done.Steps.Find(s => s.Id == TiDbStepIds.ClearPriority) is { } cleared && TiDbWork.IsBegun(cleared))
        {
            const string Id = Phases.Undo + "/restore-leader-priority";
            plan.Add(new PlanStep
            {
                Id = Id,
                Phase = Phases.Undo,
                Title = "leader_priority of PD as before",
                Action = TiDbActions.SetLeaderPriorities,
                Parameters = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["priorities"] = cleared.Parameters["priorities"] },
                Timeout = KubernetesDuration.Format(TiDbTimeouts.Of(spec, Phases.Undo, Id)),
                MaxAttempts = Attempts,
            });
        }

        foreach (var note in notes)
        {
            plan.Note(note);
        }

        plan.Note($"no process was stopped: {spec.FromVersion} runs on. The package in {spec.Package.Directory} and configuration files named after {spec.ToVersion} stay beside the present ones; remove them by hand if they are not wanted");
        return plan.Build();
    }
}
