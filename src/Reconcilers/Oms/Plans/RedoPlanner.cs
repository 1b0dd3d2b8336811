using Drydock.Abstractions.Plans;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Planning;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Compiles an upgrade plan anew after a run-once step whose outcome cannot be known, or that failed on data it may
/// have changed: what was done up to the backup stays done; then the new containers are stopped, the databases restored
/// from the verified snapshot, and everything from StartNew on is done again, the correction on all its nodes. Pure.
/// </summary>
internal static class RedoPlanner
{
    /// <summary>The step that can go on only on restored data; null if none does.</summary>
    public static PlanStep? FindOutcomeUnknown(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Step(StepIds.Snapshot) is { State: StepState.Succeeded } ? plan.Steps.Find(IsOutcomeUnknown) : null;
    }

    /// <summary>The plan that goes on from the restored snapshot.</summary>
    public static Plan Compile(OmsUpgradeSpec spec, Plan plan)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(plan);
        var lost = FindOutcomeUnknown(plan)!;
        var again = After(plan, StepIds.Snapshot);
        var steps = new List<PlanStep>();
        foreach (var step in plan.Steps.Where(s => s.Phase != OmsUpgradePhases.RestoreDatabases))
        {
            steps.Add(again.Contains(step.Id) ? Reset(step) : step);
            if (step.Id == StepIds.Snapshot)
            {
                steps.AddRange(Restore(spec, plan));
            }
        }

        var guards = Guards(plan);
        return plan with
        {
            Steps = steps,
            Guards = guards,
            Hash = PlanHash.Compute(steps, guards),
            Notes = [.. plan.Notes.Where(n => !n.StartsWith(Note, StringComparison.Ordinal)), $"{Note}: after {lost.Id} the databases are restored from the snapshot and everything from StartNew on is done again, on all nodes"],
        };
    }

    private const string Note = "compiled anew";

    // A step whose command was lost after its time was over has no open attempt any more: a token gave it back before
    // the look showed the loss.
    private static bool IsOutcomeUnknown(PlanStep step) => PlanProgress.IsOutcomeUnknown(step)
        || (step is { StartedAt: not null, State: StepState.Failed, Retry: RetryRule.RestoreFirst } && step.Reason != EngineReasons.StepTimeout);

    // Whatever waits for the step, directly or not.
    private static HashSet<string> After(Plan plan, string id)
    {
        var found = new HashSet<string>(StringComparer.Ordinal) { id };
        foreach (var step in plan.Steps.Where(s => s.After.Exists(found.Contains)))
        {
            found.Add(step.Id);
        }

        found.Remove(id);
        return found;
    }

    // The number of a run-once attempt goes up here, because the engine repeats one that has left no trace under its
    // old number.
    private static PlanStep Reset(PlanStep step) => step with
    {
        After = [.. step.After.Select(a => a == StepIds.Snapshot ? RollbackIds.Restore : a)],
        State = StepState.Pending,
        Attempt = step is { RunOnce: true, Attempt: > 0 } ? step.Attempt + 1 : step.Attempt,
        Tries = 0,
        StartedAt = null,
        FinishedAt = null,
        Reason = null,
        Message = "to be done again on the restored databases",
        Receipt = null,
        Facts = null,
        NotTakenSince = null,
        OutputRef = null,
    };

    private static IEnumerable<PlanStep> Restore(OmsUpgradeSpec spec, Plan plan)
    {
        var snapshot = plan.Step(StepIds.Snapshot)!;
        var stops = new List<string>();
        foreach (var start in plan.Steps.Where(s => s.Action == OmsActions.StartContainer))
        {
            var container = start.Parameters["container"];
            stops.Add(RollbackIds.RestoreStop(start.Node!));
            yield return Step(spec, plan, stops[^1], OmsActions.StopContainer, start.Node, $"stop {container} on {start.Node}", [StepIds.Snapshot], 5, [("container", container), ("name", container)]);
        }

        yield return Step(spec, plan, RollbackIds.RestoreQuiesced, OmsActions.AwaitNoSessions, null, "no OMS connection left in the metadata database", stops, 1,
            [("databases", snapshot.Parameters["databases"]), ("hosts", plan.Step(StepIds.Quiesced)?.Parameters["hosts"] ?? "")]);
        yield return Step(spec, plan, RollbackIds.Restore, OmsActions.RestoreDatabases, null, $"restore all databases from {snapshot.Recorded(TakeSnapshot.SnapshotKey)}", [RollbackIds.RestoreQuiesced], 2,
        [
            ("databases", snapshot.Parameters["databases"]),
            ("snapshot", snapshot.Recorded(TakeSnapshot.SnapshotKey)!),
            ("snapshotUid", snapshot.Recorded(TakeSnapshot.SnapshotUidFact) ?? ""),
        ]);
    }

    private static PlanStep Step(OmsUpgradeSpec spec, Plan plan, string id, string action, string? node, string title, List<string> after, int attempts, (string Key, string Value)[] parameters) => new()
    {
        Id = id,
        Phase = OmsUpgradePhases.RestoreDatabases,
        Node = node,
        Title = title,
        After = [.. after],
        Action = action,
        Parameters = new SortedDictionary<string, string>(parameters.ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal), StringComparer.Ordinal),
        Timeout = spec.Timeouts.Of(OmsUpgradePhases.RestoreDatabases),
        MaxAttempts = attempts,

        // A restore inside an earlier repetition has left its own objects.
        Attempt = plan.Step(id)?.Attempt ?? 0,
    };

    private static List<PlanGuard> Guards(Plan plan)
    {
        var guards = plan.Guards.Where(g => !g.Id.StartsWith("NewStaysStopped/", StringComparison.Ordinal) && g.Id != AfterRestore).ToList();
        foreach (var start in plan.Steps.Where(s => s.Action == OmsActions.StartContainer))
        {
            guards.Add(RollbackGuards.Stays("New", start.Node!, start.Parameters["container"], start.Parameters["container"], RollbackIds.RestoreStop(start.Node!), StepIds.StartNew(start.Node!)));
        }

        // The row cannot be read while its database is being restored.
        var index = guards.FindIndex(g => g.Id == OmsGuards.HighAvailabilityStaysOff);
        if (index >= 0)
        {
            var off = guards[index];
            guards[index] = off with { Until = RollbackIds.Restore };
            guards.Add(off with { Id = AfterRestore, From = [RollbackIds.Restore], Until = plan.Step(StepIds.EnableHA) is null ? null : StepIds.EnableHA });
        }

        return guards;
    }

    private const string AfterRestore = OmsGuards.HighAvailabilityStaysOff + "/restored";
}
