namespace Drydock.Clients.Snapshots;

/// <summary>One load of one database: the request and the resolved details.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Manifest">The snapshot.</param>
/// <param name="Database">The database in it.</param>
/// <param name="Target">The database on the server.</param>
/// <param name="Key">Distinguishes its sessions from those of other loads.</param>
internal sealed record DatabaseLoad(
    SnapshotLoadRequest Request, SnapshotManifest Manifest, SnapshotDatabase Database, string Target, string Key)
{
    internal SnapshotLocation Location => Request.Location;

    /// <summary>Whether it is loaded for a test beside the original, whose events run.</summary>
    internal bool IsTest => Key.EndsWith(SessionMarker.ForTest, StringComparison.Ordinal);

    /// <summary>How much the names of the tables in its dump may take.</summary>
    internal NameBudget Names { get; } = new();

    internal DecryptionKey DecryptionKey => DecryptionKey.Of(Manifest, Request.Identity);

    internal IEnumerable<SnapshotFile> FilesOf(params SnapshotPart[] parts) =>
        Database.StoredFiles.Where(f => parts.Contains(f.Part))
            .OrderBy(static f => f.Part)
            .ThenBy(static f => f.Name, StringComparer.Ordinal);

    internal static async Task<DatabaseLoad> ReadAsync(
        SnapshotLoadRequest request, string keySuffix, CancellationToken cancellationToken)
    {
        var manifest = await ManifestStore.RequireAsync(request.Location, cancellationToken).ConfigureAwait(false);
        var database = manifest.Databases.FirstOrDefault(d => d.Name == request.Database)
            ?? throw new SnapshotException(
                SnapshotFailure.NotFound,
                $"Snapshot {request.Location.Id} has no database '{request.Database}'; "
                    + $"it has {string.Join(", ", manifest.Databases.Select(static d => d.Name))}.");
        var load =
            new DatabaseLoad(request, manifest, database, request.Target ?? database.Name, database.Name + keySuffix);
        if (!load.DecryptionKey.CanOpen)
        {
            throw new SnapshotException(
                SnapshotFailure.IdentityMissing,
                $"Snapshot {request.Location.Id} is encrypted. Set the age identity of one of its recipients "
                    + $"({string.Join(", ", manifest.Encryption!.Recipients)}).");
        }

        return load;
    }
}
