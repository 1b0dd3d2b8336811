namespace Drydock.Clients.Snapshots;

/// <summary>What made the dumps.</summary>
/// <param name="Name">E.g. <c>mysqldump</c>.</param>
/// <param name="Version">The line it prints for <c>--version</c>.</param>
/// <param name="Flags">Its flags, without host, user or any secret.</param>
/// <param name="Kind">Which of the known tools it is.</param>
/// <param name="Consistency">How the rows of one database come from one point in time, in words; null in manifests that
/// do not say.</param>
public sealed record SnapshotTool(
    string Name,
    string Version,
    IReadOnlyList<string> Flags,
    DumpToolKind Kind = DumpToolKind.MySqlDump,
    string? Consistency = null);
