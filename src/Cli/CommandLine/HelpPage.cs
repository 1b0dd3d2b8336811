namespace Drydock.Cli.CommandLine;

/// <summary>The help: the verbs by use, or one verb with its arguments, options and examples.</summary>
internal sealed class HelpPage : SynchronousCommandLineAction
{
    public const string Plugin = "kubectl drydock";

    private readonly HelpAction _usual = new();

    /// <summary>What follows <c>--help</c> may be missing or wrong.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        var output = parseResult.InvocationConfiguration.Output;
        var path = PathOf(parseResult.CommandResult);
        if (command.Subcommands.Count > 0 && parseResult.UnmatchedTokens.Count > 0)
        {
            parseResult.InvocationConfiguration.Error.WriteLine(WrongUsage.Explain(parseResult));
            return ExitCodes.Failed;
        }

        if (command is RootCommand || command.Hidden)
        {
            WriteVerbs((RootCommand)parseResult.RootCommandResult.Command, output);
            return ExitCodes.Done;
        }

        _usual.Invoke(parseResult);
        var examples = VerbGroups.All.SelectMany(g => g.Verbs).SelectMany(v => v.Examples)
            .Where(e => e.StartsWith($"{path} ", StringComparison.Ordinal))
            .ToList();
        if (examples.Count > 0)
        {
            output.WriteLine(examples.Count == 1 ? "Example:" : "Examples:");
            examples.ForEach(e => output.WriteLine($"  {e}"));
        }

        return ExitCodes.Done;
    }

    /// <summary>A command as the user types it: <c>kubectl drydock init oms</c>.</summary>
    public static string PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : Plugin;

    private static void WriteVerbs(RootCommand root, TextWriter output)
    {
        output.WriteLine(root.Description);
        output.WriteLine();
        output.WriteLine("Usage:");
        output.WriteLine($"  {root.HelpName} VERB [options]");
        var width = VerbGroups.All.SelectMany(g => g.Verbs).Max(v => v.Verb.Length) + 2;
        foreach (var group in VerbGroups.All)
        {
            output.WriteLine();
            output.WriteLine($"{group.Title}:");
            foreach (var verb in group.Verbs)
            {
                var description = root.Subcommands.Single(c => c.Name == verb.Verb).Description!;
                output.WriteLine($"  {verb.Verb.PadRight(width)}{FirstSentence(description)}");
                output.WriteLine($"  {new string(' ', width)}{verb.Examples[0]}");
            }
        }

        output.WriteLine();
        output.WriteLine($"`{root.HelpName} help VERB` shows the arguments and options of a verb.");
    }

    private static string FirstSentence(string text) =>
        text.IndexOf(". ", StringComparison.Ordinal) is >= 0 and var end ? text[..(end + 1)] : text;
}
