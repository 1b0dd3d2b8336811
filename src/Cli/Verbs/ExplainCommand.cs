using Drydock.Cli.Explanations;

namespace Drydock.Cli.Verbs;

/// <summary>Prints what a reason means and what to do, from the page that is part of the program.</summary>
internal static class ExplainCommand
{
    public static Command Create(VerbRunner runner)
    {
        var reason = SharedOptions.OptionalArgument(
            "reason",
            "A reason as status shows it, for instance HostUnreachable. Without it all are listed.",
            _ => ReasonBook.Instance.Reasons.Select(r => new System.CommandLine.Completions.CompletionItem(r)));
        var command = new Command("explain", "Says what a reason means and what to do. Needs no cluster.") { reason };
        runner.SetLocal(command, (parsed, _) => Task.FromResult(Run(runner.Surroundings, parsed.GetValue(reason))));
        return command;
    }

    private static int Run(Surroundings surroundings, string? reason)
    {
        var book = ReasonBook.Instance;
        if (reason is null)
        {
            foreach (var known in book.Reasons)
            {
                surroundings.Output.WriteLine(known);
            }

            return ExitCodes.Done;
        }

        if (book.Find(reason) is not { } section)
        {
            var alike = book.Alike(reason);
            throw new CliException(
                $"There is no reason {reason}.{NearestWords.Question(alike)} `kubectl drydock explain` lists all.");
        }

        surroundings.CreateConsole().MarkupLines(MarkdownText.Lines(section));
        return ExitCodes.Done;
    }
}
