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
            var wrong = WrongUsage.OfSwitch(parsed, words);
            if (wrong is null && parsed.Action is not ParseErrorAction)
            {
                return await parsed.InvokeAsync(configuration, cancellationToken);
            }

            surroundings.Errors.WriteLine(wrong ?? WrongUsage.Explain(parsed));
            return ExitCodes.Failed;
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
            PlanCommand.Create(runner), DiffCommand.Create(runner), CheckCommand.Create(runner),
            StatusCommand.Create(runner),
            WaitCommand.Create(runner), .. ChangeCommands.Create(runner), HistoryCommand.Create(runner),
            LogsCommand.Create(runner), ExplainCommand.Create(runner), ReportCommand.Create(runner),
            InitCommand.Create(runner, help), DashboardCommand.Create(runner), VersionCommand.Create(runner),
            DoctorCommand.Create(runner), CompletionCommand.Create(runner),
        ];
        foreach (var command in commands)
        {
            root.Subcommands.Add(command);
        }

        WrongUsage.Refuse(root);
        root.Subcommands.Add(HelpCommand.Create(root));
        root.Subcommands.Add(CompleteCommand.Create(surroundings));
        return root;
    }
}
