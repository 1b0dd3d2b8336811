using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>Which values of environment variables must not be shown.</summary>
internal static class SecretVariables
{
    private static readonly string[] Words = ["PASS", "PWD", "SECRET", "TOKEN", "KEY", "CREDENTIAL"];

    /// <summary>The values of those variables of a container whose names tell that they are secret.</summary>
    /// <param name="lines"><c>NAME=value</c>.</param>
    public static IEnumerable<Secret> In(IEnumerable<string> lines) => lines
        .Select(line => line.Split('=', 2))
        .Where(line => line.Length == 2 && IsSecret(line[0]))
        .Select(line => new Secret(line[1]));

    /// <summary>
    /// The value of a variable of the spec, if it comes from a Secret or its name tells that it is one.
    /// </summary>
    public static IEnumerable<Secret> In(EnvironmentVariable variable, Func<SecretKeyReference, Secret?> secret) =>
        variable switch
        {
            { ValueFrom.SecretKeyRef: { } reference } => secret(reference) is { } value ? [value] : [],
            { Value: { } text } when IsSecret(variable.Name) => [new Secret(text)],
            _ => [],
        };

    private static bool IsSecret(string name) =>
        Array.Exists(Words, word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
}
