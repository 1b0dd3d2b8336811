namespace Drydock.Cli.Changes;

/// <summary>Approves holds that a run waits at.</summary>
internal static class Approval
{
    private const int NamedSteps = 3;

    /// <param name="hold">The hold to approve; null for the only one.</param>
    /// <exception cref="CliException">The run does not wait there.</exception>
    public static Change Of(Run run, string? hold, bool all)
    {
        var holds = Chosen(run, hold, all);
        return new Change
        {
            Promise = $"Approves {string.Join(" and ", holds.Select(h => h.Name))} of {run.FullName} (plan "
                + $"{Word.Prefix(run.ActivePlan?.Hash ?? "")}). {Next(run, holds)}",
            Confirm = holds.Any(h => h.Destroys == true) ? run.Metadata.Name : null,
            Annotations = Change.One(
                Annotations.Approve,
                Tokens.Add(run, Annotations.Approve, holds.Select(h => h.Approval), entry => IsNeeded(run, entry))),
            Effect = seen => Effect(seen, holds),
        };
    }

    private static List<HoldStatus> Chosen(Run run, string? hold, bool all)
    {
        var holds = run.Status?.Holds ?? [];
        if (holds.Count == 0)
        {
            throw CliException.Refused(
                $"{run.FullName} waits for no approval: {run.Situation}. {run.Status?.Message}");
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

        // NAME@HASH of a plan that was read, and NAME@HASH.N as status.holds has it, approve only that plan.
        var found = holds.Find(h =>
            h.Name == hold || $"{h.Approval}.".StartsWith($"{hold}.", StringComparison.Ordinal));
        return found is null
            ? throw CliException.Refused($"{run.FullName} does not wait at {hold}. It waits at {names}.")
            : [found];
    }

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
                .. holds.SelectMany(hold => hold.Consent?.Split('\n') ?? []).Distinct(StringComparer.Ordinal),
                .. holds.Any(hold => hold.Name == plan.Hold) ? plan.Notes : [],
            ]);
    }

    private static TakenUp? Effect(Run seen, IReadOnlyList<HoldStatus> holds)
    {
        var status = seen.Status;
        foreach (var hold in holds)
        {
            var record = status?.Approvals.FindLast(a => a.AsGiven() == hold.Approval);
            if (record is { Accepted: false })
            {
                return new TakenUp(
                    $"The operator ignored the approval of {hold.Name}. {record.Message} Read the plan again: "
                    + $"`{seen.Command("plan")}`.",
                    IsRefused: true);
            }

            if (record is null && status?.Holds.Exists(h => h.Name == hold.Name) == true)
            {
                return null;
            }
        }

        // The message of the hold stays until the next step has begun.
        return new TakenUp(holds.Any(hold => status?.Message?.Contains(hold.Approval, StringComparison.Ordinal) == true)
            ? "Approved. The operator has taken it up."
            : $"Approved. {seen.Report}");
    }

    // Null while the operator has not read it. A phase that was approved in part: its other steps still need the
    // approval, and the operator keeps few records.
    public static bool? IsNeeded(Run run, string entry)
    {
        if (run.Status?.Acceptances.Exists(a => a.Token == entry) == true)
        {
            return false;
        }

        var record = run.Status?.Approvals.Find(
            a => a.AsGiven() == entry.Replace("@sha256:", "@", StringComparison.Ordinal));
        return record is null ? null
            : record.Accepted && run.ActivePlan is { } plan && Word.Parse(entry)?.IsFor(plan) == true
                && HoldNames.Steps(record.Name, plan).Exists(s => s.State == StepState.Pending);
    }
}
