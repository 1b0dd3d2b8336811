namespace Drydock.Cli.Verbs;

/// <summary>The namespace of the operator, for the verbs that need its pod.</summary>
internal static class OperatorNamespace
{
    private const string Default = "drydock-system";

    public static Option<string> Option() => new("--operator-namespace")
    {
        Description = "Where the operator runs.",
        DefaultValueFactory = static _ => Default,
    };

    public static string HowToLook(string connectionOptions) =>
        $"See whether it runs: `kubectl -n {Default} get pod,lease{connectionOptions}` (with the namespace that it was "
        + "installed in, if that is another).";
}
