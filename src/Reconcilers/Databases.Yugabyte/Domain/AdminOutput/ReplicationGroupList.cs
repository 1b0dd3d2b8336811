namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What list_universe_replications and list_xcluster_outbound_replication_groups print
/// (docs/research/yugabytedb.md#admin-tool): a line with their number, then their names in brackets.</summary>
internal static class ReplicationGroupList
{
    public const string Inbound = " Universe Replication Groups found";

    public const string Outbound = " Outbound Replication Groups found";

    /// <summary>The names.</summary>
    /// <exception cref="AdminOutputException">It is not that form, or the number is not that of the names.</exception>
    public static IReadOnlyList<string> Parse(string command, string heading, string output)
    {
        var lines = AdminLines.Of(output);
        var first = lines.Select(
            l => (Line: l, At: l.IndexOf(heading, StringComparison.Ordinal))).FirstOrDefault(l => l.At > 0);
        var bracketed = lines.FirstOrDefault(l => l is ['[', .., ']']);
        if (first.Line is null
            || !int.TryParse(first.Line[..first.At], System.Globalization.CultureInfo.InvariantCulture, out var count)
            || (bracketed is null && count > 0))
        {
            throw Unknown(command, heading, output);
        }

        var names = (bracketed ?? "[]")[1..^1].Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return names.Length == count ? names : throw Unknown(command, heading, output);
    }

    private static AdminOutputException Unknown(string command, string heading, string output) =>
        new(command, $"'N{heading}:' and N names in brackets", output);
}

/// <summary>The admin tool printed something else than it should. The message has what it printed, cut.</summary>
internal sealed class AdminOutputException : Exception
{
    private const int Longest = 600;

    public AdminOutputException(string command, string expected, string printed)
        : base($"{command} printed {Cut(printed)}; expected {expected}")
    {
    }

    private static string Cut(string printed)
    {
        var text = printed.Trim();
        return text.Length switch
        {
            0 => "nothing",
            > Longest => $"'{text[..Longest]}…'",
            _ => $"'{text}'",
        };
    }
}
