using Spectre.Console;

namespace Drydock.Cli.Output;

/// <summary>All runs, one a row.</summary>
internal static class RunTable
{
    /// <param name="space">The namespace that was listed; null for all.</param>
    public static void Print(IAnsiConsole console, IReadOnlyList<RunView> runs, string? space, bool isWide)
    {
        if (runs.Count == 0)
        {
            console.MarkupLine(space is null
                ? "There is no upgrade in any namespace."
                : $"There is no upgrade in namespace {Texts.Escape(space)}. -n names another namespace, -A lists all.");
            return;
        }

        string[] columns = ["NAMESPACE", "NAME", "FROM", "TO", "PHASE", "REASON", "STEPS", "ELAPSED", "DOWN"];
        var table = new Table().Border(TableBorder.None)
            .AddColumns([.. columns.Select(column => new TableColumn($"[grey]{column}[/]").NoWrap())]);
        if (isWide)
        {
            table.AddColumn(new TableColumn("[grey]MESSAGE[/]"));
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

        console.Write(table);
    }
}
