using System.Text.RegularExpressions;

namespace Drydock.Cli.Init;

/// <summary>Names of objects, as Kubernetes takes them.</summary>
internal static partial class ObjectName
{
    private const int Longest = 253;

    /// <summary>Length of a made name: as long as the value of a label may be.</summary>
    private const int LongestMade = 63;

    /// <summary>Whether Kubernetes takes the name.</summary>
    public static bool IsValid(string name) => name.Length <= Longest && Subdomain().IsMatch(name);

    /// <summary>SYSTEM-to-VERSION.</summary>
    /// <param name="system">The name of the system; null, or one without a usable character, is not used.</param>
    /// <param name="fallback">The name that is used instead.</param>
    /// <param name="toVersion">The version after the upgrade.</param>
    public static string Of(string? system, string fallback, string toVersion)
    {
        var end = $"-to-{Clean(toVersion)}";
        var begin = Clean(system ?? "");
        begin = begin.Length == 0 ? fallback : begin;
        var room = Math.Max(1, LongestMade - end.Length);
        return $"{begin[..Math.Min(begin.Length, room)].TrimEnd('-')}{end}".TrimEnd('-');
    }

    private static string Clean(string text) => Other().Replace(text.ToLowerInvariant(), "-").Trim('-');

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Other();

    [GeneratedRegex(
        @"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Subdomain();
}
