namespace Drydock.Cli.Init;

/// <summary>Texts as values of the YAML that <c>init</c> writes.</summary>
internal static partial class ManifestYaml
{
    /// <summary>The SHA-256 of an archive that the user has to fill in.</summary>
    public const string UnknownSha256 = "0000000000000000000000000000000000000000000000000000000000000000";

    // Words that YAML 1.1 takes for another type.
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "true", "false", "yes", "no", "on", "off", "y", "n", "null",
    };

    /// <summary>The text as a value: as it is if it stays this text, otherwise in double quotes.</summary>
    public static string Of(string text) =>
        Plain().IsMatch(text) && !Words.Contains(text)
            ? text
            : $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    /// <summary>The line of a version that preflight cannot find; none without it.</summary>
    public static string From(string? version) => version is null ? "" : $"  fromVersion: {Of(version)}\n";

    /// <summary>The text within a comment, which it cannot end.</summary>
    public static string Comment(string text) => ForeignText.Words(text, 200);

    // A word, a path or an image; an IPv4 address or a version with at least two dots, which is no number.
    [GeneratedRegex(
        @"^(?:[a-zA-Z/](?:[-a-zA-Z0-9_./]|:(?=[^:\s]))*(?<![:.])|[0-9]+(?:\.[0-9]+){2,}(?:-[a-zA-Z0-9.]+)?)$",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Plain();
}
