namespace Drydock.Clients.Snapshots;

/// <summary>Encodes the SQL of a dump as an object of a storage and decodes it: count | gzip | age, each on its own
/// thread or process.</summary>
internal sealed class DumpCodec(SnapshotToolOptions options)
{
    // GZipStream reads and writes 8 KiB at a time; each would be a system call and a thread switch.
    private const int BatchBytes = 128 * 1024;

    private readonly AgeTool _age = new(options);

    /// <summary>Stores an output of a tool, and counts its rows.</summary>
    internal async Task<DumpWriteResult> WriteAsync(
        ISnapshotStorage storage,
        string name,
        IReadOnlyList<string> recipients,
        DumpOutput output,
        NameBudget names,
        ProgressMeter meter,
        CancellationToken cancellationToken)
    {
        try
        {
            var counter = DumpCounter.For(output.Part, names);
            await using var writer = await storage.CreateAsync(name, cancellationToken);
            await using var hashing = new HashingStream(writer.Content, leaveOpen: true);
            long raw = 0;
            if (recipients.Count == 0)
            {
                raw = await CompressAsync(output, hashing, hashing, counter, meter, cancellationToken);
            }
            else
            {
                await _age.EncryptAsync(
                    recipients,
                    hashing,
                    async input => raw = await CompressAsync(output, input, hashing, counter, meter, cancellationToken),
                    cancellationToken);
            }

            await writer.CompleteAsync(cancellationToken);
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

    /// <summary>Reads an object to its end for its hash. With a key it is also decrypted and decompressed to the end,
    /// which verifies the inner checksums, and its rows are counted; <paramref name="sink"/> receives each piece of
    /// SQL.</summary>
    /// <param name="file">Its manifest entry: at most one byte more than recorded there is read or decoded.</param>
    /// <param name="names">The memory limit for names, shared by all files of the database.</param>
    /// <param name="key">Opens it; null only hashes it.</param>
    /// <param name="sink">Receives the SQL; null: nothing does.</param>
    internal async Task<DumpReadResult> ReadAsync(
        ISnapshotStorage storage,
        string name,
        SnapshotFile file,
        NameBudget names,
        DecryptionKey? key,
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask>? sink,
        ProgressMeter meter,
        CancellationToken cancellationToken)
    {
        try
        {
            var content = await storage.OpenReadAsync(name, cancellationToken);
            await using var hashing = new HashingStream(new LimitedStream(content, file.StoredBytes + 1));
            var counter = key is null ? null : DumpCounter.For(file.Part, names);
            var state = new Reading(hashing, file, counter, sink, meter);
            string? damage = null;
            if (key is { Encrypted: true } encrypted)
            {
                var identity = encrypted.Identity
                    ?? throw new SnapshotException(
                        SnapshotFailure.IdentityMissing, $"'{name}' is encrypted and no identity was given.");
                string? inner = null;
                var outer = await _age.DecryptAsync(
                    identity,
                    hashing,
                    async opened => inner = await state.OpenAsync(opened, cancellationToken),
                    cancellationToken);
                damage = outer ?? inner;
            }
            else
            {
                damage = key is null ? null : await state.OpenAsync(hashing, cancellationToken);
                await state.DrainAsync(cancellationToken);
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
        DumpOutput output,
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
                raw = await ReadAhead.RunAsync(
                    output.Head,
                    output.Content,
                    async (piece, token) =>
                    {
                        var counting = counter is null
                            ? Task.CompletedTask
                            : Task.Run(() => counter.Push(piece.Span), CancellationToken.None);
                        try
                        {
                            await gzip.WriteAsync(piece, token);
                        }
                        finally
                        {
                            await counting;
                        }

                        var now = counted.Bytes;
                        meter.Add(piece.Length, now - stored);
                        stored = now;
                    },
                    cancellationToken);
            }
            catch
            {
                proving.Abandon();
                throw;
            }
        }

        await batches.FlushAsync(cancellationToken);
        try
        {
            var opened = await proving.FinishAsync();
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
        SnapshotFile file,
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
                await ReadAhead.RunAsync(default, gzip, TakeAsync, cancellationToken);
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
            while (await hashing.ReadAsync(buffer, cancellationToken) is var read && read > 0)
            {
                _seen += read;
                meter.Add(0, read);
            }
        }

        private async ValueTask TakeAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
        {
            RawBytes += piece.Length;
            if (RawBytes > file.RawBytes)
            {
                throw new InvalidDataException($"It decodes to more than the {file.RawBytes} bytes in the manifest.");
            }

            var now = hashing.Bytes;
            meter.Add(piece.Length, now - _seen);
            _seen = now;
            counter?.Push(piece.Span);
            if (sink is not null)
            {
                await sink(piece, cancellationToken);
            }
        }
    }
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
