using System.CommandLine;
using System.CommandLine.Parsing;
using Drydock.Cli.CommandLine;

namespace Drydock.Cli.Verbs;

/// <summary>
/// Completion for kubectl: it runs <c>kubectl_complete-drydock</c> with the words so far, which calls this command. The
/// answer has one candidate a line and ends with a line <c>:DIRECTIVE</c>, as cobra's shells expect.
/// Source: https://kubernetes.io/docs/tasks/extend-kubectl/kubectl-plugins/.
/// </summary>
internal static class CompleteCommand
{
    /// <summary>cobra's ShellCompDirectiveNoFileComp.</summary>
    private const string NoFiles = ":4";

    public static Command Create(Surroundings surroundings)
    {
        var words = new Argument<string[]>("words") { Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("__complete", "Prints completions.") { words };
        command.Hidden = true;
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(parsed =>
        {
            var given = (parsed.GetValue(words) ?? []).Concat(parsed.UnmatchedTokens).ToArray();
            foreach (var candidate in Candidates(surroundings, given))
            {
                surroundings.Output.WriteLine(candidate);
            }

            surroundings.Output.WriteLine(NoFiles);
            return ExitCodes.Done;
        });
        return command;
    }

    private static IEnumerable<string> Candidates(Surroundings surroundings, string[] words)
    {
        var root = DrydockCommand.Create(surroundings);
        var last = words.Length > 0 ? words[^1] : "";
        var line = string.Join(' ', words.Select(Quoted));
        var completions = root.Parse(line).GetCompletions(line.Length);
        return completions
            .Select(c => c.InsertText ?? c.Label)
            .Where(c => c.StartsWith(last, StringComparison.Ordinal) && !c.StartsWith("__", StringComparison.Ordinal))
            .Where(c => last.StartsWith('-') || !c.StartsWith('-'))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
    }

    private static string Quoted(string word) => word.Contains(' ', StringComparison.Ordinal) ? $"\"{word}\"" : word;
}
