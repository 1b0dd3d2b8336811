namespace Drydock.Tests.EndToEnd.Support;

/// <summary><c>kubectl drydock</c> as a process, as a user runs it.</summary>
/// <param name="kubeconfig">The user's kubeconfig.</param>
/// <param name="space">The namespace.</param>
internal sealed class Plugin(string kubeconfig, string space)
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "kubectl-drydock.dll");

    /// <summary>Runs a verb to its end.</summary>
    public Task<ShellResult> TryAsync(params string[] arguments) =>
        StartAsync([.. arguments, "-n", space, "--kubeconfig", kubeconfig]);

    /// <summary>Runs a verb that has to end with an exit code, and returns what it prints.</summary>
    public async Task<string> RunAsync(int exitCode, params string[] arguments) =>
        Checked(exitCode, arguments, await TryAsync(arguments));

    /// <summary>Runs a verb that needs no cluster.</summary>
    public async Task<string> RunLocalAsync(int exitCode, params string[] arguments) =>
        Checked(exitCode, arguments, await StartAsync(arguments));

    // Some verbs wait for the operator, and one of them for as long as the upgrade is held.
    private Task<ShellResult> StartAsync(string[] arguments) => Limit.OnAsync(
        $"'kubectl drydock {string.Join(' ', arguments)}' to end",
        token => Shell.TryRunAsync(
            "dotnet",
            [Program, .. arguments],
            environment: new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["XDG_CACHE_HOME"] = Path.GetDirectoryName(kubeconfig)
            },
            cancellationToken: token));

    private static string Checked(int exitCode, string[] arguments, ShellResult result)
    {
        result.ExitCode.ShouldBe(
            exitCode, $"kubectl drydock {string.Join(' ', arguments)}\n{result.Output}\n{result.Error}");
        return result.Output + result.Error;
    }
}
