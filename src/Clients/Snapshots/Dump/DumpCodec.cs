namespace Drydock.Clients.Snapshots;

/// <summary>Encodes the SQL of a dump as an object of a storage and decodes it: count | gzip | age, each on its own
/// thread or process.</summary>
internal sealed class DumpCodec(SnapshotToolOptions options)
{
    // GZipStream reads and writes 8 KiB at a time; each would be a system call and a thread switch.
    private const int BatchBytes = 128 * 1024;

    private readonly AgeTool _age = new(options);

    /// <summary>Stores an output of a tool under the name with <see cref="StorageName.Partial"/>, and counts its
    /// rows.</summary>
    internal async Task<CountedFile> WriteAsync(
        SnapshotLocation location,
        string name,
        IReadOnlyList<string> recipients,
        DumpOutput output,
        ProgressMeter meter,
        CancellationToken cancellationToken)
    {
        var partial = location.Prefix + name + StorageName.Partial;
        try
        {
            var counter = new DumpCounter();
            await using var writer = await location.Storage.CreateAsync(partial, cancellationToken);
            await using var hashing = new HashingStream(writer.Content, leaveOpen: true);
            long raw = 0;
            if (recipients.Count == 0)
            {
                await CompressAsync(hashing);
            }
            else
            {
                await _age.EncryptAsync(recipients, hashing, CompressAsync, cancellationToken);
            }

            await writer.CompleteAsync(cancellationToken);
            var summary = counter.Finish();
            return new CountedFile(
                new SnapshotFile(
                    name,
                    "gzip",
                    hashing.Bytes,
                    raw,
                    hashing.FinishHash(),
                    summary.LargestStatementBytes,
                    output.Part),
                summary);

            async Task CompressAsync(Stream target)
            {
                long stored = 0;
                await using var proving = new VerifyingStream(target);
                var batches = new BufferedStream(proving, BatchBytes);

                // Disposed only after all of it was written, because that writes the end of the file.
                var gzip = new GZipStream(batches, CompressionLevel.Fastest, leaveOpen: true);
                raw = await ReadAhead.RunAsync(
                    output.Head,
                    output.Content,
                    async (piece, token) =>
                    {
                        var counting = Task.Run(() => counter.Push(piece.Span), CancellationToken.None);
                        try
                        {
                            await gzip.WriteAsync(piece, token);
                        }
                        finally
                        {
                            await counting;
                        }

                        var now = hashing.Bytes;
                        meter.Add(piece.Length, now - stored);
                        stored = now;
                    },
                    cancellationToken);
                await gzip.DisposeAsync();
                await batches.FlushAsync(cancellationToken);
                await proving.RequireAsync(raw);
            }
        }
        catch (IOException e)
        {
            throw new SnapshotException(
                SnapshotFailure.StorageUnusable,
                $"Cannot write '{partial}' to {location.Storage.Description}: {Sentences.Close(e.Message)}",
                e);
        }
    }

    /// <summary>Reads an object to its end for its hash. With a key it is also decrypted and decompressed to the end,
    /// which verifies the inner checksums, and its rows are counted; <paramref name="sink"/> receives each piece of
    /// SQL.</summary>
    /// <param name="file">Its manifest entry: at most one byte more than recorded there is read or decoded.</param>
    /// <param name="key">Opens it; null only hashes it.</param>
    /// <param name="sink">Receives the SQL; null: nothing does.</param>
    internal async Task<DumpReadResult> ReadAsync(
        ISnapshotStorage storage,
        string name,
        SnapshotFile file,
        DecryptionKey? key,
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask>? sink,
        ProgressMeter meter,
        CancellationToken cancellationToken)
    {
        try
        {
            var content = await storage.OpenReadAsync(name, cancellationToken);
            await using var hashing = new HashingStream(new LimitedStream(content, file.StoredBytes + 1));
            var counter = key is null ? null : new DumpCounter();
            var (raw, seen) = (0L, 0L);
            string? damage = null;
            if (key is { Encrypted: true, Identity: { } identity })
            {
                string? inner = null;
                var outer = await _age.DecryptAsync(
                    identity, hashing, async opened => inner = await OpenAsync(opened), cancellationToken);
                damage = outer ?? inner;
            }
            else if (key is not null)
            {
                damage = await OpenAsync(hashing);
            }

            // The hash is that of the whole object, even if its content cannot be decoded.
            var buffer = new byte[256 * 1024];
            while (await hashing.ReadAsync(buffer, cancellationToken) is var read && read > 0)
            {
                Note(0);
            }

            return new DumpReadResult(hashing.Bytes, hashing.FinishHash(), raw, counter?.Finish(), damage);

            async Task<string?> OpenAsync(Stream packed)
            {
                try
                {
                    await using var gzip = new GZipStream(
                        new BufferedStream(packed, BatchBytes), CompressionMode.Decompress, leaveOpen: true);
                    await ReadAhead.RunAsync(default, gzip, TakeAsync, cancellationToken);
                    return null;
                }
                catch (InvalidDataException e)
                {
                    return e.Message;
                }
            }

            async ValueTask TakeAsync(ReadOnlyMemory<byte> piece, CancellationToken token)
            {
                raw += piece.Length;
                if (raw > file.RawBytes)
                {
                    throw new InvalidDataException(
                        $"It decodes to more than the {file.RawBytes} bytes in the manifest.");
                }

                Note(piece.Length);
                counter?.Push(piece.Span);
                if (sink is not null)
                {
                    await sink(piece, token);
                }
            }

            void Note(int opened)
            {
                var now = hashing.Bytes;
                meter.Add(opened, now - seen);
                seen = now;
            }
        }
        catch (IOException e)
        {
            throw new SnapshotException(
                SnapshotFailure.StorageUnusable,
                $"Cannot read '{name}' in {storage.Description}: {Sentences.Close(e.Message)}",
                e);
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
/// <param name="Summary">The content of the SQL; null if it was not decoded.</param>
/// <param name="Damage">Why it could not be decrypted or decompressed completely; null if it could.</param>
internal sealed record DumpReadResult(
    long StoredBytes, string Sha256, long RawBytes, DumpSummary? Summary, string? Damage);
