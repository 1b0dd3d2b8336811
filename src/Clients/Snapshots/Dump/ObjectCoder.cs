using System.IO.Compression;

namespace Drydock.Clients.Snapshots;

/// <summary>
/// How the SQL of a dump becomes an object of a storage and back: scanned | gzip | age, each on a thread or process of
/// its own.
/// </summary>
internal sealed class ObjectCoder(SnapshotToolOptions options)
{
    // GZipStream reads and writes 8 KiB at a time; each would be a system call, and a hop to another thread.
    private const int BatchBytes = 128 * 1024;

    private readonly AgeTool _age = new(options);

    /// <summary>
    /// Stores <paramref name="head"/> and all of <paramref name="source"/>, and counts the statements on the way.
    /// </summary>
    internal async Task<WrittenObject> WriteAsync(
        ISnapshotStorage storage,
        string name,
        IReadOnlyList<string> recipients,
        DumpScanner scanner,
        ReadOnlyMemory<byte> head,
        Stream source,
        ProgressMeter meter,
        CancellationToken cancellationToken)
    {
        try
        {
            await using var writer = await storage.CreateAsync(name, cancellationToken).ConfigureAwait(false);
            await using var hashing = new HashingStream(writer.Content, leaveOpen: true);
            long raw = 0;
            if (recipients.Count == 0)
            {
                raw = await CompressAsync(head, source, hashing, hashing, scanner, meter, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await _age.EncryptAsync(
                    recipients,
                    hashing,
                    async input => raw = await CompressAsync(head, source, input, hashing, scanner, meter, cancellationToken).ConfigureAwait(false),
                    cancellationToken).ConfigureAwait(false);
            }

            await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
            return new WrittenObject(raw, hashing.Bytes, hashing.FinishHash(), scanner.Finish());
        }
        catch (IOException e)
        {
            throw new SnapshotException(SnapshotFailure.StorageUnusable, $"Cannot write '{name}' to {storage.Description}: {e.Message}", e);
        }
    }

    /// <summary>
    /// Reads an object to its end: its hash, and by <paramref name="depth"/> whether it opens, and what is in it.
    /// <paramref name="sink"/> gets the SQL, every piece after it was looked through, and nothing from a statement on
    /// that may not be there. Never more is read or opened than the manifest says there is, and one byte.
    /// </summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.RefusedStatement"/>, where there is a
    /// sink.</exception>
    internal async Task<StoredDump> ReadAsync(
        ISnapshotStorage storage,
        string name,
        FileReading reading,
        ReadKey key,
        ReadDepth depth,
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask>? sink,
        ProgressMeter meter,
        CancellationToken cancellationToken)
    {
        try
        {
            var content = await storage.OpenReadAsync(name, cancellationToken).ConfigureAwait(false);
            await using var hashing = new HashingStream(new CappedStream(content, reading.File.StoredBytes + 1));
            var scanner = depth == ReadDepth.Scanned ? reading.Scanner() : null;
            var state = new Reading(hashing, reading, scanner, sink, meter);
            string? damage = null;
            if (depth == ReadDepth.Stored)
            {
                await state.DrainAsync(cancellationToken).ConfigureAwait(false);
            }
            else if (!key.Encrypted)
            {
                damage = await state.OpenAsync(hashing, cancellationToken).ConfigureAwait(false);
                await state.DrainAsync(cancellationToken).ConfigureAwait(false);
            }
            else
            {
                var identity = key.Identity ?? throw new SnapshotException(SnapshotFailure.IdentityMissing, $"'{name}' is encrypted and no identity was given.");
                string? inner = null;
                var outer = await _age.DecryptAsync(identity, hashing, async opened => inner = await state.OpenAsync(opened, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                damage = outer ?? inner;
            }

            return new StoredDump(hashing.Bytes, hashing.FinishHash(), state.RawBytes, scanner?.Finish(), damage);
        }
        catch (IOException e)
        {
            throw new SnapshotException(SnapshotFailure.StorageUnusable, $"Cannot read '{name}' in {storage.Description}: {e.Message}", e);
        }
    }

    private static async Task<long> CompressAsync(
        ReadOnlyMemory<byte> head, Stream source, Stream target, HashingStream counted, DumpScanner scanner, ProgressMeter meter, CancellationToken cancellationToken)
    {
        long stored = 0;
        long raw;
        await using var proving = new ProvingStream(target);
        var batches = new BufferedStream(proving, BatchBytes);
        await using (var gzip = new GZipStream(batches, CompressionLevel.Fastest, leaveOpen: true))
        {
            try
            {
                raw = await ForkedCopy.RunAsync(
                    head,
                    source,
                    cancellationToken,
                    (piece, _) =>
                    {
                        scanner.Push(piece.Span);
                        return scanner.Refused is { } refused
                            ? throw new SnapshotException(SnapshotFailure.RefusedStatement, refused.Describe("The dump"))
                            : ValueTask.CompletedTask;
                    },
                    async (piece, token) =>
                    {
                        await gzip.WriteAsync(piece, token).ConfigureAwait(false);
                        var now = counted.Bytes;
                        meter.Add(piece.Length, now - stored);
                        stored = now;
                    }).ConfigureAwait(false);
            }
            catch
            {
                proving.GiveUp();
                throw;
            }
        }

        await batches.FlushAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var opened = await proving.FinishAsync().ConfigureAwait(false);
            return opened == raw ? raw : throw new InvalidDataException($"{opened} bytes come out of it");
        }
        catch (InvalidDataException e)
        {
            throw new SnapshotException(SnapshotFailure.Truncated, $"{raw} bytes were compressed and do not open again: {e.Message}", e);
        }
    }

    private sealed class Reading(
        HashingStream hashing, FileReading reading, DumpScanner? scanner, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask>? sink, ProgressMeter meter)
    {
        private long _seen;

        internal long RawBytes { get; private set; }

        internal async Task<string?> OpenAsync(Stream content, CancellationToken cancellationToken)
        {
            try
            {
                await using var gzip = new GZipStream(new BufferedStream(content, BatchBytes), CompressionMode.Decompress, leaveOpen: true);
                await ForkedCopy.RunAsync(default, gzip, cancellationToken, TakeAsync).ConfigureAwait(false);
                return null;
            }
            catch (InvalidDataException e)
            {
                return e.Message;
            }
        }

        // The hash is that of the whole object, whatever became of its contents.
        internal async Task DrainAsync(CancellationToken cancellationToken)
        {
            var buffer = new byte[256 * 1024];
            while (await hashing.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var read && read > 0)
            {
                _seen += read;
                meter.Add(0, read);
            }
        }

        private async ValueTask TakeAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
        {
            RawBytes += piece.Length;
            if (RawBytes > reading.File.RawBytes)
            {
                throw new InvalidDataException(FormattableString.Invariant($"it opens to more than the {reading.File.RawBytes} bytes that the manifest says"));
            }

            var now = hashing.Bytes;
            meter.Add(piece.Length, now - _seen);
            _seen = now;
            scanner?.Push(piece.Span);
            if (sink is not null)
            {
                if (scanner?.Refused is { } refused)
                {
                    throw reading.Refuse(refused);
                }

                await sink(piece, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
