namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// A row of ADMIN SHOW DDL JOBS, by the names of its columns: their number differs by version
/// (docs/research/tidb.md#tidb-server).
/// </summary>
/// <param name="Id">JOB_ID.</param>
/// <param name="Database">DB_NAME.</param>
/// <param name="Table">TABLE_NAME.</param>
/// <param name="Type">JOB_TYPE: add index.</param>
/// <param name="State">STATE: none is queued.</param>
internal sealed record DdlJob(string Id, string Database, string Table, string Type, string State)
{
    private static readonly string[] Ended = ["synced", "rollback done", "cancelled"];
    private static readonly string[] Undone = ["cancelling", "rollingback", "rolling back"];

    /// <summary>Whether the job has ended. An unknown state counts as not ended.</summary>
    public bool HasEnded => Ended.Contains(State.Trim(), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether it changes the system tables, as the first new TiDB's own bootstrap does.</summary>
    public bool IsOfSystem => string.Equals(Database, "mysql", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is being cancelled or undone already.</summary>
    public bool IsBeingCancelled => Undone.Contains(State.Trim(), StringComparer.OrdinalIgnoreCase);

    /// <summary>What an administrator can do about jobs: whole sentences.</summary>
    public static string Advice(IReadOnlyCollection<DdlJob> jobs)
    {
        var ids = string.Join(", ", jobs.Where(j => !j.IsBeingCancelled).Select(j => j.Id));
        return ids.Length == 0
            ? "It is being cancelled already: wait until it has ended."
            : $"Let it end, or cancel it with `ADMIN CANCEL DDL JOBS {ids}`.";
    }

    public override string ToString() =>
        $"job {Id}: {Type} on {Database}{(Table.Length > 0 ? "." + Table : "")}, {State}";
}
