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

    /// <summary>Returns the verified snapshot.</summary>
    /// <exception cref="SnapshotException">The snapshot could not be taken or verified.</exception>
    public async Task<TakenSnapshot> RunAsync(CancellationToken cancellationToken)
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
        var identity = await source.IdentityAsync(spec.AgeIdentitySecretRef);
        var connection = await source.ConnectAsync(spec.Source, "spec.source", "drydock");
        var request = new SnapshotRequest
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
        };
        var test = new RestoreTestRequest
        {
            Location = location,
            Connection = connection,
            Threads = spec.Threads,
            Identity = identity,
            Progress = job,
        };
        if (spec.Contents == SnapshotContents.Definitions)
        {
            return new TakenSnapshot(await TestDefinitionsAsync(request, test, cancellationToken), null, []);
        }

        var tested = spec.Verify != SnapshotVerification.Schema ? null
            : spec.TestedDefinitions
                ?? (await TestDefinitionsAsync(request, test, cancellationToken)).DefinitionsSha256;

        // After a restart the dump is there already: what equals the server now is proved all the same.
        var before = spec.Verify == SnapshotVerification.RestoreTest ? await ChecksumsAsync() : test.Checksums;
        if (manifest is not null)
        {
            RequireGood(await services.Snapshotter.VerifyAsync(location, identity, job, cancellationToken));
        }
        else
        {
            services.Fence.EnsureMayAct();
            await RemoveAbandonedAsync(location, cancellationToken);
            manifest = await services.Snapshotter.TakeAsync(request, cancellationToken);
        }

        if (spec.Verify != SnapshotVerification.RestoreTest)
        {
            return new TakenSnapshot(
                manifest,
                tested is not null && tested == manifest.DefinitionsSha256
                    ? SnapshotVerification.Schema
                    : SnapshotVerification.ReadBack,
                []);
        }

        // A checksum that was the same before and after is that of the rows in between, which the dump has.
        var checksums = before.Count == 0
            ? before
            : before.Intersect(await ChecksumsAsync()).ToDictionary(StringComparer.Ordinal);
        await TestAsync(test with { Checksums = checksums }, cancellationToken);
        return new TakenSnapshot(
            manifest,
            SnapshotVerification.RestoreTest,
            [
                .. manifest.Databases.SelectMany(d => d.Tables.Select(t => $"{d.Name}.{t.Name}"))
                    .Except(checksums.Keys, StringComparer.Ordinal),
            ]);

        Task<IReadOnlyDictionary<string, string>> ChecksumsAsync() =>
            services.Loader.ReadChecksumsAsync(connection, spec.Databases, cancellationToken);
    }

    /// <summary>Whether a scratch database may remain: a test begins after the snapshot has started, and has ended when
    /// it succeeded.</summary>
    public static bool MayLeaveTest(BackupSnapshot snapshot) =>
        snapshot.Spec.Contents == SnapshotContents.Definitions
        || (snapshot.Spec.Verify != SnapshotVerification.ReadBack && snapshot.Status?.SizeBytes is null);

    /// <summary>Where the files of a test of definitions are while it runs: never where a snapshot is.</summary>
    public static SnapshotLocation TestOf(SnapshotLocation location) =>
        location with { Path = $"{location.Path}/definitions".TrimStart('/') };

    private async Task<SnapshotManifest> TestDefinitionsAsync(
        SnapshotRequest request, RestoreTestRequest test, CancellationToken cancellationToken)
    {
        services.Fence.EnsureMayAct();
        var location = TestOf(request.Location);
        var manifest = await services.Snapshotter.TakeAsync(
            request with { Location = location, Tool = DumpToolKind.MySqlDump, Definitions = true }, cancellationToken);
        await TestAsync(test with { Location = location, Manifest = manifest }, cancellationToken);
        await services.Snapshotter.DeleteAsync(location, cancellationToken);
        return manifest;
    }

    private async Task TestAsync(RestoreTestRequest request, CancellationToken cancellationToken)
    {
        services.Fence.EnsureMayAct();
        var test = await services.Loader.RestoreTestAsync(request, cancellationToken);
        RequireGood(test);
        var logger = services.Loggers.CreateLogger<SnapshotTake>();
        foreach (var warning in test.Warnings)
        {
            JobLog.Differs(logger, snapshot.Metadata.Namespace, snapshot.Metadata.Name, warning.Message);
        }
    }

    private static void RequireGood(Clients.Snapshots.DumpVerification verification)
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

/// <summary>The result of a job.</summary>
/// <param name="Verified">How it was verified; null for a test that stored nothing.</param>
/// <param name="Uncompared">Tables of a restore test, with their databases, whose contents were not compared.</param>
internal sealed record TakenSnapshot(
    SnapshotManifest Manifest, SnapshotVerification? Verified, IReadOnlyList<string> Uncompared);

/// <summary>A snapshot that is being taken outside the reconcile.</summary>
internal sealed class SnapshotJob(Action wake, CancellationToken fenceEnded)
    : BackgroundJob<TakenSnapshot>(wake, fenceEnded)
{
    public bool IsVerifying => Progress.Any(p => p.Stage != SnapshotStage.Dumping);

    public int Published => Progress.Count(p => p.Stage is not (SnapshotStage.Dumping or SnapshotStage.Verifying));

    public string Describe() => string.Join(
        ", ", Progress.OrderBy(p => p.Database, StringComparer.Ordinal).Select(p => $"{p.Database} {p.Describe()}"));
}
