using Phases = Drydock.Crds.OmsUpgrades.OmsUpgradePhases;

namespace Drydock.Reconcilers.Oms;

/// <summary>Recompiles an upgrade plan after a run-once step whose outcome cannot be known, or that failed on data it
/// may have changed: the steps up to the backup stay done; then the new containers are stopped, the databases restored
/// from the verified snapshot, and everything from StartNew on is repeated, the correction on all its nodes.
/// Pure.</summary>
internal sealed class OmsRedo : IRunRedo
{
    private const string Note = "The plan was recompiled";
    private const string Repeated = "This step is repeated on the restored databases.";
    private const string AfterRestore = nameof(HighAvailabilityStaysOff) + "/restored";

    public string Phase => Phases.RestoreDatabases;

    public string? FindLost(PlanProgress plan) => plan.Step<TakeSnapshot>() is { State: StepState.Succeeded }
        ? plan.Steps.Find(IsLost)?.Id ?? plan.Guards.Find(IsVoid)?.Id
        : null;

    public string Describe(string lost, PlanProgress plan) =>
        $"After {lost} the run continues only on restored data, so the plan was compiled again "
        + $"({Word.Prefix(plan.Hash)}). The new containers are stopped, the snapshot is restored, and everything from "
        + $"{Phases.StartNew} on is repeated.";

    public PlanProgress Compile(RunSpec spec, PlanProgress plan)
    {
        var lost = FindLost(plan)!;
        var snapshot = plan.Step<TakeSnapshot>()!.Id;
        var again = After(plan, snapshot);

        // What their old containers did since they were stopped is undone by the restore.
        var stops = OmsPlanProgress.Stops(plan)
            .Where(s => plan.Guards.Exists(g => IsVoid(g) && g.Node == s.Node))
            .Select(s => s.Id)
            .ToList();

        // A restore inside an earlier repetition has left its own objects.
        var restore = new RestoreSteps((OmsUpgradeSpec)spec, plan, [snapshot, .. stops]).Built.Steps
            .Select(s => new Step(s, new StepRecord { Attempt = plan.Step(s.Id)?.Attempt ?? 0 }))
            .ToList();
        var steps = new List<Step>();
        foreach (var step in plan.Steps.Where(s => s.Phase != Phases.RestoreDatabases))
        {
            steps.Add(again.Contains(step.Id) ? Reset(step, snapshot, restore[^1].Id)
                : stops.Contains(step.Id)
                ? step with { Record = step.Record.Repeated(Repeated) with { Facts = step.Facts } }
                : step);
            if (step.Id == snapshot)
            {
                steps.AddRange(restore);
            }
        }

        var guards = Guards(plan, restore);
        var compiled = plan.Plan with
        {
            Number = 0,
            Kind = PlanKind.Redo,
            Why = $"After {lost} the run continues only on restored data.",
            Repeats = plan.Hash,
            Notes =
            [
                .. plan.Notes.Where(n => !n.StartsWith(Note, StringComparison.Ordinal)),
                $"{Note}: after {lost} the databases are restored from the snapshot, and everything from StartNew on "
                + "is repeated, on all nodes.",
            ],
        };
        return PlanProgress.Of(compiled, steps, guards);
    }

    // A step whose command was lost after its time limit has no open attempt any more: a retry reset it before an
    // observation showed the loss.
    private static bool IsLost(Step step) => step.IsOutcomeUnknown()
        || (step is { StartedAt: not null, State: StepState.Failed, Planned.Retry: RetryRule.RestoreFirst }
            && step.Reason != EngineReasons.StepTimeout)
        || step is { StartedAt: not null, State: StepState.Failed, RunOnce: true, Reason: Reasons.RestoreRequired };

    private static bool IsVoid(Guard guard) => guard.Record.Open is { RestoreFirst: true };

    // Every step that waits for the step, directly or not.
    private static HashSet<string> After(PlanProgress plan, string id)
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
    // its old number. One without a receipt has left none: it was accepted, or a former reset gave it its number.
    private static Step Reset(Step step, string snapshot, string restore) => new(
        step.Planned with { After = step.After.ConvertAll(a => a == snapshot ? restore : a) },
        step.Record.Repeated(Repeated) with
        {
            Attempt = step is { RunOnce: true, Receipt: not null } ? step.Attempt + 1 : step.Attempt,
        });

    private static List<Guard> Guards(PlanProgress plan, List<Step> restore)
    {
        var guards = plan.Guards
            .Where(g => !g.Id.StartsWith(ContainerStaysStopped.NewPrefix, StringComparison.Ordinal)
                && g.Id != AfterRestore)
            .Select(g => g with
            {
                Record = g.Record with
                {
                    Violations = g.Record.Violations.ConvertAll(v => v with { RestoreFirst = false }),
                },
            })
            .ToList();
        foreach (var start in plan.Steps.Where(s => s.Is<StartContainer>()))
        {
            var (node, container) = (start.Node!, start.As<StartContainer>().Container);
            var stop = restore.First(s => s.Node == node).Id;
            guards.Add(new Guard(ContainerStaysStopped.New(node, container, stop, start.Id), GuardRecord.None));
        }

        // The row cannot be read while its database is being restored.
        var index = guards.FindIndex(g => g.Id == nameof(HighAvailabilityStaysOff));
        if (index >= 0)
        {
            var off = guards[index];
            guards[index] = off with { Planned = off.Planned with { Until = restore[^1].Id } };
            guards.Add(off with
            {
                Planned = off.Planned with
                {
                    Id = AfterRestore,
                    From = [restore[^1].Id],
                    Until = plan.First(Phases.EnableHA)?.Id ?? plan.First(Phases.Settle)?.Id,
                },
            });
        }

        return guards;
    }

    // Unlike a rollback it takes no dump, and leaves high availability off.
    private sealed class RestoreSteps : OmsPhases
    {
        public RestoreSteps(OmsUpgradeSpec spec, PlanProgress plan, List<string> after)
            : base(spec) => Phase(Phases.RestoreDatabases, () =>
            {
                List<string> stops =
                [
                    .. plan.Steps.Where(s => s.Is<StartContainer>()).Select(start =>
                    {
                        var container = start.As<StartContainer>().Container;
                        return Add(new StopContainer(container, container), start.Node, after, "stop");
                    }),
                ];
                var quiet = Add(AwaitNoSessions.OfHosts(plan), after: stops);
                return [Add(RestoreDatabases.Of(plan), after: [quiet])];
            });
    }
}
