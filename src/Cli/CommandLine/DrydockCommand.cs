namespace Drydock.Cli.CommandLine;

/// <summary>The command line of <c>kubectl drydock</c>.</summary>
internal static class DrydockCommand
{
    /// <summary>Runs a command line to its exit code. Nothing is thrown: a failure is a sentence.</summary>
    public static async Task<int> RunAsync(
        Surroundings surroundings, IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = VerbRunner.CleanupLimit + TimeSpan.FromSeconds(5),
            Output = surroundings.Output,
            Error = surroundings.Errors,
        };
        try
        {
            var parsed = Create(surroundings).Parse(words);
            if (parsed.Action is not ParseErrorAction errors)
            {
                return await parsed.InvokeAsync(configuration, cancellationToken);
            }

            // The help would push the errors off the screen.
            errors.ShowHelp = false;
            var code = await parsed.InvokeAsync(configuration, cancellationToken);
            surroundings.Errors.WriteLine($"See `{HelpPage.PathOf(parsed.CommandResult)} --help`.");
            return code;
        }
        catch (Exception failure)
        {
            surroundings.Errors.WriteLine(
                $"{HelpPage.Plugin} ended because of an error of its own, {failure.GetType().Name}: "
                + $"{Sentences.Close(failure.Message)} Report it with this line and the command.");
            return ExitCodes.Failed;
        }
    }

    public static RootCommand Create(Surroundings surroundings)
    {
        var runner = new VerbRunner(surroundings);
        var help = new HelpPage();
        var root = new RootCommand(
            "Drydock: plans, follows and controls upgrades. Verbs that change something ask first.")
        {
            HelpName = HelpPage.Plugin,
        };
        root.SetAction(parsed => help.Invoke(parsed));
        root.Options.Remove(root.Options.Single(o => o is HelpOption));
        root.Options.Add(new HelpOption("--help", "-h") { Action = help });
        foreach (var option in SharedOptions.OfAll())
        {
            root.Options.Add(option);
        }

        Command[] commands =
        [
            PlanCommand.Create(runner), CheckCommand.Create(runner), StatusCommand.Create(runner),
            WaitCommand.Create(runner), .. ChangeCommands.Create(runner), HistoryCommand.Create(runner),
            LogsCommand.Create(runner), ExplainCommand.Create(runner), ReportCommand.Create(runner),
            InitCommand.Create(runner, help), DashboardCommand.Create(runner),
        ];
        foreach (var command in commands)
        {
            root.Subcommands.Add(command);
        }

        RefuseUnknownOptions(root);
        root.Subcommands.Add(HelpCommand.Create(root));
        root.Subcommands.Add(CompleteCommand.Create(surroundings));
        return root;
    }

    // Otherwise an option that is misspelt would be taken for an argument.
    private static void RefuseUnknownOptions(Command command)
    {
        foreach (var argument in command.Arguments)
        {
            argument.Validators.Add(static result =>
            {
                foreach (var token in result.Tokens.Where(t => t.Value.StartsWith('-')))
                {
                    result.AddError($"There is no option {token.Value}.");
                }
            });
        }

        foreach (var subcommand in command.Subcommands)
        {
            RefuseUnknownOptions(subcommand);
        }
    }
}
