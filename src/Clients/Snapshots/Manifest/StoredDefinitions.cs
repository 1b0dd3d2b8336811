namespace Drydock.Clients.Snapshots;

/// <summary>Which definitions a manifest holds as text.</summary>
internal static class StoredDefinitions
{
    private const int One = 16 << 10;

    private const int All = 2 << 20;

    /// <summary>Leaves out what is too long. Of an encrypted snapshot all are left out, because a manifest is not
    /// encrypted.</summary>
    internal static IReadOnlyList<SnapshotDatabase> Within(IReadOnlyList<SnapshotDatabase> databases, bool encrypted)
    {
        var left = encrypted ? 0 : All;
        return [
            .. databases.Select(d => d with
            {
                Tables = [.. d.Tables.Select(t => t with { Definition = Take(t.Definition) })],
                Views = Kept(d.Views),
                Routines = Kept(d.Routines),
                Triggers = Kept(d.Triggers),
                Events = Kept(d.Events),
                Sequences = Kept(d.Sequences),
            }),
        ];

        List<SnapshotObject> Kept(IReadOnlyList<SnapshotObject> objects) =>
            [.. objects.Select(o => o with { Definition = Take(o.Definition) })];

        string? Take(string? definition)
        {
            if (definition is null || definition.Length > One || definition.Length > left)
            {
                return null;
            }

            left -= definition.Length;
            return definition;
        }
    }
}
