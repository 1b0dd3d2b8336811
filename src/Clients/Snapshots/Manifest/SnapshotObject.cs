namespace Drydock.Clients.Snapshots;

/// <summary>A view, routine, trigger, event or sequence of a snapshot.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DefinitionSha256">Of its definition; null where it could not be read.</param>
public sealed record SnapshotObject(string Name, string? DefinitionSha256);
