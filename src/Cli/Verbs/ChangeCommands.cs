namespace Drydock.Cli.Verbs;

/// <summary>The verbs that change a run. They write annotations, never the spec.</summary>
internal static class ChangeCommands
{
    public static IEnumerable<Command> Create(VerbRunner runner)
    {
        var hold = SharedOptions.OptionalArgument(
            "what",
            "The hold or the failed check as status shows it, for instance DisableHA or Verify/hosts. Needed only if "
            + "there are several.",
            runner.CompleteFrom(run => (run.Status?.Holds ?? []).Select(h => h.Name)
                .Concat(Approval.Acceptable(run).Select(s => s.Id))));
        var all = new Option<bool>("--all") { Description = "Approve all holds that the run waits at." };
        var approve = New(
            runner,
            "approve",
            "Approves the plan, a hold, or the result of a failed check, so that the run continues.",
            (run, parsed) => Approval.Of(run, parsed.GetValue(hold), parsed.GetValue(all)));
        approve.Arguments.Add(hold);
        approve.Options.Add(all);
        yield return approve;

        var names = new Argument<string[]>("before")
        {
            Description = "A phase (StopOld), a step (StopOld/oms-a) or PointOfNoReturn. Repeatable.",
            Arity = ArgumentArity.OneOrMore,
            HelpName = "before",
        };
        names.CompletionSources.Add(runner.CompleteFrom(run => (run.ActivePlan?.Steps ?? [])
            .Where(s => s.State == StepState.Pending)
            .SelectMany(s => new[] { s.Phase, s.Id })));
        var remove = new Option<bool>("--remove") { Description = "Remove the hold again." };
        var holdBefore = New(
            runner,
            "hold",
            "Makes a run wait for your approval before a phase or step.",
            (run, parsed) => parsed.GetValue(remove)
                ? RunControl.Release(run, parsed.GetValue(names) ?? [])
                : RunControl.Hold(run, parsed.GetValue(names) ?? []));
        holdBefore.Arguments.Add(names);
        holdBefore.Options.Add(remove);
        yield return holdBefore;

        yield return New(
            runner, "pause", "Starts no further step; running steps finish.", static (run, _) => RunControl.Pause(run));
        yield return New(runner, "resume", "Continues a paused run.", static (run, _) => RunControl.Resume(run));
        yield return New(
            runner,
            "retry",
            "Continues after a failure, once its cause is repaired.",
            static (run, _) => TokenChange.Retry(run));
        yield return New(
            runner,
            "abort",
            "Ends the run: running steps finish, no further step starts.",
            static (run, _) => TokenChange.Abort(run));

        var cancel = new Option<bool>("--cancel") { Description = "Cancel a rollback that has not begun." };
        var rollback = New(
            runner,
            "rollback",
            "Rolls back to the former version.",
            (run, parsed) => parsed.GetValue(cancel) ? TokenChange.CancelRollback(run) : TokenChange.Rollback(run));
        rollback.Options.Add(cancel);
        yield return rollback;
    }

    private static Command New(
        VerbRunner runner, string verb, string description, Func<Run, ParseResult, Change> change)
    {
        var name = SharedOptions.RunArgument(runner);
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask." };
        var noWait = new Option<bool>("--no-wait")
        {
            Description = "Do not wait until the operator has taken it up.",
        };
        var timeout = SharedOptions.Timeout(
            "How long to wait for the operator, a duration such as 90s or 2m. Default: 1m.");
        var command = new Command(verb, description) { name, yes, noWait, timeout };
        runner.Set(command, (invocation, parsed, cancellationToken) => ChangeWriter.RunAsync(
            invocation,
            parsed.GetValue(name)!,
            run => change(run, parsed),
            parsed.GetValue(yes),
            parsed.GetValue(noWait) ? null : parsed.GetValue(timeout) ?? TimeSpan.FromMinutes(1),
            cancellationToken));
        return command;
    }
}
