using Spectre.Console;

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
            Description = "Show every change until the run is Ready or Stalled, or waits for you (Held). A list is "
                + "shown until Ctrl-C.",
        };
        var throughHolds = new Option<bool>("--through-holds")
        {
            Description = "With --watch: continue while it is Held.",
        };
        var everywhere = new Option<bool>("--all-namespaces", "-A") { Description = "List all namespaces." };
        var selector = new Option<string?>("--selector", "-l")
        {
            Description = "List only upgrades with these labels, for instance team=dba.",
        };
        var output = OutputFormats.Option();
        var command = new Command(
            "status",
            "Shows where a run is and what it waits for. Exit codes: 0 Ready, 2 in progress, 4 Stalled, 5 Held.")
        {
            name, watch, throughHolds, everywhere, selector, output,
        };
        command.Validators.Add(result =>
        {
            var hasName = result.GetValue(name) is not null;
            var isWatch = result.GetValue(watch);
            if (hasName && result.GetValue(everywhere))
            {
                result.AddError("A name is not possible with --all-namespaces. Name its namespace with -n.");
            }

            if (hasName && result.GetResult(selector) is not null)
            {
                result.AddError("A name is not possible with --selector.");
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
                var scope = new RunScope(
                    parsed.GetValue(everywhere) ? null : invocation.Namespace, parsed.GetValue(selector));
                return parsed.GetValue(watch)
                    ? await WatchListAsync(invocation, scope, format, cancellationToken)
                    : List(
                        invocation, await RunLookup.ListAsync(invocation, scope, cancellationToken), scope, format);
            }

            var run = await RunLookup.FindAsync(invocation, wanted, cancellationToken);
            return parsed.GetValue(watch)
                ? await WatchAsync(invocation, run, format, parsed.GetValue(throughHolds), cancellationToken)
                : Show(invocation, run, format);
        });
        return command;
    }

    public static int ExitCode(ShownState state) => state switch
    {
        ShownState.Ready => ExitCodes.Done,
        ShownState.Held => ExitCodes.Held,
        ShownState.Stalled => ExitCodes.Stalled,
        _ => ExitCodes.InProgress,
    };

    private static int List(
        Invocation invocation, IReadOnlyCollection<Run> runs, RunScope scope, OutputFormat format)
    {
        var views = Views(invocation, runs);
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
            invocation.Console.Write(RunTable.Of(views, scope, format == OutputFormat.Wide));
        }

        return ExitCodes.Done;
    }

    private static IReadOnlyList<RunView> Views(Invocation invocation, IEnumerable<Run> runs) =>
        [.. RunTable.ByNeed(runs.Select(run => RunViewBuilder.Build(run, invocation.Now)))];

    private static async Task<int> WatchListAsync(
        Invocation invocation, RunScope scope, OutputFormat format, CancellationToken cancellationToken)
    {
        var isDrawn = invocation.Surroundings.IsTerminal && format is OutputFormat.Text or OutputFormat.Wide;

        // The table is drawn below it.
        Action<string> miss = isDrawn ? text => invocation.Console.MarkupLine($"[yellow]{Texts.Escape(text)}[/]")
            : invocation.Surroundings.Errors.WriteLine;
        if (isDrawn)
        {
            await LiveStatus.ShowAsync(
                invocation,
                Changes,
                (runs, outage) => new Rows(
                    RunTable.Of(Views(invocation, runs), scope, format == OutputFormat.Wide),
                    new Markup(outage is null ? " " : $"[yellow]{Texts.Escape(outage)}[/]")),
                static _ => false,
                cancellationToken);
        }

        var former = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var runs in Changes(invocation.Surroundings.Errors.WriteLine))
        {
            if (format == OutputFormat.Yaml)
            {
                invocation.Surroundings.Output.WriteLine("---");
            }

            var views = Views(invocation, runs);
            if (OutputFormats.Print(
                invocation.Surroundings, format, views, ViewsJsonContext.Default.IReadOnlyListRunView))
            {
                continue;
            }

            foreach (var view in views.Where(v => former.GetValueOrDefault(NameOf(v)) != StateOf(v)))
            {
                former[NameOf(view)] = StateOf(view);
                invocation.Surroundings.Output.WriteLine($"{NameOf(view)}  {StatusText.Line(view)}");
            }
        }

        return ExitCodes.Done;

        IAsyncEnumerable<IReadOnlyCollection<Run>> Changes(Action<string> say) =>
            RunFollowing.FollowAllAsync(invocation, scope, say, miss, cancellationToken);
    }

    private static string NameOf(RunView view) => $"{view.Kind} {view.Namespace}/{view.Name}";

    private static string StateOf(RunView view) => $"{view.Phase} {view.Reason} {view.Progress} {view.Message}";

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
    public static bool IsOver(ShownState state, bool throughHolds) =>
        state is ShownState.Ready or ShownState.Stalled || (state == ShownState.Held && !throughHolds);

    private static async Task<int> WatchAsync(
        Invocation invocation, Run run, OutputFormat format, bool throughHolds, CancellationToken cancellationToken)
    {
        if (!invocation.Surroundings.IsTerminal || format is not (OutputFormat.Text or OutputFormat.Wide))
        {
            return await PrintAsync(
                invocation, Changes(invocation.Surroundings.Errors.WriteLine), format, throughHolds);
        }

        var text = new StatusText(format == OutputFormat.Wide);
        var last = await LiveStatus.ShowAsync(
            invocation,
            Changes,
            (seen, outage) =>
                LiveStatus.Render(text, RunViewBuilder.BuildWithOffers(seen, invocation.Now), outage),
            seen => IsOver(RunViewBuilder.StateOf(seen), throughHolds),
            cancellationToken);
        return ExitCode(RunViewBuilder.StateOf(last));

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
                && StateOf(view) is var state && state != last)
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
