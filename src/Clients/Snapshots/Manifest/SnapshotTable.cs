namespace Drydock.Clients.Snapshots;

/// <summary>One table of a snapshot.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rows">COUNT(*) on the server, equal to the rows in the dump.</param>
/// <param name="DefinitionSha256">Of its definition without the AUTO_INCREMENT counter; null where it could not be
/// read.</param>
public sealed record SnapshotTable(string Name, long Rows, string? DefinitionSha256);
