namespace Drydock.Runs;

/// <summary>Determines the state of a run from its plan and the controls. Changes nothing.</summary>
/// <param name="unreadable">A part of the plan that cannot be read, and why; null if there is none.</param>
/// <param name="isIdle">Whether a step whose receipt is recorded was observed not to have started.</param>
internal sealed class OutcomeReader(
    PlanProgress plan,
    RunControls controls,
    (string Part, string Why)? unreadable,
    GuardWatch guards,
    StartRules rules,
    Func<string, bool> hasJob,
    Func<string, bool> isIdle)
{
    public RunOutcome Read()
    {
        if (plan.IsDone)
        {
            return At(RunState.Succeeded, null, $"All {plan.Steps.Count} steps succeeded.");
        }

        var running = plan.Steps.Find(s => s.State == StepState.Running && !isIdle(s.Id));
        if (running is null && controls.StartNothingBecause is { } because)
        {
            var open = plan.Steps.Find(s => s.State != StepState.Succeeded)!;
            return At(RunState.Stopped, open.Id, because);
        }

        return Stall() ?? (running is null ? Waiting() : Working(running));
    }

    private RunOutcome? Stall()
    {
        // Whatever the steps say began from a plan that is not true any more.
        if (guards.Breaches.Any(b => b.Outdated))
        {
            return Breach();
        }

        if (plan.Steps.Find(s => s.State == StepState.Failed) is { } failed)
        {
            var why = Sentences.Close($"{failed.Id} failed: {failed.Message}");
            return At(RunState.Failed, failed.Id, why, failed.Reason ?? EngineReasons.StepFailed);
        }

        if (plan.Steps.Find(s => s.State == StepState.Unknown) is { } unknown)
        {
            // What was changed from outside may be why the step cannot be read.
            if (unknown.Reason is null && guards.Breaches.Any(b => b.State == GuardState.Broken))
            {
                return Breach();
            }

            return Unknown(unknown.Id, Sentences.Close(unknown.Reason is null
                ? $"{unknown.Id} cannot be observed now, so it is not known yet whether it has ended: {unknown.Message}"
                : $"The outcome of {unknown.Id} is unknown: {unknown.Message}"));
        }

        if (unreadable is var (part, cause))
        {
            var writer = plan.WrittenBy is { } version ? $" that Drydock {version} wrote" : "";
            return Unknown(part, $"{part} of the stored plan{writer} cannot be read, so nothing is started. {cause}");
        }

        return guards.Breaches.Count == 0 || guards.IsLookingAgain ? null : Breach();
    }

    private RunOutcome Breach()
    {
        var message = Sentences.Join([.. guards.Breaches.Select(b => b.Message).Distinct(StringComparer.Ordinal)]);
        var broken = guards.Breaches.Where(b => b.State == GuardState.Broken).ToList();
        return (broken.Find(b => b.Outdated) ?? broken.FirstOrDefault()) is { } first
            ? At(RunState.TargetChanged, null, message, first.Reason)
            : Unknown(null, $"Nothing is started until all guards can be read. {message}");
    }

    private RunOutcome Unknown(string? part, string message) =>
        At(RunState.OutcomeUnknown, part, message, EngineReasons.OutcomeUnknown);

    // About a part of the plan; in the phase of that step, otherwise in the one that is open.
    private RunOutcome At(RunState state, string? part, string message, string reason = "") => new(
        state,
        (plan.Step(part ?? "") ?? plan.Steps.Find(s => s.State != StepState.Succeeded))?.Phase ?? "",
        reason,
        message,
        part);

    // No step is under way: the next ones are about to start, or something prevents it.
    private RunOutcome Waiting()
    {
        var next = StartRules.Next(plan.Steps);
        if (next.Count == 0)
        {
            next = [.. plan.Steps.FindAll(StartRules.IsGivenBack)];
        }

        if (next.Count == 0)
        {
            var stuck = plan.Steps.First(s => s.State != StepState.Succeeded);
            return Unknown(
                stuck.Id,
                $"The stored plan cannot continue: {stuck.Id} waits for {string.Join(", ", stuck.After)}, which can "
                + "never succeed.");
        }

        var first = next[0];
        if (controls.Paused)
        {
            return At(RunState.Paused, first.Id, $"Paused before {first.Id}. {controls.HowToResume}");
        }

        var free = next.Find(s => rules.Hold(s) is null && (s.State == StepState.Running || rules.OpensAt(s) is null));
        if (free is not null || next.Exists(s => hasJob(s.Id)))
        {
            return Working(free ?? first);
        }

        return next.Find(s => rules.Hold(s) is null) is { } early ? OutsideWindow(early) : Held(next);
    }

    private RunOutcome OutsideWindow(Step step)
    {
        var opens = Minute(rules.OpensAt(step)!.Value);
        var message = rules.BeginsUnit(step)
            ? Sentences.Join(
                $"{step.Id}{(Since(step) is { } since ? $" has waited since {Minute(since)} and" : "")} starts at "
                    + $"{opens}, when spec.window opens.",
                controls.ClosedBecause(step),
                "What has started was finished first. To start now, change or remove spec.window.")
            : $"{step.Phase} starts at {opens}, when spec.window opens. "
                + "Phases that have started are not interrupted. To start now, change or remove spec.window.";
        return At(RunState.OutsideWindow, step.Id, message);
    }

    // When the last step before it ended; null if nothing was before it.
    private DateTimeOffset? Since(Step step) =>
        plan.Steps.Where(s => step.After.Contains(s.Id, StringComparer.Ordinal)).Max(s => s.FinishedAt);

    private static string Minute(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    private RunOutcome Held(List<Step> steps)
    {
        var step = steps[0];
        var hold = rules.Hold(step)!;
        var why = hold == controls.ImpliedHold
            ? controls.ImpliedBecause
            : $"approve {hold}{(hold == plan.Hold ? "" : $", or {controls.HowToRelease(hold)}")}.";
        return At(RunState.Held, step.Id, $"Held before {step.Id}: {why}") with
        {
            Holds =
            [
                .. steps.Select(s => rules.Hold(s)!)
                    .Distinct(StringComparer.Ordinal)
                    .Select(name => new StepHold(name, ApprovalOf(name))),
            ],
        };
    }

    private string ApprovalOf(string hold) => Word.For(hold, plan);

    private RunOutcome Working(Step step) => At(
        RunState.Working,
        step.Id,
        Sentences.Close(Sentences.UnderWay(step.Title) + (step.Message is null ? "" : $": {step.Message}")));
}
