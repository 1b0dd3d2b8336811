namespace Drydock.Reconcilers.Oms;

/// <summary>Which values of environment variables must not be shown.</summary>
internal static class SecretVariables
{
    private static readonly string[] Words = ["PASS", "PWD", "SECRET", "TOKEN", "KEY", "CREDENTIAL"];

    public static IEnumerable<Secret> In(IEnumerable<string> lines) => lines
        .Select(line => line.Split('=', 2))
        .Where(line => line.Length == 2 && IsSecret(line[0]))
        .Select(line => new Secret(line[1]));

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
