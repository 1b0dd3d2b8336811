namespace Drydock.Clients.Snapshots;

/// <summary>Re-reads the stored files of snapshots.</summary>
internal sealed class SnapshotVerifier(SnapshotToolOptions options, TimeProvider time)
{
    private const int Parallelism = 4;

    private readonly DumpCodec _codec = new(options);

    /// <summary>Verifies all databases. Without the identity, encrypted files are compared by their hashes.</summary>
    internal async Task<DumpVerification> VerifyAsync(
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
            findings.AddRange(await VerifyAsync(location, database, key, database.Name, progress, cancellationToken));
        }

        return new DumpVerification(manifest, findings);
    }

    /// <summary>Verifies one database, and whether it may be loaded under the name
    /// <paramref name="target"/>.</summary>
    internal async Task<IReadOnlyList<SnapshotFinding>> VerifyAsync(
        SnapshotLocation location,
        ManifestDatabase database,
        DecryptionKey key,
        string target,
        IProgress<SnapshotProgress>? progress,
        CancellationToken cancellationToken)
    {
        var meter = new ProgressMeter(progress, database.Name, SnapshotStage.Verifying, time);
        var (findings, contents) = await ReadAsync(
            location, database.Name, database.StoredFiles, "", key.CanOpen ? key : null, meter, cancellationToken);

        // If a file is damaged, differences in its content add no information.
        return findings.Count == 0 && key.CanOpen ? [.. DumpCheck.Contents(database, contents, target)] : findings;
    }

    /// <summary>Reads files to their ends and compares them with what is recorded of them.</summary>
    /// <param name="ending">What their objects have behind their names.</param>
    /// <param name="key">Opens them; null compares only their hashes.</param>
    internal async Task<(IReadOnlyList<SnapshotFinding> Findings, IReadOnlyList<CountedFile> Contents)> ReadAsync(
        SnapshotLocation location,
        string database,
        IEnumerable<SnapshotFile> files,
        string ending,
        DecryptionKey? key,
        ProgressMeter meter,
        CancellationToken cancellationToken)
    {
        var findings = new ConcurrentQueue<SnapshotFinding>();
        var contents = new ConcurrentBag<CountedFile>();
        await Parallel.ForEachAsync(
            files,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (file, token) =>
            {
                try
                {
                    var stored = await _codec.ReadAsync(
                        location.Storage, location.Prefix + file.Name + ending, file, key, null, meter, token);
                    foreach (var finding in DumpCheck.Stored(database, file, stored, opened: key is not null))
                    {
                        findings.Enqueue(finding);
                    }

                    if (stored.Summary is { } summary)
                    {
                        contents.Add(new CountedFile(file, summary));
                    }
                }
                catch (SnapshotException e) when (e.Failure == SnapshotFailure.NotFound)
                {
                    findings.Enqueue(DumpCheck.Missing(database, file, location.Storage));
                }
            });
        return ([.. findings], [.. contents]);
    }

    internal static async Task<DumpVerification> CheckPresenceAsync(
        SnapshotLocation location, SnapshotManifest manifest, CancellationToken cancellationToken)
    {
        var findings = new List<SnapshotFinding>();
        foreach (var database in manifest.Databases)
        {
            foreach (var file in database.StoredFiles)
            {
                var found = await location.Storage.StatAsync(location.Prefix + file.Name, cancellationToken);
                if (found is null)
                {
                    findings.Add(DumpCheck.Missing(database.Name, file, location.Storage));
                }
                else if (found.Bytes != file.StoredBytes)
                {
                    findings.Add(new SnapshotFinding(
                        SnapshotFailure.ChecksumMismatch,
                        database.Name,
                        $"{file.Name} has {found.Bytes} bytes, expected {file.StoredBytes}."));
                }
            }
        }

        return new DumpVerification(manifest, findings);
    }
}

/// <summary>A file of a dump, and what its SQL contains.</summary>
internal sealed record CountedFile(SnapshotFile File, DumpSummary Summary);

/// <summary>The result of verifying a stored snapshot.</summary>
/// <param name="Findings">All differences from the manifest, one sentence each; empty if there are none.</param>
public sealed record DumpVerification(SnapshotManifest Manifest, IReadOnlyList<SnapshotFinding> Findings)
{
    /// <summary>Definitions that the server prints differently after a load. They do not make it wrong.</summary>
    public IReadOnlyList<SnapshotFinding> Warnings { get; init; } = [];

    public bool IsGood => Findings.Count == 0;
}

/// <summary>One difference or problem.</summary>
/// <param name="Message">What differs, where, expected and actual.</param>
public sealed record SnapshotFinding(SnapshotFailure Failure, string Database, string Message)
{
    public bool IsWarning { get; init; }
}
