namespace Drydock.Cli.Verbs;

/// <summary>Attempts, plans, phases, downtimes, approvals and tokens of a run, by time.</summary>
internal static class HistoryCommand
{
    public static Command Create(VerbRunner runner)
    {
        var name = SharedOptions.RunArgument(runner);
        var output = OutputFormats.DataOption();
        var command = new Command(
            "history", "Shows what happened to a run by time, and what users approved, accepted and asked for.")
        {
            name,
            output,
        };
        runner.Set(command, async (invocation, parsed, cancellationToken) =>
        {
            var run = await RunLookup.FindAsync(invocation, parsed.GetValue(name)!, cancellationToken);
            var history = HistoryView.Of(run);
            if (OutputFormats.Print(
                invocation.Surroundings, parsed.GetValue(output), history, ViewsJsonContext.Default.HistoryView))
            {
                return ExitCodes.Done;
            }

            var width = history.Entries.Select(e => e.What.Length).DefaultIfEmpty().Max();
            foreach (var entry in history.Entries)
            {
                var at = entry.At?.UtcDateTime.ToString(
                    "yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? new string(' ', 20);
                invocation.Surroundings.Output.WriteLine($"{at}  {entry.What.PadRight(width)}  {entry.Text}");
            }

            if (history.Entries.Count == 0)
            {
                invocation.Surroundings.Output.WriteLine($"{run.FullName} has not begun yet.");
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
