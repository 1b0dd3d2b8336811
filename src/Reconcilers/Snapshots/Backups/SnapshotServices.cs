namespace Drydock.Reconcilers.Snapshots;

/// <summary>The dependencies of the controllers of snapshots and restores.</summary>
internal sealed record SnapshotServices : ControllerServices
{
    public required Snapshotter Snapshotter { get; init; }

    public required SnapshotLoader Loader { get; init; }

    public required IStorages Storages { get; init; }

    public required Func<MySqlOptions, SqlRestoreServer> Servers { get; init; }

    /// <summary>Why the databases of an upgrade may be in use by OMS, asked of its hosts; null if all containers that
    /// its plan keeps stopped are stopped.</summary>
    public required Func<OmsUpgrade, CancellationToken, Task<string?>> InUse { get; init; }

    public required AsyncSignal Changes { get; init; }

    public AsyncSignal Retention { get; init; } = new();

    public NamespaceScope Scope { get; init; } = NamespaceScope.All;

    public EndpointPolicy Endpoints { get; init; } = EndpointPolicy.Default;

    /// <summary>The location of a snapshot that has started.</summary>
    /// <exception cref="SnapshotException">Its storage cannot be opened.</exception>
    public async Task<SnapshotLocation> LocateAsync(BackupSnapshot snapshot, CancellationToken cancellationToken) =>
        new(
            await Storages.OpenAsync(snapshot.StoredIn(), snapshot.Metadata.Namespace, cancellationToken),
            snapshot.Spec.PathPrefix ?? "",
            snapshot.Status?.SnapshotID
                ?? throw new ArgumentException("The snapshot has not started.", nameof(snapshot)));

    /// <summary>Removes what a test of a snapshot left, and its files after those of its earlier attempts: a finished
    /// dump that failed its test is named by no other object.</summary>
    public async Task RemoveAsync(
        BackupSnapshot snapshot, SnapshotLocation location, bool keepFiles, CancellationToken cancellationToken)
    {
        if (SnapshotTake.MayLeaveTest(snapshot))
        {
            await ClearTestAsync(snapshot, location, cancellationToken);
        }

        if (keepFiles)
        {
            return;
        }

        foreach (var id in SnapshotTake.EarlierIds(snapshot).Append(location.Id))
        {
            var attempt = location with { Id = id };
            if (TestsDefinitions(snapshot))
            {
                await Snapshotter.DeleteAsync(SnapshotTake.TestOf(attempt), cancellationToken);
            }

            await Snapshotter.DeleteAsync(attempt, cancellationToken);
        }
    }

    // Definitions are tested in a place of their own, a whole dump where it is stored.
    private static bool TestsDefinitions(BackupSnapshot snapshot) =>
        snapshot.Spec is { Contents: SnapshotContents.Definitions }
            or { Verify: Crds.Common.SnapshotVerification.Schema };

    // The Secret of an upgrade may be removed together with it, before the test is.
    private async Task ClearTestAsync(
        BackupSnapshot snapshot, SnapshotLocation location, CancellationToken cancellationToken)
    {
        try
        {
            var source = new SnapshotSource(this, snapshot.Metadata.Namespace, cancellationToken);
            var test = new RestoreTestRequest
            {
                Location = TestsDefinitions(snapshot) ? SnapshotTake.TestOf(location) : location,
                Connection = await source.ConnectAsync(snapshot.Spec.Source, "spec.source", "drydock"),
            };
            await Loader.ClearTestAsync(test, snapshot.Spec.Databases, cancellationToken);
        }
        catch (SnapshotException exception) when (exception.Failure == SnapshotFailure.SecretMissing)
        {
            Events.Warning(
                snapshot,
                Reasons.SecretMissing,
                "The server was not asked whether a scratch database of the test remains. If a database "
                + $"`drydock_verify_…` exists, drop it. {exception.Message}");
        }
    }

    /// <summary>Why a namespace may not use a snapshot, by the owner in its manifest; null if it may.</summary>
    public string? Refusal(SnapshotManifest manifest, string? @namespace, SnapshotLocation location)
    {
        if (Storages.Shared || (manifest.Owner is { } owner && owner.Namespace == @namespace))
        {
            return null;
        }

        var (ownership, remedy) = manifest.Owner is { } other
            ? ($"belongs to BackupSnapshot {other.Namespace}/{other.Name} of another namespace",
                $"Create the object in namespace {other.Namespace}")
            : ("does not record the namespace that it belongs to", "Take a new snapshot");
        return $"Snapshot {manifest.Id} in {location.Storage.Description} {ownership}, and namespace {@namespace} may "
            + $"not use it. {remedy}, or have an administrator start the operator with --storage-shared.";
    }

    public static async Task<string?> ForeignAsync(SnapshotLocation location, CancellationToken cancellationToken) =>
        await location.Storage.ReadMarkAsync(cancellationToken) is null
            ? $"{location.Storage.Description} does not contain the marker file of a snapshot storage: it is a "
                + "different volume or bucket"
            : null;
}
