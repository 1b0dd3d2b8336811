using SnapshotVerification = Drydock.Crds.Common.SnapshotVerification;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>Takes and verifies a snapshot, and loads it for a test if the spec asks for that: the work of one
/// job.</summary>
internal sealed class SnapshotTake(SnapshotServices services, BackupSnapshot snapshot, SnapshotJob job)
{
    // A file name may have 255 bytes, and status.snapshotID 253 characters.
    private const int LongestName = 200;

    /// <summary>The id under which an attempt is stored: the object's name, cut where it is long, the first 8
    /// characters of its uid, and the attempt.</summary>
    public static string IdOf(BackupSnapshot snapshot, int attempt)
    {
        var name = snapshot.Metadata.Name;
        name = name.Length > LongestName ? name[..LongestName].TrimEnd('-', '.') : name;
        return $"{name}-{snapshot.Metadata.Uid![..8]}-{attempt}";
    }

    /// <summary>The ids of the attempts before the present one.</summary>
    public static IEnumerable<string> EarlierIds(BackupSnapshot snapshot) =>
        Enumerable.Range(1, Math.Max(0, (snapshot.Status?.Attempt ?? 0) - 1)).Select(n => IdOf(snapshot, n));

    /// <summary>Returns the manifest of the verified snapshot.</summary>
    /// <exception cref="SnapshotException">The snapshot could not be taken or verified.</exception>
    public async Task<SnapshotManifest> RunAsync(CancellationToken cancellationToken)
    {
        var (space, spec) = (snapshot.Metadata.Namespace, snapshot.Spec);
        var location = await services.LocateAsync(snapshot, cancellationToken);
        var owner = new SnapshotOwner(space ?? "", snapshot.Metadata.Name, snapshot.Metadata.Uid ?? "");

        // The process may have finished it before a restart: the manifest is written last.
        var manifest = await services.Snapshotter.FindAsync(location, cancellationToken);
        if (manifest is null)
        {
            // The marker file identifies the storage before files are ever removed from it, also if this attempt fails.
            await location.Storage.EnsureMarkAsync(cancellationToken);
        }
        else
        {
            Snapshotter.RequireOwner(location, manifest, owner);
        }

        var source = new SnapshotSource(services, space, cancellationToken);
        var identity = await source.IdentityAsync(spec.IdentitySecretRef);
        var connection = await source.ConnectAsync(spec.Source, "spec.source", "drydock");
        if (manifest is not null)
        {
            RequireGood(await services.Snapshotter.VerifyAsync(location, identity, job, cancellationToken));
        }
        else
        {
            services.Fence.EnsureMayAct();
            await RemoveAbandonedAsync(location, cancellationToken);
            manifest = await services.Snapshotter.TakeAsync(
                new SnapshotRequest
                {
                    Location = location,
                    Connection = connection,
                    Databases = spec.Databases,
                    Tool = spec.Tool == DumpTool.MyDumper ? DumpToolKind.MyDumper : DumpToolKind.MySqlDump,
                    Threads = spec.Threads,
                    Recipients = spec.Encryption?.Recipients ?? [],
                    Owner = owner,
                    Series = spec.Series,
                    Acknowledged = spec.Acknowledge,
                    Progress = job,
                },
                cancellationToken);
        }

        if (spec.Verify == SnapshotVerification.RestoreTest)
        {
            services.Fence.EnsureMayAct();
            var test = await services.Loader.RestoreTestAsync(
                new RestoreTestRequest
                {
                    Location = location,
                    Connection = connection,
                    Threads = spec.Threads,
                    Identity = identity,
                    Progress = job,
                },
                cancellationToken);
            RequireGood(test);
            var logger = services.Loggers.CreateLogger<SnapshotTake>();
            foreach (var warning in test.Warnings)
            {
                JobLog.Differs(logger, space, snapshot.Metadata.Name, warning.Message);
            }
        }

        return manifest;
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

    // Files of attempts that failed before their manifest was written: no object refers to them, and they can be as
    // large as a snapshot.
    private async Task RemoveAbandonedAsync(SnapshotLocation location, CancellationToken cancellationToken)
    {
        foreach (var earlier in EarlierIds(snapshot).Select(id => location with { Id = id }))
        {
            if (await location.Storage.StatAsync(earlier.ManifestName, cancellationToken) is null)
            {
                await services.Snapshotter.DeleteAsync(earlier, cancellationToken);
            }
        }
    }
}

/// <summary>A snapshot that is being taken outside the reconcile.</summary>
internal sealed class SnapshotJob(Action wake, CancellationToken fenceEnded)
    : BackgroundJob<SnapshotManifest>(wake, fenceEnded)
{
    public bool IsVerifying => Progress.Any(p => p.Stage != SnapshotStage.Dumping);

    public int Published => Progress.Count(p => p.Stage is not (SnapshotStage.Dumping or SnapshotStage.Verifying));

    public string Describe() => string.Join(
        ", ", Progress.OrderBy(p => p.Database, StringComparer.Ordinal).Select(p => $"{p.Database} {p.Describe()}"));
}
