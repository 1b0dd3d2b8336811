namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The errors in what get_replication_status prints: protobuf text with "error: REPLICATION_MISSING_OP_ID" in
/// the status of a table.</summary>
internal static partial class ReplicationErrors
{
    public const string Command = "get_replication_status";

    // The protocol's word for none.
    private const string None = "REPLICATION_OK";

    public static IReadOnlyList<string> Parse(string output) =>
        [
            .. Form().Matches(output)
                .Select(m => m.Groups["error"].Value)
                .Where(e => e != None)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];

    [GeneratedRegex(
        @"\berror:\s*(?<error>[A-Z][A-Z0-9_]*)",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
