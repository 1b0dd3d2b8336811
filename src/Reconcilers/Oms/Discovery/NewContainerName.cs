namespace Drydock.Reconcilers.Oms;

/// <summary>Names of new containers that the spec does not name. Pure.</summary>
internal static class NewContainerName
{
    // As the schema bounds names of containers.
    private const int Longest = 128;

    /// <summary>The name of the current container with the new version in place of the old one: oms_322bp2 becomes
    /// oms_422bp1. Where the old version is not part of it, the new one is appended.</summary>
    public static string Of(string current, string fromVersion, string toVersion)
    {
        if (!OmsVersion.TryParse(fromVersion, out var from) || !OmsVersion.TryParse(toVersion, out var to))
        {
            return Append(current, "new");
        }

        var old = Regex.Matches(
            current,
            string.Create(
                CultureInfo.InvariantCulture,
                $@"(?<![0-9]){from.Major}(?<dot>\.?){from.Minor}\k<dot>{from.Patch}([._-]?bp[0-9]+)?(?![0-9])"),
            RegexOptions.CultureInvariant | RegexOptions.IgnoreCase,
            TimeSpan.FromSeconds(1)).LastOrDefault();
        if (old is null)
        {
            return Append(current, Text(to, ""));
        }

        var name = string.Concat(
            current.AsSpan(0, old.Index),
            Text(to, old.Value.Contains('.', StringComparison.Ordinal) ? "." : ""),
            current.AsSpan(old.Index + old.Length));
        return name == current || name.Length > Longest ? Append(current, Text(to, "")) : name;
    }

    private static string Append(string current, string suffix) =>
        $"{current[..Math.Min(current.Length, Longest - suffix.Length - 1)]}_{suffix}";

    private static string Text(OmsVersion version, string separator) => string.Create(
        CultureInfo.InvariantCulture,
        $"{version.Major}{separator}{version.Minor}{separator}{version.Patch}"
            + $"{(version.BugfixPack > 0 ? $"bp{version.BugfixPack}" : "")}");
}
