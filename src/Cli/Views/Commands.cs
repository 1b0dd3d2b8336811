namespace Drydock.Cli.Views;

/// <summary>Commands of this program, ready to paste.</summary>
internal static class Commands
{
    /// <summary>A verb about a run, with the context and kubeconfig in which the run was read.</summary>
    /// <param name="argument">What follows the name; null for nothing.</param>
    public static string Of(Run run, string verb, string? argument = null)
    {
        var name = run.Address.HasKind ? $"{run.Kind.ShortName}/{run.Metadata.Name}" : run.Metadata.Name;
        return $"kubectl drydock {verb} {name}{(argument is null ? "" : $" {argument}")} -n {run.Metadata.Namespace}"
            + run.Address.Options;
    }
}
