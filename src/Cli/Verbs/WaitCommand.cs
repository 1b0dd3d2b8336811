namespace Drydock.Cli.Verbs;

/// <summary>Waits until a run has ended or needs an administrator. For scripts.</summary>
internal static class WaitCommand
{
    private static readonly string[] Goals = [nameof(ShownState.Ready), nameof(ShownState.Held)];

    public static Command Create(VerbRunner runner)
    {
        var name = SharedOptions.RunArgument(runner);
        var timeout = SharedOptions.Timeout(
            "How long to wait, a duration such as 90s or 3h. Default: without a limit.");
        var goal = new Option<string>("--for")
        {
            Description = "The state that the script expects: exit code 0.",
            DefaultValueFactory = _ => nameof(ShownState.Ready),
        };
        goal.CompletionSources.Add(Goals);
        goal.Validators.Add(WrongUsage.AcceptOnly("--for", Goals));
        var command = new Command(
            "wait",
            "Waits until a run is Ready or Stalled, or waits for you (Held). Exit codes: 0 it is what --for says, 2 "
                + "the time is over, 4 Stalled, 5 Held, 6 Ready though --for says Held.")
        {
            name, goal, timeout,
        };
        runner.Set(command, async (invocation, parsed, cancellationToken) => await RunAsync(
            invocation,
            await RunLookup.FindAsync(invocation, parsed.GetValue(name)!, cancellationToken),
            parsed.GetValue(goal)!,
            parsed.GetValue(timeout) ?? Timeout.InfiniteTimeSpan,
            cancellationToken));
        return command;
    }

    public static async Task<int> RunAsync(
        Invocation invocation, Run run, string goal, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var time = invocation.Surroundings.Time;
        using var over = new CancellationTokenSource(timeout, time);
        var view = RunViewBuilder.Build(run, invocation.Now);
        await run.AnswerAsync(
            invocation.Kubernetes,
            time,
            invocation.Surroundings.Errors.WriteLine,
            over,
            seen =>
            {
                view = RunViewBuilder.Build(
                    seen ?? throw new CliException($"{run.FullName} was deleted."), invocation.Now);
                return StatusCommand.IsOver(view.State, throughHolds: false) ? view : null;
            },
            cancellationToken);
        invocation.Surroundings.Output.WriteLine(StatusText.Line(view));
        var isAwaited = view.State.ToString() == goal;
        var next = view.Holds.Count == 0 ? view.NextAction
            : isAwaited ? null : view.Holds[0].Command;
        if (view.State != ShownState.Ready && next is { Length: > 0 })
        {
            invocation.Surroundings.Output.WriteLine($"Next: {next}");
        }

        return isAwaited ? ExitCodes.Done
            : view.State == ShownState.Ready ? ExitCodes.Refused
            : StatusCommand.ExitCode(view.State);
    }
}
