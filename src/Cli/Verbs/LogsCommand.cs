namespace Drydock.Cli.Verbs;

/// <summary>The output of the command that a step has run.</summary>
internal static class LogsCommand
{
    private const string OutputKey = "output";

    // How long the output of a step that has ended may take to appear.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public static Command Create(VerbRunner runner)
    {
        var name = SharedOptions.RunArgument(runner);
        var step = SharedOptions.OptionalArgument(
            "step",
            "Id of the step, for instance InitMetadata/oms-a. Without it the steps with output are listed.",
            runner.CompleteFrom(run => Steps(run)
                .Where(s => s.Record.OutputRef is not null || s.State == StepState.Running)
                .Select(s => s.Id)));
        var follow = new Option<bool>("--follow", "-f")
        {
            Description = "Show what the step reports until it has ended, then its output.",
        };
        var command = new Command("logs", "Prints the kept end of a step's output, without secrets.")
        {
            name, step, follow,
        };
        runner.Set(command, async (invocation, parsed, cancellationToken) =>
        {
            var run = await RunLookup.FindAsync(invocation, parsed.GetValue(name)!, cancellationToken);
            if (parsed.GetValue(step) is not { } id)
            {
                return List(invocation, run);
            }

            var found = Step(run, id);
            return parsed.GetValue(follow)
                ? await FollowAsync(invocation, run, id, cancellationToken)
                : await PrintAsync(invocation, run, found, cancellationToken);
        });
        return command;
    }

    private static int List(Invocation invocation, Run run)
    {
        var steps = Steps(run).Where(s => s.Record.OutputRef is not null).Select(s => s.Id);
        foreach (var line in steps.DefaultIfEmpty($"No step of {run.FullName} has output."))
        {
            invocation.Surroundings.Output.WriteLine(line);
        }

        return ExitCodes.Done;
    }

    private static async Task<int> PrintAsync(
        Invocation invocation, Run run, Step step, CancellationToken cancellationToken)
    {
        if (step.Record.OutputRef is not { } reference)
        {
            throw new CliException(
                $"{step.Id} of {run.FullName} has no output: only commands in containers leave some. "
                + $"The step is {step.State.ToString().ToLowerInvariant()}. {step.Message}".TrimEnd());
        }

        var secret = await invocation.RetryAsync(
            limit => invocation.Kubernetes.GetAsync<V1Secret>(reference, run.Metadata.Namespace, limit),
            cancellationToken)
            ?? throw new CliException($"The Secret {reference} with the output of {step.Id} was deleted.");
        if (secret.Values.GetValueOrDefault(OutputKey) is not { } bytes)
        {
            throw new CliException($"The Secret {reference} has no key {OutputKey}.");
        }

        invocation.Surroundings.Output.WriteLine(ForeignText.Plain(Encoding.UTF8.GetString(bytes)).TrimEnd('\n'));
        return ExitCodes.Done;
    }

    public static async Task<int> FollowAsync(
        Invocation invocation, Run run, string id, CancellationToken cancellationToken)
    {
        var time = invocation.Surroundings.Time;
        using var patience = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        var (last, step, wasOver) = (run, Step(run, id), false);
        string? lastLine = null;
        var done = await run.AnswerAsync(
            invocation.Kubernetes,
            time,
            invocation.Surroundings.Errors.WriteLine,
            patience,
            seen =>
            {
                last = seen ?? throw new CliException($"{run.FullName} was deleted.");
                step = Step(last, id);
                var line = Line(last, step);
                if (line != lastLine)
                {
                    lastLine = line;
                    invocation.Surroundings.Output.WriteLine($"{invocation.Now:HH:mm:ss}  {line}");
                }

                // A retry is taken up some time after it was written.
                var isOver = HasEnded(step) || RunViewBuilder.StateOf(last) is ShownState.Ready or ShownState.Stalled;
                if (isOver != wasOver)
                {
                    wasOver = isOver;
                    patience.CancelAfter(isOver ? Patience : Timeout.InfiniteTimeSpan);
                }

                return step.Record.OutputRef is not null && step.State != StepState.Running ? step : null;
            },
            cancellationToken);
        return done is null
            ? End(invocation, last, step)
            : await PrintAsync(invocation, last, done, cancellationToken);
    }

    private static string Line(Run run, Step step)
    {
        var message = run.Status?.Active.Find(r => r.Id == step.Id)?.Message ?? step.Message ?? "";
        return $"{step.State}{(message.Length > 0 ? $": {message}" : "")}";
    }

    private static int End(Invocation invocation, Run run, Step step)
    {
        if (!HasEnded(step))
        {
            var what = RunViewBuilder.StateOf(run) == ShownState.Stalled ? "the run has stopped" : "the run is over";
            throw new CliException(
                $"{step.Id} is {step.State.ToString().ToLowerInvariant()}, and {what}: {run.Status?.Message}");
        }

        invocation.Surroundings.Output.WriteLine($"{step.Id} left no output: only commands in containers leave some.");
        return step.State == StepState.Succeeded ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static bool HasEnded(Step step) => step.State is StepState.Succeeded or StepState.Failed;

    private static IEnumerable<Step> Steps(Run run) => run.Plans.SelectMany(p => p.Plan.Steps);

    // In a rollback the newest plan is meant: both plans may have a step with the same id.
    private static Step Step(Run run, string id) => Steps(run).LastOrDefault(s => s.Id == id)
        ?? throw new CliException($"{run.FullName} has no step {id}. Its steps are in `{run.Command("plan")}`.");
}
