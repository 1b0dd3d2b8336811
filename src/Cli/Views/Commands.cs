using Drydock.Cli.Runs;

namespace Drydock.Cli.Views;

/// <summary>Commands of this program, ready to paste.</summary>
internal static class Commands
{
    /// <summary>A verb about a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="verb">The verb.</param>
    /// <param name="argument">What follows the name; null for nothing.</param>
    public static string Of(Run run, string verb, string? argument = null) =>
        $"kubectl drydock {verb} {run.Metadata.Name}{(argument is null ? "" : $" {argument}")} -n "
        + $"{run.Metadata.Namespace}";
}
