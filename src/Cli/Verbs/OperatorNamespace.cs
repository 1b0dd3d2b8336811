using System.CommandLine;

namespace Drydock.Cli.Verbs;

/// <summary>The namespace of the operator, for the verbs that need its pod.</summary>
internal static class OperatorNamespace
{
    private const string Default = "drydock-system";

    public static Option<string> Option() => new("--operator-namespace")
    {
        Description = $"Where the operator runs. Default: {Default}.",
        DefaultValueFactory = static _ => Default,
    };
}
