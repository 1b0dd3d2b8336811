using Drydock.Clients.MySql;
using Drydock.Clients.Snapshots;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.Common;
using Drydock.Reconcilers.Upgrades;
using SnapshotVerification = Drydock.Crds.Common.SnapshotVerification;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>Takes, verifies and, if asked, restores a snapshot for a test: the work of one job.</summary>
internal sealed class SnapshotTake(SnapshotServices services, BackupSnapshot snapshot)
{
    /// <summary>Returns the manifest of the verified snapshot.</summary>
    /// <exception cref="SnapshotException">Anything that keeps it from being one.</exception>
    public async Task<SnapshotManifest> RunAsync(SnapshotJob job, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(TimeLimit.Parse(snapshot.Spec.Timeout), services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            if (BackupSnapshotValidation.Validate(snapshot.Spec) is { Count: > 0 } invalid)
            {
                throw new SnapshotException(SnapshotFailure.InvalidRequest, string.Join("; ", invalid.Select(f => f.Message)));
            }

            return await TakeAsync(job, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SnapshotException(SnapshotFailure.DumpFailed, $"not finished after {snapshot.Spec.Timeout} (spec.timeout); raise it, then set a new spec.retry");
        }
    }

    private static void RequireGood(Clients.Snapshots.SnapshotVerification verification)
    {
        if (!verification.IsGood)
        {
            throw new SnapshotException(verification.Findings[0].Failure, string.Join(" ", verification.Findings.Take(10).Select(f => f.Message)));
        }
    }

    private async Task<SnapshotManifest> TakeAsync(SnapshotJob job, CancellationToken cancellationToken)
    {
        var location = await services.LocateAsync(snapshot, cancellationToken);

        // An earlier life of this process may have finished it: the manifest is written last.
        var manifest = await services.Snapshotter.FindAsync(location, cancellationToken);
        if (manifest is not null && SnapshotOwners.Refusal(manifest, snapshot.Metadata.Namespace, services.Storages.Shared, location) is { } foreign)
        {
            throw new SnapshotException(SnapshotFailure.ForeignSnapshot, foreign);
        }

        if (manifest is null)
        {
            // By its mark the storage is known again before anything is ever removed from it: also when this attempt
            // gets no further.
            await location.Storage.EnsureMarkAsync(cancellationToken);
        }

        var identity = await SnapshotSource.IdentityAsync(services.Kubernetes, snapshot.Metadata.Namespace, snapshot.Spec.IdentitySecretRef, cancellationToken);
        var connection = await SnapshotSource.ConnectAsync(services.Kubernetes, snapshot.Metadata.Namespace, snapshot.Spec.Source, "spec.source", services.Endpoints, cancellationToken);
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
            RequireGood(await services.Loader.RestoreTestAsync(
                new RestoreTestRequest { Location = location, Connection = connection, Threads = snapshot.Spec.Threads, Identity = identity, Progress = job },
                cancellationToken));
        }

        return manifest;
    }

    private async Task<SnapshotManifest> DumpAsync(
        SnapshotLocation location,
        MySqlConnectionStringBuilder connection,
        SnapshotJob job,
        CancellationToken cancellationToken)
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

    // Attempts that failed before their manifest: nobody knows of those files any more, and they may be as large as a
    // snapshot.
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
