using Drydock.Cli.Runs;

namespace Drydock.Cli.Changes;

/// <summary>Commands of kubectl for what the plugin never changes: the spec, which a GitOps tool may own.</summary>
internal static class SpecPatch
{
    /// <summary>The command, in backquotes.</summary>
    /// <param name="run">The run.</param>
    /// <param name="spec">The fields as JSON, with their braces.</param>
    public static string Command(Run run, string spec) =>
        $"`kubectl -n {run.Metadata.Namespace} patch {run.Kind.ShortName} {run.Metadata.Name} --type merge -p "
        + $"'{{\"spec\":{spec}}}'`";
}
