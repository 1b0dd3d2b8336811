namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// How are_nodes_safe_to_take_down wants its arguments, which has changed between versions
/// (docs/research/yugabytedb.md#admin-tool).
/// </summary>
internal enum NodesSafeForm
{
    /// <summary>The tool has no such command.</summary>
    Absent,

    /// <summary><c>SERVER_UUIDS [LAG_MS]</c>.</summary>
    Servers,

    /// <summary><c>TSERVER_UUIDS|NONE MASTER_UUIDS|NONE LAG_MS</c>.</summary>
    TserversAndMasters,
}
