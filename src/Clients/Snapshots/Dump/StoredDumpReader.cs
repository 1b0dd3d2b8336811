using System.IO.Compression;

namespace Drydock.Clients.Snapshots;

/// <summary>Reads a stored dump once: hash, size and the statements in it.</summary>
internal static class StoredDumpReader
{
    internal const int BufferBytes = 128 * 1024;

    internal static async Task<StoredDump> ReadAsync(ISnapshotStorage storage, string name, ProgressMeter meter, CancellationToken cancellationToken)
    {
        await using var file = await storage.OpenReadAsync(name, cancellationToken).ConfigureAwait(false);
        await using var hashing = new HashingStream(file);
        var scanner = new DumpScanner();
        var buffer = new byte[BufferBytes];
        string? damage = null;
        long raw = 0;
        try
        {
            await using var gzip = new GZipStream(hashing, CompressionMode.Decompress, leaveOpen: true);
            while (await gzip.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var read && read > 0)
            {
                scanner.Push(buffer.AsSpan(0, read));
                raw += read;
                meter.Report(raw, hashing.Bytes);
            }
        }
        catch (InvalidDataException e)
        {
            damage = e.Message;
        }
        catch (IOException e)
        {
            throw new SnapshotException(SnapshotFailure.StorageUnusable, $"Cannot read '{name}' in {storage.Description}: {e.Message}", e);
        }

        // The hash is that of the whole object, whatever decompression made of it.
        while (await hashing.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) > 0)
        {
            meter.Report(raw, hashing.Bytes);
        }

        meter.Finish(raw, hashing.Bytes);
        return new StoredDump(hashing.Bytes, hashing.FinishHash(), scanner.Finish(), damage);
    }
}
