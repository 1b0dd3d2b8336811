using System.Collections.Concurrent;
using System.Globalization;
using Drydock.Abstractions.Values;

namespace Drydock.Clients.Snapshots;

/// <summary>
/// The rows of one database in a scratch directory, fetched, verified, decrypted and decompressed, as myloader needs
/// them.
/// </summary>
internal sealed class StagedRows : IDisposable
{
    private static readonly int Parallelism = Math.Clamp(Environment.ProcessorCount, 2, 8);

    private readonly ScratchDirectory _scratch;
    private readonly ConcurrentDictionary<string, long> _written = new(StringComparer.Ordinal);

    private StagedRows(ScratchDirectory scratch) => _scratch = scratch;

    /// <summary>The value of <c>--directory</c>.</summary>
    internal string Folder => Path.Combine(_scratch.Path, "rows");

    internal long Bytes { get; private init; }

    /// <summary>The content of the files, if requested.</summary>
    internal IReadOnlyList<(SnapshotFile File, DumpSummary Summary)> Contents { get; private set; } = [];

    internal IReadOnlyList<SnapshotFinding> Findings { get; private set; } = [];

    /// <summary>Whether every file still exists with its original length.</summary>
    internal bool IsWhole =>
        _written.All(static w => new FileInfo(w.Key) is { Exists: true } file && file.Length == w.Value);

    public void Dispose() => _scratch.Dispose();

    /// <summary>Null if the snapshot has no rows for myloader.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/>: no room.</exception>
    internal static async Task<StagedRows?> FetchAsync(
        DatabaseLoad load,
        DumpCodec coder,
        SnapshotToolOptions options,
        ProgressMeter meter,
        CancellationToken cancellationToken)
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

    // myloader parses database, table and number from the file name only for its messages, so any name of that form
    // works, whatever the tables are called.
    private static string NameOf(SnapshotFile file, int index) =>
        file.Part == SnapshotPart.Metadata
            ? "metadata"
            : string.Create(CultureInfo.InvariantCulture, $"rows.f{index:D6}.00000.sql");

    private async Task FetchAsync(
        DatabaseLoad load,
        DumpCodec coder,
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
                    await using var target =
                        new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
                    var stored = await coder.ReadAsync(
                        load.Location.Storage,
                        load.Location.Prefix + one.file.Name,
                        new DumpReadRequest(one.file, load.Nameable, load.Names),
                        load.DecryptionKey,
                        ReadDepth.Scanned,
                        (piece, stop) => ConsumerException.WriteAsync(target, piece, stop),
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
                catch (ConsumerException e)
                {
                    throw new SnapshotException(
                        SnapshotFailure.StorageUnusable,
                        $"Cannot write to the scratch directory {_scratch.Path}: {Sentences.Close(e.Message)}",
                        e);
                }
            }).ConfigureAwait(false);
        Findings = [.. findings];
        Contents = [.. contents];
    }
}
