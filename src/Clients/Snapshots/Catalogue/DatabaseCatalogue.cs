namespace Drydock.Clients.Snapshots;

/// <summary>What a database on the server holds. Lists are in ordinal order of names.</summary>
internal sealed record DatabaseCatalogue(
    string Name,
    string CharacterSet,
    string Collation,
    IReadOnlyList<SnapshotTable> Tables,
    IReadOnlyList<SnapshotObject> Views,
    IReadOnlyList<SnapshotObject> Routines,
    IReadOnlyList<SnapshotObject> Triggers,
    IReadOnlyList<SnapshotObject> Events,
    IReadOnlyList<SnapshotObject> Sequences)
{
    internal bool IsEmpty =>
        Tables.Count + Views.Count + Routines.Count + Triggers.Count + Events.Count + Sequences.Count == 0;
}
