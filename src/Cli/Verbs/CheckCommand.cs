using Drydock.Cli.Manifests;
using Spectre.Console;

namespace Drydock.Cli.Verbs;

/// <summary>Lets the operator check a manifest: as an object of its own with mode Plan, which changes nothing and is
/// deleted afterwards.</summary>
internal static class CheckCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static Command Create(VerbRunner runner)
    {
        var file = new Option<string>("--filename", "-f")
        {
            Description =
                "The manifest, or - for standard input. Other documents in it, such as Secrets, are not applied.",
            Required = true,
        };
        var output = OutputFormats.DataOption();
        var command = new Command(
            "check", "Lets the operator check a manifest without changing anything. Exit code 4: it found something.")
        {
            file, output,
        };
        runner.Set(command, async (invocation, parsed, cancellationToken) =>
        {
            var path = parsed.GetValue(file)!;
            var text = path == "-"
                ? await invocation.Surroundings.Input.ReadToEndAsync(cancellationToken)
                : UserFile.Use(file.Name, path, File.ReadAllText);
            var trial = TrialManifest.Read(text, path, invocation.Namespace);
            return await RunAsync(invocation, trial, parsed.GetValue(output), cancellationToken);
        });
        return command;
    }

    public static async Task<int> RunAsync(
        Invocation invocation, TrialManifest trial, OutputFormat format, CancellationToken cancellationToken)
    {
        var check = new TrialObject(invocation, trial);
        if (format == OutputFormat.Text)
        {
            invocation.Surroundings.Errors.WriteLine($"Checks {trial.Name} as {check.FullName}.");
        }

        var created = await invocation.RetryAsync(check.CreateAsync, cancellationToken, writes: true);
        try
        {
            var run = await WaitAsync(invocation, created, cancellationToken);
            return Report(invocation, run, trial.Name, format);
        }
        finally
        {
            await check.DeleteAsync();
        }
    }

    private static async Task<Run> WaitAsync(Invocation invocation, Run created, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, invocation.Surroundings.Time);
        Run? last = null;
        var ended = await created.AnswerAsync(
            invocation.Kubernetes,
            invocation.Surroundings.Time,
            invocation.Surroundings.Errors.WriteLine,
            limit,
            seen =>
            {
                last = seen
                    ?? throw new CliException("The object of the check was deleted by another client. Check again.");
                return seen.Status?.Phase == RunPhases.Planned
                    || seen.Is(ConditionTypes.Stalled)
                    || seen.Reason == Reasons.TargetBusy ? seen : null;
            },
            cancellationToken);
        return ended ?? throw new CliException(
            last?.Status?.Phase is null
                ? $"The operator has not looked at the manifest within {Texts.Duration(Patience.TotalSeconds)}. "
                    + invocation.HowToFindOperator
                : $"The check has not ended within {Texts.Duration(Patience.TotalSeconds)}: {last.Reason}. "
                    + $"{last.Status.Message}",
            ExitCodes.NoPlan);
    }

    private static int Report(Invocation invocation, Run run, string name, OutputFormat format)
    {
        var view = RunViewBuilder.Build(run, invocation.Now) with { Name = name };
        var isClean = run.Status?.Phase == RunPhases.Planned;
        if (OutputFormats.Print(invocation.Surroundings, format, view, ViewsJsonContext.Default.RunView))
        {
            return isClean ? ExitCodes.Done : ExitCodes.Stalled;
        }

        if (isClean)
        {
            PlanText.Print(invocation.Console, view);
            invocation.Console.MarkupLine("[green]Nothing prevents this upgrade.[/]");
            return ExitCodes.Done;
        }

        invocation.Console.MarkupLines(StatusText.Findings(view));

        // The message of the run repeats its findings.
        invocation.Console.MarkupLine(view.Findings.Count == 0
            ? $"[red]{Texts.Escape(view.Reason)}[/]: {Texts.Emphasise(view.Message)}"
            : $"[red]Findings: {view.Findings.Count}.[/] Nothing was changed. Repair them, then check again.");
        return ExitCodes.Stalled;
    }
}
