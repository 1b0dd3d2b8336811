namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The version of the SQL catalogue, as ysql_catalog_version prints it: "Version:1". Every migration raises
/// it.</summary>
internal static partial class CatalogVersion
{
    public static long Parse(string command, string output) =>
        Form().Match(output) is { Success: true } match
        && long.TryParse(
            match.Groups["version"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw new AdminOutputException(command, "'Version:NUMBER'", output);

    [GeneratedRegex(
        @"\bVersion:\s*(?<version>\d{1,19})\b",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
