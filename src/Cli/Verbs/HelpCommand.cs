namespace Drydock.Cli.Verbs;

/// <summary><c>help VERB</c> is <c>VERB --help</c>.</summary>
internal static class HelpCommand
{
    public static Command Create(RootCommand root)
    {
        var verb = new Argument<string[]>("verb")
        {
            Description = "The verb; without it all are listed.",
            Arity = ArgumentArity.ZeroOrMore,
            HelpName = "verb",
        };
        verb.CompletionSources.Add(_ => VerbGroups.All.SelectMany(g => g.Verbs).Select(
            v => new System.CommandLine.Completions.CompletionItem(v.Verb)));
        var command = new Command("help", "Shows the verbs, or the arguments and options of one.") { verb };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            var words = parsed.GetValue(verb) ?? [];
            var inner = root.Parse([.. words, "--help"]);
            if (inner.CommandResult.Command is { Subcommands.Count: 0 } found && found.Name != words[^1])
            {
                parsed.InvocationConfiguration.Error.WriteLine($"There is no command {string.Join(' ', words)}.");
                return ExitCodes.Failed;
            }

            return inner.Invoke(parsed.InvocationConfiguration);
        });
        return command;
    }
}
