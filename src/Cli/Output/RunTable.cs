using Spectre.Console;
using Spectre.Console.Rendering;

namespace Drydock.Cli.Output;

/// <summary>All runs, one a row.</summary>
internal static class RunTable
{
    private const int Gap = 2;
    private static readonly ShownState[] Needs =
        [ShownState.Held, ShownState.Stalled, ShownState.InProgress, ShownState.Ready];

    /// <summary>Where the system is down first; then what waits for an administrator or has failed, what runs, and what
    /// has ended.</summary>
    public static IEnumerable<RunView> ByNeed(IEnumerable<RunView> runs) => runs
        .OrderBy(run => run.DowntimeSince is null)
        .ThenBy(run => Array.IndexOf(Needs, run.State))
        .ThenBy(run => run.Namespace, StringComparer.Ordinal)
        .ThenBy(run => run.Name, StringComparer.Ordinal);

    /// <param name="scope">What was listed.</param>
    public static IRenderable Of(IReadOnlyList<RunView> runs, RunScope scope, bool isWide)
    {
        if (runs.Count == 0)
        {
            var labels = scope.Selector is { } selector ? $" with {Texts.Escape(selector)}" : "";
            return new Rows(new Markup(scope.Namespace is not { } space
                ? $"There is no upgrade{labels} in any namespace."
                : $"There is no upgrade{labels} in namespace {Texts.Escape(space)}. -n names another namespace, -A "
                    + "lists all."));
        }

        string[] columns = ["NAMESPACE", "NAME", "FROM", "TO", "SYSTEM", "PHASE", "REASON", "STEPS", "ELAPSED", "DOWN"];
        var table = new Table().Border(TableBorder.None).AddColumns(
            [.. columns.Select(column => new TableColumn($"[grey]{column}[/]").NoWrap().Padding(0, 0, Gap, 0))]);
        if (isWide)
        {
            table.AddColumn(new TableColumn("[grey]MESSAGE[/]").Padding(0, 0, 0, 0));
        }

        foreach (var run in runs)
        {
            var color = Texts.Color(run.State);
            List<string> cells =
            [
                Texts.Escape(run.Namespace),
                Texts.Escape(run.Name),
                Texts.Escape(run.FromVersion),
                Texts.Escape(run.ToVersion),
                run.System is { } system ? $"[{Texts.Color(system)}]{system}[/]" : "",
                $"[{color}]{Texts.Escape(run.Phase)}[/]",
                $"[{color}]{Texts.Escape(run.Reason)}[/]",
                Texts.Escape(run.Progress ?? ""),
                run.ElapsedSeconds is { } elapsed ? Texts.Duration(elapsed) : "",
                run.DowntimeSince is not null ? $"[red]{Texts.Duration(run.DowntimeSeconds ?? 0)}[/]"
                    : run.DowntimeSeconds is { } was ? Texts.Duration(was)
                    : "",
            ];
            if (isWide)
            {
                cells.Add(Texts.Escape(run.Message));
            }

            table.AddRow([.. cells]);
        }

        return table;
    }
}
