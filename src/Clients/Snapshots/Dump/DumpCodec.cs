namespace Drydock.Clients.Snapshots;

/// <summary>Encodes the SQL of a dump as an object of a storage and decodes it: count | gzip | age, each on its own
/// thread or process.</summary>
internal sealed class DumpCodec(SnapshotToolOptions options)
{
    // GZipStream reads and writes 8 KiB at a time; each would be a system call and a thread switch.
    private const int BatchBytes = 128 * 1024;

    private readonly AgeTool _age = new(options);

    /// <summary>Stores <paramref name="head"/> and all of <paramref name="source"/>, and counts the rows.</summary>
    internal async Task<DumpWriteResult> WriteAsync(
        ISnapshotStorage storage,
        string name,
        IReadOnlyList<string> recipients,
        DumpCounter? counter,
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
                raw = await CompressAsync(
                    head, source, hashing, hashing, counter, meter, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await _age.EncryptAsync(
                    recipients,
                    hashing,
                    async input =>
                        raw = await CompressAsync(
                            head, source, input, hashing, counter, meter, cancellationToken).ConfigureAwait(false),
                    cancellationToken).ConfigureAwait(false);
            }

            await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
            return new DumpWriteResult(raw, hashing.Bytes, hashing.FinishHash(), counter?.Finish());
        }
        catch (IOException e)
        {
            throw new SnapshotException(
                SnapshotFailure.StorageUnusable,
                $"Cannot write '{name}' to {storage.Description}: {Sentences.Close(e.Message)}",
                e);
        }
    }

    /// <summary>Reads an object to its end for its hash and, depending on <paramref name="depth"/>, decodes and
    /// summarizes it. <paramref name="sink"/> receives each piece of SQL. At most one byte more than the manifest
    /// records is read or decoded.</summary>
    internal async Task<DumpReadResult> ReadAsync(
        ISnapshotStorage storage,
        string name,
        DumpReadRequest reading,
        DecryptionKey key,
        ReadDepth depth,
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask>? sink,
        ProgressMeter meter,
        CancellationToken cancellationToken)
    {
        try
        {
            var content = await storage.OpenReadAsync(name, cancellationToken).ConfigureAwait(false);
            await using var hashing = new HashingStream(new LimitedStream(content, reading.File.StoredBytes + 1));
            var counter = depth == ReadDepth.Decoded ? reading.Counter() : null;
            var state = new Reading(hashing, reading, counter, sink, meter);
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
                var identity = key.Identity
                    ?? throw new SnapshotException(
                        SnapshotFailure.IdentityMissing, $"'{name}' is encrypted and no identity was given.");
                string? inner = null;
                var outer = await _age.DecryptAsync(
                    identity,
                    hashing,
                    async opened => inner = await state.OpenAsync(opened, cancellationToken).ConfigureAwait(false),
                    cancellationToken).ConfigureAwait(false);
                damage = outer ?? inner;
            }

            return new DumpReadResult(hashing.Bytes, hashing.FinishHash(), state.RawBytes, counter?.Finish(), damage);
        }
        catch (IOException e)
        {
            throw new SnapshotException(
                SnapshotFailure.StorageUnusable,
                $"Cannot read '{name}' in {storage.Description}: {Sentences.Close(e.Message)}",
                e);
        }
    }

    private static async Task<long> CompressAsync(
        ReadOnlyMemory<byte> head,
        Stream source,
        Stream target,
        HashingStream counted,
        DumpCounter? counter,
        ProgressMeter meter,
        CancellationToken cancellationToken)
    {
        long stored = 0;
        long raw;
        await using var proving = new VerifyingStream(target);
        var batches = new BufferedStream(proving, BatchBytes);
        await using (var gzip = new GZipStream(batches, CompressionLevel.Fastest, leaveOpen: true))
        {
            try
            {
                raw = await TeeStream.RunAsync(
                    head,
                    source,
                    cancellationToken,
                    (piece, _) =>
                    {
                        counter?.Push(piece.Span);
                        return ValueTask.CompletedTask;
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
                proving.Abandon();
                throw;
            }
        }

        await batches.FlushAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var opened = await proving.FinishAsync().ConfigureAwait(false);
            return opened == raw ? raw : throw new InvalidDataException($"It decodes to {opened} bytes.");
        }
        catch (InvalidDataException e)
        {
            throw new SnapshotException(
                SnapshotFailure.Truncated,
                $"{raw} bytes were compressed and cannot be decompressed again: {Sentences.Close(e.Message)}",
                e);
        }
    }

    private sealed class Reading(
        HashingStream hashing,
        DumpReadRequest reading,
        DumpCounter? counter,
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask>? sink,
        ProgressMeter meter)
    {
        private long _seen;

        internal long RawBytes { get; private set; }

        internal async Task<string?> OpenAsync(Stream content, CancellationToken cancellationToken)
        {
            try
            {
                await using var gzip = new GZipStream(
                    new BufferedStream(content, BatchBytes), CompressionMode.Decompress, leaveOpen: true);
                await TeeStream.RunAsync(default, gzip, cancellationToken, TakeAsync).ConfigureAwait(false);
                return null;
            }
            catch (InvalidDataException e)
            {
                return e.Message;
            }
        }

        // The hash is that of the whole object, even if its content cannot be decoded.
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
                throw new InvalidDataException(
                    FormattableString.Invariant(
                        $"It decodes to more than the {reading.File.RawBytes} bytes in the manifest."));
            }

            var now = hashing.Bytes;
            meter.Add(piece.Length, now - _seen);
            _seen = now;
            counter?.Push(piece.Span);
            if (sink is not null)
            {
                await sink(piece, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}

/// <summary>How thoroughly a stored object is read.</summary>
internal enum ReadDepth
{
    /// <summary>Only the bytes and their hash.</summary>
    Stored,

    /// <summary>Also decrypted and decompressed to the end, which verifies the inner checksums, with its rows
    /// counted.</summary>
    Decoded,
}

/// <summary>Whether objects are encrypted, and the identity that decrypts them.</summary>
internal readonly record struct DecryptionKey(bool Encrypted, string? Identity)
{
    internal static DecryptionKey Of(SnapshotManifest manifest, string? identity)
    {
        if (manifest.Encryption is { } encryption && encryption.Format != SnapshotEncryption.Age)
        {
            throw new SnapshotException(
                SnapshotFailure.ManifestInvalid,
                $"Snapshot {manifest.Id} is encrypted as '{encryption.Format}', expected '{SnapshotEncryption.Age}'. "
                    + "Use a newer release.");
        }

        return new DecryptionKey(
            manifest.Encryption is not null, string.IsNullOrWhiteSpace(identity) ? null : identity);
    }

    internal bool CanOpen => !Encrypted || Identity is not null;

    // The secret must not appear in texts.
    public override string ToString() => Encrypted ? "encrypted" : "plain";
}

/// <summary>The result of reading a stored object to its end.</summary>
/// <param name="StoredBytes">Bytes in the storage.</param>
/// <param name="Sha256">Their hash.</param>
/// <param name="RawBytes">Bytes of SQL; 0 if it was not decoded.</param>
/// <param name="Summary">The content of the SQL; null if not requested, or if it is mydumper's metadata.</param>
/// <param name="Damage">Why it could not be decrypted or decompressed completely; null if it could.</param>
internal sealed record DumpReadResult(
    long StoredBytes, string Sha256, long RawBytes, DumpSummary? Summary, string? Damage);

/// <summary>The written object, and its content before compression and encryption.</summary>
internal sealed record DumpWriteResult(long RawBytes, long StoredBytes, string Sha256, DumpSummary? Summary);

/// <summary>The file of a dump to read, with its limits.</summary>
/// <param name="File">Its manifest entry: no more bytes than recorded there are read or decoded.</param>
/// <param name="Names">The memory limit for names, shared by all files of the database.</param>
internal sealed record DumpReadRequest(SnapshotFile File, NameBudget Names)
{
    internal DumpCounter? Counter() => DumpCounter.For(File.Part, Names);
}
