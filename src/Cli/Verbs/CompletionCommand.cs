namespace Drydock.Cli.Verbs;

/// <summary>Prints a script that completes <c>kubectl drydock</c> in a shell. It asks <c>__complete</c>, as the program
/// <c>kubectl_complete-drydock</c> does for kubectl's own completion, and leaves all else to that of kubectl.</summary>
internal static class CompletionCommand
{
    private static readonly string[] Shells = ["bash", "zsh", "fish"];

    public static Command Create(VerbRunner runner)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish.", HelpName = "shell" };
        shell.CompletionSources.Add(Shells);
        shell.Validators.Add(WrongUsage.AcceptOnly("SHELL", Shells));
        var command = new Command("completion", "Prints the script that completes kubectl drydock in a shell.")
        {
            shell,
        };
        runner.SetLocal(command, async (parsed, cancellationToken) =>
        {
            await using var script = Assembly.GetExecutingAssembly()
                .GetManifestResourceStream($"kubectl-drydock.{parsed.GetValue(shell)}")!;
            using var reader = new StreamReader(script);
            await runner.Surroundings.Output.WriteAsync(await reader.ReadToEndAsync(cancellationToken));
            return ExitCodes.Done;
        });
        return command;
    }
}
