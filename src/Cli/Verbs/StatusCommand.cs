namespace Drydock.Cli.Verbs;

/// <summary>Where a run is, as a tree; or all runs, as a table.</summary>
internal static class StatusCommand
{
    public static Command Create(VerbRunner runner)
    {
        var name = SharedOptions.OptionalArgument(
            SharedOptions.Run,
            "Name of the upgrade, or KIND/NAME. Without it all upgrades are listed.",
            runner.CompleteNames);
        var watch = new Option<bool>("--watch", "-w")
        {
            Description = "Show every change until the run is Ready or Stalled, or waits for you (Held).",
        };
        var throughHolds = new Option<bool>("--through-holds")
        {
            Description = "With --watch: continue while it is Held.",
        };
        var everywhere = new Option<bool>("--all-namespaces", "-A") { Description = "List all namespaces." };
        var output = OutputFormats.Option();
        var command = new Command(
            "status",
            "Shows where a run is and what it waits for. Exit codes: 0 Ready, 2 in progress, 4 Stalled, 5 Held.")
        {
            name, watch, throughHolds, everywhere, output,
        };
        command.Validators.Add(result =>
        {
            var hasName = result.GetValue(name) is not null;
            var isWatch = result.GetValue(watch);
            if (isWatch && !hasName)
            {
                result.AddError("--watch needs the name of an upgrade.");
            }

            if (hasName && result.GetValue(everywhere))
            {
                result.AddError("A name is not possible with --all-namespaces. Name its namespace with -n.");
            }

            if (isWatch && result.GetResult(output)?.Tokens is [{ Value: "name" }])
            {
                result.AddError("-o name is not possible with --watch.");
            }
        });
        runner.Set(command, async (invocation, parsed, cancellationToken) =>
        {
            var format = parsed.GetValue(output);
            if (parsed.GetValue(name) is not { } wanted)
            {
                var space = parsed.GetValue(everywhere) ? null : invocation.Namespace;
                return List(invocation, await RunLookup.ListAsync(invocation, space, cancellationToken), space, format);
            }

            var run = await RunLookup.FindAsync(invocation, wanted, cancellationToken);
            return parsed.GetValue(watch)
                ? await WatchAsync(invocation, run, format, parsed.GetValue(throughHolds), cancellationToken)
                : Show(invocation, run, format);
        });
        return command;
    }

    public static int ExitCode(RunState state) => state switch
    {
        RunState.Ready => ExitCodes.Done,
        RunState.Held => ExitCodes.Held,
        RunState.Stalled => ExitCodes.Stalled,
        _ => ExitCodes.InProgress,
    };

    private static int List(Invocation invocation, IReadOnlyList<Run> runs, string? space, OutputFormat format)
    {
        var views = runs.Select(r => RunViewBuilder.Build(r, invocation.Now)).ToList();
        if (format == OutputFormat.Name)
        {
            foreach (var run in runs)
            {
                invocation.Surroundings.Output.WriteLine(run.ResourceName);
            }
        }
        else if (!OutputFormats.Print(
            invocation.Surroundings, format, views, ViewsJsonContext.Default.IReadOnlyListRunView))
        {
            RunTable.Print(invocation.Console, views, space, format == OutputFormat.Wide);
        }

        return ExitCodes.Done;
    }

    private static int Show(Invocation invocation, Run run, OutputFormat format)
    {
        var view = RunViewBuilder.BuildWithOffers(run, invocation.Now);
        if (format == OutputFormat.Name)
        {
            invocation.Surroundings.Output.WriteLine(run.ResourceName);
        }
        else if (!OutputFormats.Print(invocation.Surroundings, format, view, ViewsJsonContext.Default.RunView))
        {
            var lines = new StatusText(format == OutputFormat.Wide).Lines(view);
            invocation.Surroundings.CreateConsole(wraps: false).MarkupLines(lines);
        }

        return ExitCode(view.State);
    }

    /// <summary>Whether the run changes only after a change by an administrator.</summary>
    public static bool IsOver(RunState state, bool throughHolds) =>
        state is RunState.Ready or RunState.Stalled || (state == RunState.Held && !throughHolds);

    private static async Task<int> WatchAsync(
        Invocation invocation, Run run, OutputFormat format, bool throughHolds, CancellationToken cancellationToken)
    {
        return invocation.Surroundings.IsTerminal && format is OutputFormat.Text or OutputFormat.Wide
            ? await LiveStatus.ShowAsync(
                invocation, Changes, format == OutputFormat.Wide, throughHolds, cancellationToken)
            : await PrintAsync(invocation, Changes(invocation.Surroundings.Errors.WriteLine), format, throughHolds);

        IAsyncEnumerable<Run?> Changes(Action<string> say) => run.FollowThroughOutagesAsync(
            invocation.Kubernetes, invocation.Surroundings.Time, say, cancellationToken);
    }

    private static async Task<int> PrintAsync(
        Invocation invocation, IAsyncEnumerable<Run?> changes, OutputFormat format, bool throughHolds)
    {
        string? last = null;
        await foreach (var seen in changes)
        {
            if (seen is null)
            {
                throw new CliException("The object was deleted.");
            }

            var view = RunViewBuilder.BuildWithOffers(seen, invocation.Now);
            if (format == OutputFormat.Yaml)
            {
                invocation.Surroundings.Output.WriteLine("---");
            }

            if (!OutputFormats.Print(invocation.Surroundings, format, view, ViewsJsonContext.Default.RunView)
                && $"{view.Phase} {view.Reason} {view.Progress} {view.Message}" is var state && state != last)
            {
                last = state;
                invocation.Surroundings.Output.WriteLine(StatusText.Line(view));
            }

            if (IsOver(view.State, throughHolds))
            {
                return ExitCode(view.State);
            }
        }

        return ExitCodes.InProgress;
    }
}
