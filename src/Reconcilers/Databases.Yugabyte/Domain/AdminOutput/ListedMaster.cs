namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>A row of list_all_masters (docs/research/yugabytedb.md#admin-tool).</summary>
/// <param name="Uuid">The master's id.</param>
/// <param name="RpcAddress">HOST:PORT.</param>
/// <param name="State">ALIVE, or the code of an error.</param>
/// <param name="Role">LEADER, FOLLOWER, UNKNOWN or another.</param>
internal sealed record ListedMaster(string Uuid, string RpcAddress, string State, string Role)
{
    private const string Heading = "Master UUID";

    public bool IsAlive => State == "ALIVE";

    public bool IsLeader => Role == "LEADER";

    public static IReadOnlyList<ListedMaster> Parse(string output)
    {
        var lines = AdminLines.Of(output);
        var at = lines.ToList().FindIndex(l => l.StartsWith(Heading, StringComparison.Ordinal));
        var rows = at < 0
            ? []
            : lines.Skip(at + 1).Select(l => l.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)).ToList();
        return rows.Count > 0 && rows.TrueForAll(r => r.Length >= 4)
            ? [.. rows.Select(r => new ListedMaster(r[0], r[1], r[2], r[3]))]
            : throw new AdminOutputException(
                "list_all_masters", "a table with the columns Master UUID, RPC Host/Port, State and Role", output);
    }
}
