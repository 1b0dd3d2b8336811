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
            surroundings.Errors.WriteLine($"See `{CommandPath.Of(parsed)} --help`.");
            return code;
        }
        catch (Exception failure)
        {
            surroundings.Errors.WriteLine(
                $"{CommandPath.Plugin} ended because of an error of its own, {failure.GetType().Name}: "
                + $"{Sentences.Close(failure.Message)} Report it with this line and the command.");
            return ExitCodes.Failed;
        }
    }

    public static RootCommand Create(Surroundings surroundings)
    {
        var options = new GlobalOptions();
        var runner = new VerbRunner(surroundings, options);
        var help = new HelpPage();
        var root = new RootCommand(
            "Drydock: plans, follows and controls upgrades. Verbs that change something ask first.")
        {
            HelpName = CommandPath.Plugin,
        };
        root.SetAction(parsed => help.Invoke(parsed));
        root.Options.Remove(root.Options.Single(o => o is HelpOption));
        root.Options.Add(new HelpOption("--help", "-h") { Action = help });
        options.AddTo(root);
        root.Subcommands.Add(PlanCommand.Create(runner));
        root.Subcommands.Add(CheckCommand.Create(runner));
        root.Subcommands.Add(StatusCommand.Create(runner));
        root.Subcommands.Add(WaitCommand.Create(runner));
        foreach (var command in ChangeCommands.Create(runner))
        {
            root.Subcommands.Add(command);
        }

        root.Subcommands.Add(HistoryCommand.Create(runner));
        root.Subcommands.Add(LogsCommand.Create(runner));
        root.Subcommands.Add(ExplainCommand.Create(runner));
        root.Subcommands.Add(ReportCommand.Create(runner));
        root.Subcommands.Add(InitCommand.Create(runner, help));
        root.Subcommands.Add(DashboardCommand.Create(runner));
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
