namespace Drydock.Reconcilers.Upgrades;

/// <summary>Commands about one object, ready to paste, in backquotes.</summary>
/// <param name="resource">The short name of the kind.</param>
/// <param name="metadata">Metadata of the object.</param>
internal sealed class KubectlCommands(string resource, V1ObjectMeta metadata)
{
    public string RollBack => Patch("""{"spec":{"desiredState":"RolledBack"}}""");

    public string Delete => Command("delete", "");

    public string Patch(string json) => Command("patch", $"--type merge -p '{json}'");

    public string Annotate(string key, string value) =>
        Command("annotate", $"{Quoted($"{key}={value}")} --overwrite");

    public string RemoveAnnotation(string key) => Command("annotate", $"{key}-");

    public string Print(string jsonPath) => Command("get", $"-o jsonpath='{jsonPath}'");

    public string Retry(string token) => Annotate(Annotations.Retry, token);

    private string Command(string verb, string arguments) =>
        $"`{$"kubectl -n {metadata.Namespace} {verb} {resource} {metadata.Name} {arguments}".TrimEnd()}`";

    // Names of steps contain names of nodes.
    private static string Quoted(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or '@' or '=' or ':')
            ? text
            : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
