namespace Drydock.Cli.Changes;

/// <summary>Commands of kubectl for what the plugin never changes: the spec, which a GitOps tool may own.</summary>
internal static class SpecPatch
{
    public static string Command(Run run, string spec) =>
        $"`kubectl -n {run.Metadata.Namespace} patch {run.Kind.ShortName} {run.Metadata.Name} --type merge -p "
        + $"'{{\"spec\":{spec}}}'`";
}
