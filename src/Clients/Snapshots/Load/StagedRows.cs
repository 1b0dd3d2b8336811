using System.Collections.Concurrent;
using System.Globalization;

namespace Drydock.Clients.Snapshots;

/// <summary>
/// The rows of one database in a scratch directory, fetched, verified, decrypted and decompressed, as myloader wants
/// them.
/// </summary>
internal sealed class StagedRows : IDisposable
{
    private static readonly int Parallelism = Math.Clamp(Environment.ProcessorCount, 2, 8);

    private readonly ScratchDirectory _scratch;
    private readonly ConcurrentDictionary<string, long> _written = new(StringComparer.Ordinal);

    private StagedRows(ScratchDirectory scratch) => _scratch = scratch;

    /// <summary>What <c>--directory</c> is.</summary>
    internal string Folder => Path.Combine(_scratch.Path, "rows");

    /// <summary>Bytes in it.</summary>
    internal long Bytes { get; private init; }

    /// <summary>What is in the files, where that was asked for.</summary>
    internal IReadOnlyList<(SnapshotFile File, DumpSummary Summary)> Contents { get; private set; } = [];

    internal IReadOnlyList<SnapshotFinding> Findings { get; private set; } = [];

    /// <summary>Whether every file is there still, as long as it was written.</summary>
    internal bool IsWhole =>
        _written.All(static w => new FileInfo(w.Key) is { Exists: true } file && file.Length == w.Value);

    public void Dispose() => _scratch.Dispose();

    /// <summary>Null where the snapshot has no rows for myloader.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/>: no room.</exception>
    internal static async Task<StagedRows?> FetchAsync(
        DatabaseLoad load, ObjectCoder coder, SnapshotToolOptions options, ProgressMeter meter, CancellationToken cancellationToken)
    {
        var files = load.FilesOf(SnapshotPart.Rows, SnapshotPart.Metadata).ToList();
        if (files.Count == 0)
        {
            return null;
        }

        var bytes = files.Sum(static f => f.RawBytes);
        var staged = new StagedRows(ScratchDirectory.Create(options, bytes + (bytes / 50))) { Bytes = bytes };
        try
        {
            Directory.CreateDirectory(staged.Folder);
            await staged.FetchAsync(load, coder, files, meter, cancellationToken).ConfigureAwait(false);
            return staged;
        }
        catch
        {
            staged.Dispose();
            throw;
        }
    }

    // myloader reads a file's database, table and number out of its name, for its messages alone: any name of that form
    // does, whatever the tables are called.
    private static string NameOf(SnapshotFile file, int index) =>
        file.Part == SnapshotPart.Metadata ? "metadata" : string.Create(CultureInfo.InvariantCulture, $"rows.f{index:D6}.00000.sql");

    private async Task FetchAsync(
        DatabaseLoad load,
        ObjectCoder coder,
        List<SnapshotFile> files,
        ProgressMeter meter,
        CancellationToken cancellationToken)
    {
        var findings = new ConcurrentQueue<SnapshotFinding>();
        var contents = new ConcurrentBag<(SnapshotFile File, DumpSummary Summary)>();
        await Parallel.ForEachAsync(
            files.Select(static (file, index) => (file, index)),
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (one, token) =>
            {
                try
                {
                    var path = Path.Combine(Folder, NameOf(one.file, one.index));
                    await using var target = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
                    var stored = await coder.ReadAsync(
                        load.Location.Storage,
                        load.Location.Prefix + one.file.Name,
                        new FileReading(one.file, load.Nameable, load.Names),
                        load.ReadKey,
                        ReadDepth.Scanned,
                        (piece, stop) => SinkException.WriteAsync(target, piece, stop),
                        meter,
                        token).ConfigureAwait(false);
                    _written[path] = stored.RawBytes;
                    foreach (var finding in DumpCheck.Stored(load.Database.Name, one.file, stored, opened: true))
                    {
                        findings.Enqueue(finding);
                    }

                    if (stored.Summary is { } summary)
                    {
                        contents.Add((one.file, summary));
                    }
                }
                catch (SnapshotException e) when (e.Failure == SnapshotFailure.RefusedStatement)
                {
                    findings.Enqueue(new SnapshotFinding(e.Failure, load.Database.Name, e.Message));
                }
                catch (SnapshotException e) when (e.Failure == SnapshotFailure.NotFound)
                {
                    findings.Enqueue(DumpCheck.Missing(load.Database.Name, one.file, load.Location.Storage));
                }
                catch (SinkException e)
                {
                    throw new SnapshotException(SnapshotFailure.StorageUnusable, $"Cannot write to the scratch directory {_scratch.Path}: {e.Message}", e);
                }
            }).ConfigureAwait(false);
        Findings = [.. findings];
        Contents = [.. contents];
    }
}
