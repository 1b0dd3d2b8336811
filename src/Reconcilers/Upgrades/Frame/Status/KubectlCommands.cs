using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>Commands about one object, ready to paste, in backquotes.</summary>
/// <param name="resource">The short name of the kind.</param>
/// <param name="metadata">Metadata of the object.</param>
internal sealed class KubectlCommands(string resource, V1ObjectMeta metadata)
{
    /// <summary>Rolls the run back.</summary>
    public string RollBack => Patch("""{"spec":{"desiredState":"RolledBack"}}""");

    /// <summary>Deletes the object.</summary>
    public string Delete => Command("delete", "");

    /// <summary>Changes the spec.</summary>
    /// <param name="json">A merge patch.</param>
    public string Patch(string json) => Command("patch", $"--type merge -p '{json}'");

    /// <summary>Sets an annotation.</summary>
    public string Annotate(string key, string value) =>
        Command("annotate", $"{Quoted($"{key}={value}")} --overwrite");

    /// <summary>Removes an annotation.</summary>
    public string RemoveAnnotation(string key) => Command("annotate", $"{key}-");

    /// <summary>Prints a part of the object.</summary>
    /// <param name="jsonPath">A JSONPath template of kubectl.</param>
    public string Print(string jsonPath) => Command("get", $"-o jsonpath='{jsonPath}'");

    /// <summary>Gives a retry token.</summary>
    /// <param name="token">A token that was not used.</param>
    public string Retry(string token) => Annotate(Annotations.Retry, token);

    private string Command(string verb, string arguments) =>
        $"`{$"kubectl -n {metadata.Namespace} {verb} {resource} {metadata.Name} {arguments}".TrimEnd()}`";

    // Names of steps contain names of nodes.
    private static string Quoted(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or '@' or '=' or ':')
            ? text
            : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
