using Drydock.Engine.Running;

namespace Drydock.Reconcilers.Oms;

/// <summary>Recompiles an upgrade plan after a run-once step whose outcome cannot be known, or that failed on data it
/// may have changed: the steps up to the backup stay done; then the new containers are stopped, the databases restored
/// from the verified snapshot, and everything from StartNew on is repeated, the correction on all its nodes.
/// Pure.</summary>
internal static class RedoPlanner
{
    private const string Note = "The plan was recompiled";
    private const string Repeated = "This step is repeated on the restored databases.";
    private const string AfterRestore = nameof(HighAvailabilityStaysOff) + "/restored";

    public static string? FindLost(Plan plan) => plan.Step(StepIds.Snapshot) is { State: StepState.Succeeded }
        ? plan.Steps.Find(IsLost)?.Id ?? plan.Guards.Find(IsVoid)?.Id
        : null;

    public static Plan Compile(OmsUpgradeSpec spec, Plan plan)
    {
        var lost = FindLost(plan)!;
        var again = After(plan, StepIds.Snapshot);

        // What their old containers did since they were stopped is undone by the restore.
        var stops = plan.Guards.Where(IsVoid).Select(g => StepIds.StopOld(g.Node!)).ToList();
        var steps = new List<PlanStep>();
        foreach (var step in plan.Steps.Where(s => s.Phase != OmsUpgradePhases.RestoreDatabases))
        {
            steps.Add(again.Contains(step.Id) ? Reset(step)
                : stops.Contains(step.Id) ? step.Repeated(Repeated) with { Facts = step.Facts }
                : step);
            if (step.Id == StepIds.Snapshot)
            {
                steps.AddRange(Restore(spec, plan, [StepIds.Snapshot, .. stops]));
            }
        }

        var guards = Guards(plan);
        return plan with
        {
            Steps = steps,
            Guards = guards,
            Hash = PlanHash.Compute(steps, guards),
            Notes =
            [
                .. plan.Notes.Where(n => !n.StartsWith(Note, StringComparison.Ordinal)),
                $"{Note}: after {lost} the databases are restored from the snapshot, and everything from StartNew "
                + "on "
                + "is repeated, on all nodes.",
            ],
        };
    }

    // A step whose command was lost after its time limit has no open attempt any more: a retry token reset it before an
    // observation showed the loss.
    private static bool IsLost(PlanStep step) => PlanProgress.IsOutcomeUnknown(step)
        || (step is { StartedAt: not null, State: StepState.Failed, Retry: RetryRule.RestoreFirst }
            && step.Reason != EngineReasons.StepTimeout)
        || step is { StartedAt: not null, State: StepState.Failed, RunOnce: true, Reason: Reasons.RestoreRequired };

    // Every step that waits for the step, directly or not.
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

    // The number of a run-once attempt is increased here, because the engine repeats one that has left no trace under
    // its old number.
    private static PlanStep Reset(PlanStep step) => step.Repeated(Repeated) with
    {
        After = [.. step.After.Select(a => a == StepIds.Snapshot ? RollbackIds.Restore : a)],
        Attempt = step is { RunOnce: true, Attempt: > 0 } ? step.Attempt + 1 : step.Attempt,
    };

    private static bool IsVoid(PlanGuard guard) => guard.Open() is { RestoreFirst: true };

    private static IEnumerable<PlanStep> Restore(OmsUpgradeSpec spec, Plan plan, List<string> after)
    {
        var snapshot = plan.Step(StepIds.Snapshot)!;
        var name = snapshot.Recorded(SnapshotReceipts.SnapshotKey)!;
        var databases = snapshot.As<TakeSnapshot>().Databases;
        var stops = new List<string>();
        foreach (var start in plan.Steps.Where(s => s.Is<StartContainer>()))
        {
            var container = start.As<StartContainer>().Container;
            stops.Add(RollbackIds.RestoreStop(start.Node!));
            yield return Step(
                stops[^1],
                start.Node,
                $"Stop {container} on {start.Node}",
                new StopContainer(container, container),
                after,
                attempts: 5);
        }

        yield return Step(
            RollbackIds.RestoreQuiesced,
            null,
            "Wait until no OMS host is connected to the metadata database",
            new AwaitNoSessions(databases, OmsPlanProgress.Hosts(plan), OnlyHosts: true),
            stops,
            attempts: 1);
        yield return Step(
            RollbackIds.Restore,
            null,
            $"Restore all databases from {name}",
            new RestoreDatabases(databases, name, snapshot.Recorded(SnapshotReceipts.SnapshotUidFact) ?? ""),
            [RollbackIds.RestoreQuiesced],
            attempts: 2) with
        {
            PointOfNoReturn = true,
        };

        // A restore inside an earlier repetition has left its own objects.
        PlanStep Step(
            string id, string? node, string title, IStepAction step, IEnumerable<string> after, int attempts) =>
            spec.Timeouts.Step(id, node, title, step, after, attempts) with
            {
                Attempt = plan.Step(id)?.Attempt ?? 0,
            };
    }

    private static List<PlanGuard> Guards(Plan plan)
    {
        var guards = plan.Guards
            .Where(g => !g.Id.StartsWith(RollbackGuards.NewPrefix, StringComparison.Ordinal) && g.Id != AfterRestore)
            .Select(g => g with { Violations = g.Violations.ConvertAll(v => v with { RestoreFirst = false }) })
            .ToList();
        foreach (var start in plan.Steps.Where(s => s.Is<StartContainer>()))
        {
            var (node, container) = (start.Node!, start.As<StartContainer>().Container);
            guards.Add(RollbackGuards.NewStays(
                node, container, container, RollbackIds.RestoreStop(node), StepIds.StartNew(node)));
        }

        // The row cannot be read while its database is being restored.
        var index = guards.FindIndex(g => g.Id == nameof(HighAvailabilityStaysOff));
        if (index >= 0)
        {
            var off = guards[index];
            guards[index] = off with { Until = RollbackIds.Restore };
            guards.Add(off with
            {
                Id = AfterRestore,
                From = [RollbackIds.Restore],
                Until = plan.Step(StepIds.EnableHA)?.Id
                    ?? plan.Steps.Find(s => s.Phase == OmsUpgradePhases.Settle)?.Id,
            });
        }

        return guards;
    }
}
