namespace Drydock.Cli.Verbs;

/// <summary>Completion for kubectl: it runs <c>kubectl_complete-drydock</c> with the words so far, which calls this
/// command. The answer has one candidate a line and ends with a line <c>:DIRECTIVE</c>, as cobra's shells expect.
/// Source: https://kubernetes.io/docs/tasks/extend-kubectl/kubectl-plugins/.</summary>
internal static class CompleteCommand
{
    /// <summary>cobra's ShellCompDirectiveNoFileComp.</summary>
    private const string NoFiles = ":4";

    /// <summary>cobra's ShellCompDirectiveDefault: the shell completes names of files.</summary>
    private const string Files = ":0";

    private static readonly string[] FileOptions = ["--filename", "--kubeconfig"];

    public static Command Create(Surroundings surroundings)
    {
        var words = new Argument<string[]>("words") { Arity = ArgumentArity.ZeroOrMore, HelpName = "words" };
        var command = new Command("__complete", "Prints completions.") { words };
        command.Hidden = true;
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(parsed =>
        {
            var given = (parsed.GetValue(words) ?? []).Concat(parsed.UnmatchedTokens).ToArray();
            var root = DrydockCommand.Create(surroundings);
            var line = string.Join(' ', given.Select(Quoted));
            IEnumerable<string> lines = TakesFile(root.Parse(line).CommandResult.Command, root, given)
                ? [Files]
                : Candidates(root, line, given).Append(NoFiles);
            foreach (var answer in lines)
            {
                surroundings.Output.WriteLine(answer);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    // Whether the last word is the value of an option, or an argument, that is a path.
    private static bool TakesFile(Command command, RootCommand root, string[] words)
    {
        if (words.Length < 2 || words[^1].StartsWith('-'))
        {
            return false;
        }

        var option = command.Options.Concat(root.Options)
            .FirstOrDefault(o => o.Name == words[^2] || o.Aliases.Contains(words[^2]));
        return option is not null && option.ValueType != typeof(bool)
            ? IsPath(option.ValueType) || FileOptions.Contains(option.Name)
            : command.Arguments.Any(a => IsPath(a.ValueType));
    }

    private static bool IsPath(Type type) => typeof(FileSystemInfo).IsAssignableFrom(type);

    private static IEnumerable<string> Candidates(RootCommand root, string line, string[] words)
    {
        var last = words.Length > 0 ? words[^1] : "";
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
