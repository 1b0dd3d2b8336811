namespace Drydock.Clients.Snapshots;

/// <summary>Re-reads the stored files of snapshots.</summary>
internal sealed class SnapshotVerifier(DumpCodec coder, TimeProvider time)
{
    private const int Parallelism = 4;

    /// <summary>Verifies all databases. Without the identity, encrypted files are compared by their hashes.</summary>
    internal async Task<SnapshotVerification> VerifyAsync(
        SnapshotLocation location,
        SnapshotManifest manifest,
        string? identity,
        IProgress<SnapshotProgress>? progress,
        CancellationToken cancellationToken)
    {
        var key = DecryptionKey.Of(manifest, identity);
        var findings = new List<SnapshotFinding>();
        foreach (var database in manifest.Databases)
        {
            findings.AddRange(
                await VerifyAsync(location, database, key, progress, cancellationToken).ConfigureAwait(false));
        }

        return new SnapshotVerification(manifest, findings);
    }

    internal async Task<IReadOnlyList<SnapshotFinding>> VerifyAsync(
        SnapshotLocation location,
        SnapshotDatabase database,
        DecryptionKey key,
        IProgress<SnapshotProgress>? progress,
        CancellationToken cancellationToken)
    {
        var meter = new ProgressMeter(progress, database.Name, SnapshotStage.Verifying, time);
        var depth = key.CanOpen ? ReadDepth.Decoded : ReadDepth.Stored;
        var names = new NameBudget();
        var findings = new ConcurrentQueue<SnapshotFinding>();
        var contents = new ConcurrentBag<(SnapshotFile File, DumpSummary Summary)>();
        await Parallel.ForEachAsync(
            database.StoredFiles,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (file, token) =>
            {
                try
                {
                    var reading = new DumpReadRequest(file, names);
                    var stored = await coder.ReadAsync(
                        location.Storage,
                        location.Prefix + file.Name,
                        reading,
                        key,
                        depth,
                        sink: null,
                        meter,
                        token).ConfigureAwait(false);
                    foreach (var finding in DumpCheck.Stored(database.Name, file, stored, opened: key.CanOpen))
                    {
                        findings.Enqueue(finding);
                    }

                    if (stored.Summary is { } summary)
                    {
                        contents.Add((file, summary));
                    }
                }
                catch (SnapshotException e) when (e.Failure == SnapshotFailure.NotFound)
                {
                    findings.Enqueue(DumpCheck.Missing(database.Name, file, location.Storage));
                }
            }).ConfigureAwait(false);

        // If a file is damaged, differences in its content add no information.
        return findings.IsEmpty && key.CanOpen ? [.. DumpCheck.Contents(database, [.. contents])] : [.. findings];
    }

    internal static async Task<SnapshotVerification> CheckPresenceAsync(
        SnapshotLocation location, SnapshotManifest manifest, CancellationToken cancellationToken)
    {
        var findings = new List<SnapshotFinding>();
        foreach (var database in manifest.Databases)
        {
            foreach (var file in database.StoredFiles)
            {
                var found = await location.Storage.StatAsync(
                    location.Prefix + file.Name, cancellationToken).ConfigureAwait(false);
                if (found is null)
                {
                    findings.Add(DumpCheck.Missing(database.Name, file, location.Storage));
                }
                else if (found.Bytes != file.StoredBytes)
                {
                    findings.Add(new SnapshotFinding(SnapshotFailure.ChecksumMismatch, database.Name, string.Create(
                        CultureInfo.InvariantCulture,
                        $"{file.Name} has {found.Bytes} bytes, expected {file.StoredBytes}.")));
                }
            }
        }

        return new SnapshotVerification(manifest, findings);
    }
}
