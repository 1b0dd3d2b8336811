using Drydock.Cli.CommandLine;

namespace Drydock.Tests.Integration.Plugin;

/// <summary><c>kubectl drydock</c> in this process, without a terminal.</summary>
/// <param name="kubeconfig">The user's kubeconfig.</param>
/// <param name="space">The namespace.</param>
internal sealed class PluginRun(string kubeconfig, string space)
{
    /// <summary>Runs a verb.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="answer">What the user types; empty without a terminal.</param>
    /// <returns>Exit code, and what it prints.</returns>
    public async Task<(int Code, string Text)> RunAsync(string[] arguments, string answer = "")
    {
        await using var output = new StringWriter();
        var surroundings = new Surroundings
        {
            Output = output,
            Errors = output,
            Input = new StringReader(answer),
            CanAsk = answer.Length > 0,
            IsTerminal = false,
            UsesColor = false,
            Width = null,
        };
        string[] where = arguments[0] == "__complete" ? [] : ["-n", space, "--kubeconfig", kubeconfig];
        var code = await DrydockCommand.Create(surroundings).Parse([.. arguments, .. where])
            .InvokeAsync(cancellationToken: TestContext.Current.CancellationToken);
        return (code, output.ToString().ReplaceLineEndings("\n"));
    }
}
