namespace Drydock.Clients.Snapshots;

/// <summary>Finds the snapshots of a folder by their manifests.</summary>
internal static class SnapshotLister
{
    internal static async Task<SnapshotListing> ListAsync(
        ISnapshotStorage storage, string path, CancellationToken cancellationToken)
    {
        var folder = path.Trim('/');
        var prefix = folder.Length == 0 ? "" : folder + "/";
        var names = (
            await storage.ListAsync(prefix, cancellationToken).ConfigureAwait(false)).Select(static o =>
                o.Name).ToList();
        var removing = Ids(names, prefix, ManifestStore.RemovingName);
        var ids = Ids(names, prefix, ManifestStore.Name).Except(removing, StringComparer.Ordinal).ToList();
        if (ids.Count > SnapshotLimits.ListedSnapshots)
        {
            throw new SnapshotException(SnapshotFailure.StorageUnusable, string.Create(
                CultureInfo.InvariantCulture,
                $"Folder '{folder}' of {storage.Description} has {ids.Count} snapshots, expected at most "
                    + $"{SnapshotLimits.ListedSnapshots}. Remove old ones, or use another folder."));
        }

        var (good, bad) = (new List<ListedSnapshot>(), new List<UnreadableSnapshot>());
        foreach (var id in ids)
        {
            var location = new SnapshotLocation(storage, folder, id);
            try
            {
                if (await ManifestStore.ReadAsync(location, cancellationToken).ConfigureAwait(false) is { } manifest)
                {
                    good.Add(new ListedSnapshot(location, Summary(manifest)));
                }
            }
            catch (SnapshotException e) when (e.Failure is SnapshotFailure.ManifestInvalid
                or SnapshotFailure.InvalidRequest)
            {
                bad.Add(new UnreadableSnapshot(location, e.Message));
            }
            catch (SnapshotException e) when (e.Failure == SnapshotFailure.NotFound)
            {
                // Removed since the names were listed.
            }
        }

        return new SnapshotListing(
            [
                .. good.OrderBy(static s => s.Manifest.CreatedAt)
                    .ThenBy(static s => s.Location.Id, StringComparer.Ordinal),
            ],
            [.. removing.Select(id => new SnapshotLocation(storage, folder, id))],
            bad);
    }

    // Many are kept in memory at once, so the lists of files and objects are omitted.
    private static SnapshotManifest Summary(SnapshotManifest manifest) => manifest with
    {
        Databases =
        [
            .. manifest.Databases.Select(
                static d => d with
                {
                    Files = null,
                    Tables = [],
                    Views = [],
                    Routines = [],
                    Triggers = [],
                    Events = [],
                    Sequences = [],
                }),
        ],
    };

    // prefix + id + / + name, and nothing deeper.
    private static List<string> Ids(IEnumerable<string> names, string prefix, string name) =>
    [
        .. names
            .Where(
                n =>
                    n.Length > prefix.Length + name.Length + 1
                        && n.StartsWith(prefix, StringComparison.Ordinal)
                        && n.EndsWith("/" + name, StringComparison.Ordinal))
            .Select(n => n[prefix.Length..^(name.Length + 1)])
            .Where(static id => !id.Contains('/', StringComparison.Ordinal)),
    ];
}
