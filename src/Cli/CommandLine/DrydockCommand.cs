using System.CommandLine;
using Drydock.Cli.Verbs;

namespace Drydock.Cli.CommandLine;

/// <summary>The command line of <c>kubectl drydock</c>.</summary>
internal static class DrydockCommand
{
    /// <summary>Builds the command.</summary>
    public static RootCommand Create(Surroundings surroundings)
    {
        var options = new GlobalOptions();
        var runner = new VerbRunner(surroundings, options);
        var root = new RootCommand(
            "Drydock: plans, watches and steers upgrades. Verbs that change something ask first.");
        options.AddTo(root);
        root.Subcommands.Add(PlanCommand.Create(runner));
        root.Subcommands.Add(CheckCommand.Create(runner));
        root.Subcommands.Add(StatusCommand.Create(runner));
        foreach (var command in ChangeCommands.Create(runner))
        {
            root.Subcommands.Add(command);
        }

        root.Subcommands.Add(HistoryCommand.Create(runner));
        root.Subcommands.Add(LogsCommand.Create(runner));
        root.Subcommands.Add(ExplainCommand.Create(runner));
        root.Subcommands.Add(ReportCommand.Create(runner));
        root.Subcommands.Add(InitCommand.Create(runner));
        root.Subcommands.Add(UploadCommand.Create(runner));
        root.Subcommands.Add(DashboardCommand.Create(runner));
        RefuseUnknownOptions(root);
        root.Subcommands.Add(CompleteCommand.Create(surroundings));
        return root;
    }

    // Otherwise an option that is misspelt would be taken for an argument.
    private static void RefuseUnknownOptions(Command command)
    {
        foreach (var argument in command.Arguments)
        {
            argument.Validators.Add(result =>
            {
                foreach (var token in result.Tokens.Where(t => t.Value.StartsWith('-')))
                {
                    result.AddError($"There is no option {token.Value}. See `kubectl drydock {command.Name} --help`.");
                }
            });
        }

        foreach (var subcommand in command.Subcommands)
        {
            RefuseUnknownOptions(subcommand);
        }
    }
}
