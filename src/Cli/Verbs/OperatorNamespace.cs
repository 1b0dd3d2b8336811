using System.CommandLine;

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

    /// <summary>How to see whether the operator runs: a sentence.</summary>
    /// <param name="connectionOptions">
    /// <c>--context</c> and <c>--kubeconfig</c> as the user gave them, each with a blank before it.
    /// </param>
    public static string HowToLook(string connectionOptions) =>
        $"See whether it runs: `kubectl -n {Default} get pod,lease{connectionOptions}` (with the namespace that it was "
        + "installed in, if that is another).";
}
