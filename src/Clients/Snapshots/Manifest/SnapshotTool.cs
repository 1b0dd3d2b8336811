namespace Drydock.Clients.Snapshots;

/// <summary>What made the dumps.</summary>
/// <param name="Name">E.g. <c>mysqldump</c>.</param>
/// <param name="Version">The line it prints for <c>--version</c>.</param>
/// <param name="Flags">Its flags, without host, user or any secret.</param>
public sealed record SnapshotTool(string Name, string Version, IReadOnlyList<string> Flags);
