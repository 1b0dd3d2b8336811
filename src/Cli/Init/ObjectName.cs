namespace Drydock.Cli.Init;

/// <summary>Names of objects, as Kubernetes takes them.</summary>
internal static partial class ObjectName
{
    private const int Longest = 253;

    public static bool IsValid(string name) => name.Length <= Longest && Subdomain().IsMatch(name);

    public static bool IsNamespace(string name) =>
        name.Length <= 63 && !name.Contains('.', StringComparison.Ordinal) && IsValid(name);

    public static string Refusal(string field, string name) =>
        $"{field} '{name}' is not a name of an object. Expected are lower-case letters, digits, hyphens and dots, at "
        + $"most {Longest} characters.";

    public static string Of(string system, string toVersion) =>
        $"{system}-to-{Other().Replace(toVersion.ToLowerInvariant(), "-").Trim('-')}";

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Other();

    [GeneratedRegex(
        @"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Subdomain();
}
