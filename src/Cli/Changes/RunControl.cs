namespace Drydock.Cli.Changes;

/// <summary>Pauses, resumes and holds a run.</summary>
internal static class RunControl
{
    private const string On = "true";

    public static Change Pause(Run run)
    {
        RequireOpen(run, "paused");
        if (run.Spec.Paused || (bool.TryParse(run.Metadata.Annotation(Annotations.Pause), out var paused) && paused))
        {
            throw CliException.Refused($"{run.FullName} is paused already.");
        }

        return new Change
        {
            Promise = $"Pauses {run.FullName}: no further step starts.",
            Circumstances = (Finishing(run)
                + (run.DowntimeSince is null ? "" : " The downtime continues meanwhile.")).TrimStart(),
            Annotations = Change.One(Annotations.Pause, On),
            Effect = PauseEffect,
        };
    }

    public static Change Resume(Run run)
    {
        if (run.Spec.Paused)
        {
            throw CliException.Refused(
                $"{run.FullName} is paused by spec.paused, which this command does not change, because a GitOps tool "
                + $"may own it. Set it to false: {run.PatchCommand("""{"paused":false}""")}.");
        }

        if (run.Metadata.Annotations?.ContainsKey(Annotations.Pause) != true)
        {
            throw CliException.Refused($"{run.FullName} is not paused: {run.Situation}.");
        }

        return new Change
        {
            Promise = $"Resumes {run.FullName}.",
            Annotations = Change.One(Annotations.Pause, null),
            Effect = static seen => seen.Reason == Reasons.Paused
                ? null
                : new TakenUp($"Resumed. {seen.Report}"),
        };
    }

    public static Change Hold(Run run, IReadOnlyList<string> names)
    {
        run.RequireRead();
        RequireOpen(run, "held");
        foreach (var name in names)
        {
            RequireAhead(run, name);
        }

        var list = Tokens.List(run, Annotations.Hold).Union(names, StringComparer.Ordinal).ToList();
        return new Change
        {
            Promise = $"{run.FullName} will wait before {string.Join(" and ", names)} until you approve.",
            Annotations = Change.One(Annotations.Hold, string.Join(',', list)),
            Effect = seen => HoldEffect(seen, names),
        };
    }

    public static Change Release(Run run, IReadOnlyList<string> names)
    {
        var list = Tokens.List(run, Annotations.Hold);
        if (names.FirstOrDefault(n => !list.Contains(n, StringComparer.Ordinal)) is { } missing)
        {
            throw CliException.Refused(
                run.Spec.Holds.Contains(missing, StringComparer.Ordinal)
                    ? $"{run.FullName} is held before {missing} by spec.holdBefore, which this command does not "
                        + $"change. Approve it when it waits: `{run.Command("approve", missing)}`."
                    : $"{run.FullName} has no hold before {missing} in the annotation {Annotations.Hold}. It has "
                        + $"{(list.Count == 0 ? "none" : string.Join(", ", list))}.");
        }

        var rest = list.Except(names, StringComparer.Ordinal).ToList();
        return new Change
        {
            Promise = $"{run.FullName} will no longer wait before {string.Join(" and ", names)}.",
            Annotations = Change.One(Annotations.Hold, rest.Count == 0 ? null : string.Join(',', rest)),
            Effect = seen => seen.Status?.Holds.Exists(h => names.Contains(h.Name, StringComparer.Ordinal)) == true
                ? null
                : new TakenUp("Removed."),
        };
    }

    // While steps run the operator reports them and not the pause, and before a plan begins, or while the run is
    // stalled, no pause at all. It reads the annotation before each step in any case.
    private static TakenUp? PauseEffect(Run seen)
    {
        if (seen.Reason == Reasons.Paused)
        {
            return new TakenUp($"Paused. {seen.Status?.Message}");
        }

        if (IsOver(seen))
        {
            return new TakenUp($"It ended before: {seen.Status?.Message}", IsRefused: true);
        }

        var finishing = Finishing(seen);
        return finishing.Length > 0 || !IsStarting(seen)
            ? new TakenUp($"Set.{finishing} No further step starts until you resume.")
            : null;
    }

    // Whether steps of a plan start without a repair or a change of the spec.
    private static bool IsStarting(Run run) =>
        run.Status is
        {
            Plan: not null,
            Phase: not (null or RunPhases.Pending or RunPhases.Preflight or RunPhases.Planned)
        }
        && !run.Is(ConditionTypes.Stalled)
        && !run.Is(ConditionTypes.Ready);

    private static bool IsOver(Run run) =>
        run.Status is { Phase: RunPhases.Succeeded or RunPhases.RolledBack } && run.IsObserved;

    private static TakenUp HoldEffect(Run seen, IReadOnlyList<string> names)
    {
        // The operator reads the annotation before each step. What began in the moment of the write is not held.
        var begun = names.Where(n => HasBegun(HoldNames.Steps(n, seen.ActivePlan))).ToList();
        return begun.Count > 0
            ? new TakenUp($"{string.Join(" and ", begun)} began before the hold was written.", IsRefused: true)
            : new TakenUp(seen.Status?.Holds.Exists(h => names.Contains(h.Name, StringComparer.Ordinal)) == true
                ? $"It waits there now. {seen.Status.Message}"
                : "Set. The run waits when it arrives there.");
    }

    private static void RequireAhead(Run run, string name)
    {
        if (run.ActivePlan is not { } plan)
        {
            return;
        }

        var steps = HoldNames.Steps(name, plan);
        if (steps.Count == 0)
        {
            var phases = plan.Steps.Where(s => s.State == StepState.Pending).Select(s => s.Phase)
                .Distinct(StringComparer.Ordinal);
            throw CliException.Refused(
                $"The plan of {run.FullName} has no phase or step {name}. Phases that have not begun: "
                + $"{string.Join(", ", phases)}. Steps are in `{run.Command("plan")}`.");
        }

        if (HasBegun(steps))
        {
            throw CliException.Refused($"{name} of {run.FullName} has begun already. To stop: "
                + $"`{run.Command("pause")}`.");
        }
    }

    private static bool HasBegun(ImmutableList<Step> steps) =>
        steps.Count > 0 && steps.TrueForAll(s => s.State != StepState.Pending);

    private static void RequireOpen(Run run, string word)
    {
        if (IsOver(run))
        {
            throw CliException.Refused($"{run.FullName} has ended ({run.Status?.Phase}) and cannot be {word}.");
        }
    }

    private static string Finishing(Run run) => run.Status?.Active.FindAll(s => s.State == StepState.Running) switch
    {
        null or [] => "",
        { Count: <= 3 } few => $" {string.Join(" and ", few.Select(r => r.Id))} finishes first.",
        var many => $" The {many.Count} running steps finish first.",
    };
}
