namespace Drydock.Cli.Changes;

/// <summary>Approves holds that a run waits at, the result of a failed check, the violation of a guard, and that old
/// containers go.</summary>
internal static class Approval
{
    private const int NamedSteps = 3;

    /// <summary>The failed steps and violated guards that can be approved.</summary>
    public static List<ActiveStep> Acceptable(Run run) =>
        (run.Status?.Active ?? []).FindAll(a => a.Accept is not null);

    /// <param name="hold">The hold, the failed step or the violated guard to approve; null for the only one.</param>
    /// <exception cref="CliException">The run does not wait there.</exception>
    public static Change Of(Run run, string? hold, bool all)
    {
        run.RequireRead();
        if (hold == Reasons.RemoveOldContainers)
        {
            return Removal(run);
        }

        var acceptable = Acceptable(run);
        if (hold is null ? run.Status?.Holds.Count == 0 && acceptable.Count > 0
            : acceptable.Exists(a => IsNamed(hold, a.Id, a.Accept!))
                || run.ActivePlan?.Step(hold)?.State is StepState.Failed or StepState.Unknown
                || run.ActivePlan?.Guards.Exists(g => g.Id == hold) == true)
        {
            return OfFailure(run, hold);
        }

        var holds = Chosen(run, hold, all);
        return Given(
            run,
            holds.ConvertAll(h => h.Approval),
            $"Approves {string.Join(" and ", holds.Select(h => h.Name))} of {run.FullName} (plan "
                + $"{Word.Prefix(run.ActivePlan?.Hash ?? "")}). {Next(run, holds)}",
            isDestructive: holds.Exists(h => h.Destroys == true));
    }

    private static Change OfFailure(Run run, string? what)
    {
        var acceptable = Acceptable(run);
        var failure = what is null
            ? acceptable is [var only] ? only : null
            : acceptable.Find(a => IsNamed(what, a.Id, a.Accept!));
        if (failure is null)
        {
            var which = acceptable.Count == 0 ? "none" : string.Join(", ", acceptable.Select(s => s.Id));
            throw CliException.Refused(run.ActivePlan?.Step(what ?? "")?.State switch
            {
                StepState.Failed => $"{what} changes the target, so its failure cannot be approved. Repair the cause "
                    + $"and retry: `{run.Command("retry")}`. ",
                StepState.Unknown =>
                    $"The outcome of {what} is unknown, so there is no result that could be approved. ",
                _ when run.ActivePlan?.Guards.Find(g => g.Id == what) is { Record.Open: var open } => open is null
                    ? $"The guard {what} is not violated. "
                    : $"The violation of the guard {what} cannot be approved: do what status.message says. ",
                _ => "Name the failure. ",
            } + $"Failures of {run.FullName} that can be approved: {which}.");
        }

        var cause = $"{failure.Id} of {run.FullName} ({failure.Reason}: {failure.Message})";
        return Given(
            run,
            [failure.Accept!],
            run.ActivePlan?.Guards.Find(g => g.Id == failure.Id) is { Record.Open: var violation }
                ? $"Approves the violation of the guard {cause} The run then continues with what is there now, and the "
                    + "approval is recorded."
                    + (violation is { NoRollback: true } ? " A rollback is then impossible." : "")
                : $"Approves the failed check {cause} The step then counts as done, and the approval is recorded.");
    }

    private static Change Given(Run run, List<string> words, string promise, bool isDestructive = false) => new()
    {
        Promise = promise,
        Confirm = isDestructive ? run.Metadata.Name : null,
        Annotations = Change.One(
            Annotations.Approve, Tokens.Add(run, Annotations.Approve, words, entry => IsNeeded(run, entry))),
        Effect = seen => Effect(seen, words),
    };

    // No hold: the run has ended, and nothing waits for it.
    private static Change Removal(Run run)
    {
        if (run.Status?.ActionRequired.Find(a => a.Reason == Reasons.RemoveOldContainers) is not { } kept
            || run.Status is not { Phase: RunPhases.Succeeded, CleanupPlan: null, Plan: { } plan })
        {
            throw CliException.Refused(
                $"{run.FullName} keeps no old containers that could be removed now: {run.Situation}.");
        }

        return Given(
            run,
            [Word.For(Reasons.RemoveOldContainers, plan)],
            Sentences.Join($"Removes the old containers of {run.FullName} ({kept.Subject}).", Told(kept.Consent)),
            isDestructive: true);
    }

    private static List<HoldStatus> Chosen(Run run, string? hold, bool all)
    {
        var holds = run.Status?.Holds ?? [];
        if (holds.Count == 0)
        {
            throw CliException.Refused(
                Sentences.Join($"{run.FullName} waits for no approval: {run.Situation}", run.Status?.Message));
        }

        if (!run.IsObserved)
        {
            throw CliException.Refused(
                $"The operator has not seen the last change of the spec of {run.FullName} yet, so what the "
                + "approval would start is not known. Ask again.");
        }

        var names = string.Join(", ", holds.Select(h => h.Name));
        if (hold is null)
        {
            return holds.Count == 1 || all
                ? holds
                : throw CliException.Refused(
                    $"{run.FullName} waits at {holds.Count} holds: {names}. Name the one to approve, or add --all.");
        }

        var found = holds.Find(h => IsNamed(hold, h.Name, h.Approval));
        return found is null
            ? throw CliException.Refused($"{run.FullName} does not wait at {hold}. It waits at {names}.")
            : [found];
    }

    // NAME@HASH of a plan that was read, and the word as status has it, approve only that plan.
    private static bool IsNamed(string text, string name, string word) =>
        text == name
        || (text.StartsWith($"{name}@", StringComparison.Ordinal)
            && $"{word}.".StartsWith($"{text}.", StringComparison.Ordinal));

    private static string Next(Run run, IReadOnlyList<HoldStatus> holds)
    {
        var plan = run.ActivePlan;
        var steps = plan?.Steps.FindAll(
            s => s.State == StepState.Pending && holds.Any(h => HoldNames.Covers(h.Name, plan, s)));
        if (plan is null || steps is not { Count: > 0 })
        {
            return "The run then continues.";
        }

        return Sentences.Join(
            [
                $"The run then continues with {Sentences.List(steps.ConvertAll(s => s.Id), NamedSteps)}.",
                .. holds.SelectMany(hold => Lines(hold.Consent)).Distinct(StringComparer.Ordinal),
                .. holds.Any(hold => hold.Name == plan.Hold) ? plan.Notes : [],
            ]);
    }

    /// <summary>A consent in one paragraph.</summary>
    public static string Told(string? consent) => Sentences.Join(Lines(consent));

    private static string[] Lines(string? consent) => consent?.Split('\n') ?? [];

    private static TakenUp? Effect(Run seen, List<string> words)
    {
        var given = words.ConvertAll(word => seen.Status?.Approvals.FindLast(a => a.Word == word));
        return given.Find(record => record is { Accepted: false }) is { } ignored
                ? new TakenUp(
                    $"The operator ignored the approval {ignored.Word}. {ignored.Ignored} Read the plan again: "
                    + $"`{seen.Command("plan")}`.",
                    IsRefused: true)
            : given.Contains(null) ? null
            : new TakenUp(seen.Status!.Holds.Exists(hold => words.Contains(hold.Approval))
                ? "Approved. The operator has taken it up."
                : $"Approved. {seen.Report}");
    }

    // Null while the operator has not read it. A phase that was approved in part: its other steps still need the
    // approval, and the operator keeps few records.
    public static bool? IsNeeded(Run run, string entry)
    {
        var record = run.Status?.Approvals.Find(a => a.Word == entry);
        return record is null ? null
            : record is { Accepted: true, Parsed: { Failure: null } word } && run.ActivePlan is { } plan
                && word.IsFor(plan) && HoldNames.Steps(word.What, plan).Exists(s => s.State == StepState.Pending);
    }
}
