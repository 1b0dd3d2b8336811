using SnapshotVerification = Drydock.Crds.Common.SnapshotVerification;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>Takes and verifies a snapshot, and loads it for a test if the spec asks for that: the work of one
/// job.</summary>
internal sealed class SnapshotTake(SnapshotServices services, BackupSnapshot snapshot)
{
    /// <summary>Returns the manifest of the verified snapshot.</summary>
    /// <exception cref="SnapshotException">The snapshot could not be taken or verified.</exception>
    public async Task<SnapshotManifest> RunAsync(SnapshotJob job, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(TimeLimit.Parse(snapshot.Spec.Timeout), services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await TakeAsync(job, either.Token);
        }
        catch (OperationCanceledException) when (
            limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SnapshotException(
                SnapshotFailure.DumpFailed,
                $"The snapshot was not finished within {snapshot.Spec.Timeout} (spec.timeout). Increase it, then set a "
                + "new spec.retry.");
        }
    }

    private static void RequireGood(Clients.Snapshots.SnapshotVerification verification)
    {
        if (!verification.IsGood)
        {
            throw new SnapshotException(
                verification.Findings[0].Failure,
                string.Join(" ", verification.Findings.Take(10).Select(f => f.Message)));
        }
    }

    private async Task<SnapshotManifest> TakeAsync(SnapshotJob job, CancellationToken cancellationToken)
    {
        var location = await services.LocateAsync(snapshot, cancellationToken);

        // The process may have finished it before a restart: the manifest is written last.
        var manifest = await services.Snapshotter.FindAsync(location, cancellationToken);
        if (manifest is not null
            && SnapshotOwners.Refusal(
                manifest, snapshot.Metadata.Namespace, services.Storages.Shared, location) is { } foreign)
        {
            throw new SnapshotException(SnapshotFailure.ForeignSnapshot, foreign);
        }

        if (manifest is null)
        {
            // The marker file identifies the storage before files are ever removed from it, also if this attempt fails.
            await location.Storage.EnsureMarkAsync(cancellationToken);
        }

        var identity = await SnapshotSource.IdentityAsync(
            services.Kubernetes, snapshot.Metadata.Namespace, snapshot.Spec.IdentitySecretRef, cancellationToken);
        var connection = await SnapshotSource.ConnectAsync(
            services.Kubernetes,
            snapshot.Metadata.Namespace,
            snapshot.Spec.Source,
            "spec.source",
            services.Endpoints,
            cancellationToken);
        if (manifest is not null)
        {
            RequireGood(await services.Snapshotter.VerifyAsync(location, identity, job, cancellationToken));
        }
        else
        {
            manifest = await DumpAsync(location, connection, job, cancellationToken);
        }

        if (snapshot.Spec.Verify == SnapshotVerification.RestoreTest)
        {
            services.Fence.EnsureMayAct();
            var test = await services.Loader.RestoreTestAsync(
                new RestoreTestRequest
                {
                    Location = location,
                    Connection = connection,
                    Threads = snapshot.Spec.Threads,
                    Identity = identity,
                    Progress = job,
                },
                cancellationToken);
            RequireGood(test);
            var differences = new RestoreDifferences(
                services.Loggers.CreateLogger<SnapshotTake>(), snapshot.Metadata.Namespace, snapshot.Metadata.Name);
            foreach (var warning in test.Warnings)
            {
                differences.Add(warning);
            }
        }

        return manifest;
    }

    private async Task<SnapshotManifest> DumpAsync(
        SnapshotLocation location, MySqlOptions connection, SnapshotJob job, CancellationToken cancellationToken)
    {
        services.Fence.EnsureMayAct();
        await RemoveAbandonedAsync(location, cancellationToken);
        return await services.Snapshotter.TakeAsync(
            new SnapshotRequest
            {
                Location = location,
                Connection = connection,
                Databases = snapshot.Spec.Databases,
                Tool = snapshot.Spec.Tool == DumpTool.MyDumper ? DumpToolKind.MyDumper : DumpToolKind.MySqlDump,
                Threads = snapshot.Spec.Threads,
                Recipients = snapshot.Spec.Encryption?.Recipients ?? [],
                Owner = SnapshotOwners.Of(snapshot),
                Series = snapshot.Spec.Series,
                Progress = job,
            },
            cancellationToken);
    }

    // Files of attempts that failed before their manifest was written: no object refers to them, and they can be as
    // large as a snapshot.
    private async Task RemoveAbandonedAsync(SnapshotLocation location, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt < snapshot.Status!.Attempt; attempt++)
        {
            var earlier = location with { Id = SnapshotIds.Of(snapshot, attempt) };
            if (await location.Storage.StatAsync(earlier.ManifestName, cancellationToken) is null)
            {
                await services.Snapshotter.DeleteAsync(earlier, cancellationToken);
            }
        }
    }
}

/// <summary>The id under which each attempt of a BackupSnapshot is stored.</summary>
internal static class SnapshotIds
{
    // A file name may have 255 bytes, and status.snapshotID 253 characters.
    private const int LongestName = 200;

    /// <summary>The id: the object's name, cut where it is long, the first 8 characters of its uid, and the
    /// attempt.</summary>
    public static string Of(BackupSnapshot snapshot, int attempt)
    {
        var name = snapshot.Metadata.Name;
        name = name.Length > LongestName ? name[..LongestName].TrimEnd('-', '.') : name;
        return $"{name}-{snapshot.Metadata.Uid![..8]}-{attempt}";
    }
}
