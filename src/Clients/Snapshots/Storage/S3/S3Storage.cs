using Amazon.S3;
using Amazon.S3.Model;

namespace Drydock.Clients.Snapshots;

/// <summary>A bucket of an S3-compatible storage. There is no rename: publishing has the storage copy the object under
/// its final name, which appears whole or not at all, and then removes the old name. Every write carries the condition
/// that the name is free (<c>If-None-Match: *</c>); if a server does not support it, a check before each write and
/// unique names replace it.</summary>
public sealed class S3Storage : ISnapshotStorage, IDisposable
{
    /// <summary>Uploads in parts of the whole process, of 33 MiB each: two snapshots with four databases at a
    /// time.</summary>
    private static readonly SemaphoreSlim Uploads = new(8);

    private const int CopiesAtOnce = 4;

    private readonly S3Bucket _bucket;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _uploads;

    /// <summary>Connects to nothing yet.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.InvalidRequest"/>: ca.crt is no
    /// certificate.</exception>
    public S3Storage(S3StorageOptions options, TimeProvider? time = null)
        : this(options, time, Uploads)
    {
    }

    internal S3Storage(S3StorageOptions options, TimeProvider? time, SemaphoreSlim uploads)
    {
        ArgumentNullException.ThrowIfNull(options);
        _uploads = uploads;
        _time = time ?? TimeProvider.System;
        _bucket = new S3Bucket(options, _time);
    }

    public string Description => _bucket.Options.ToString();

    public async Task<ISnapshotObjectWriter> CreateAsync(string name, CancellationToken cancellationToken)
    {
        _ = StorageName.Checked(name);
        return await _bucket.HeadAsync(name, cancellationToken).ConfigureAwait(false) is null
            ? new S3ObjectWriter(_bucket, name, _uploads)
            : throw Taken(_bucket.Options, name);
    }

    public async Task PublishAsync(string from, string to, CancellationToken cancellationToken)
    {
        _ = StorageName.Checked(from);
        _ = StorageName.Checked(to);
        var source = await _bucket.HeadAsync(from, cancellationToken).ConfigureAwait(false) ?? throw Missing(from);
        if (await _bucket.HeadAsync(to, cancellationToken).ConfigureAwait(false) is not null)
        {
            throw Taken(_bucket.Options, to);
        }

        // Small objects are copied through this process, so that the condition of a plain write applies, which most
        // servers support.
        if (source.Bytes <= S3ObjectWriter.SmallBytes)
        {
            await RewriteAsync(from, (int)source.Bytes, to, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await CopyAsync(from, source, to, cancellationToken).ConfigureAwait(false);
        }

        if (await _bucket.HeadAsync(to, cancellationToken).ConfigureAwait(false) is var target
            && target?.Bytes != source.Bytes)
        {
            throw new SnapshotException(
                SnapshotFailure.StorageUnusable,
                FormattableString.Invariant(
                    $"'{to}' in {Description} is {target?.Bytes ?? 0} bytes, but {source.Bytes} were copied."));
        }

        await _bucket.DeleteAsync(from, cancellationToken).ConfigureAwait(false);
    }

    public async Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        _ = StorageName.Readable(name);
        var response = await _bucket.GetAsync(name, 0, null, cancellationToken).ConfigureAwait(false)
            ?? throw Missing(name);
        return new S3ReadStream(_bucket, name, response);
    }

    public async Task<SnapshotObjectInfo?> StatAsync(string name, CancellationToken cancellationToken)
    {
        _ = StorageName.Readable(name);
        return await _bucket.HeadAsync(name, cancellationToken).ConfigureAwait(false) is { } found
            ? new SnapshotObjectInfo(name, found.Bytes, found.ModifiedAt, found.ETag)
            : null;
    }

    public Task<IReadOnlyList<SnapshotObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        _bucket.ListAsync(prefix, cancellationToken);

    public Task DeleteAsync(string name, CancellationToken cancellationToken) =>
        _bucket.DeleteAsync(StorageName.Checked(name), cancellationToken);

    public async Task AbandonUnfinishedAsync(string prefix, CancellationToken cancellationToken)
    {
        foreach (var (name, upload) in await _bucket.UnfinishedAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            await _bucket.AbortUploadAsync(name, upload, cancellationToken).ConfigureAwait(false);
        }
    }

    public Task<long?> GetFreeBytesAsync(CancellationToken cancellationToken) => Task.FromResult<long?>(null);

    public async Task<SnapshotStorageMark> EnsureMarkAsync(CancellationToken cancellationToken)
    {
        // A dump is a multipart upload: it is checked now, not during the downtime, that one can be started, found and
        // aborted.
        var name = $"{StorageMark.Name}.{StorageName.Unique()}{StorageName.Partial}";
        var upload = await _bucket.BeginUploadAsync(name, "probe", cancellationToken).ConfigureAwait(false);
        await AbandonUnfinishedAsync(StorageMark.Name, cancellationToken).ConfigureAwait(false);
        await _bucket.AbortUploadAsync(name, upload, cancellationToken).ConfigureAwait(false);
        return await StorageMark.EnsureAsync(this, _time, cancellationToken).ConfigureAwait(false);
    }

    public Task<SnapshotStorageMark?> ReadMarkAsync(CancellationToken cancellationToken) =>
        StorageMark.ReadAsync(this, cancellationToken);

    public void Dispose() => _bucket.Dispose();

    internal static SnapshotException Taken(S3StorageOptions options, string name) =>
        new(SnapshotFailure.AlreadyExists, $"'{name}' already exists in {options} and is not overwritten.");

    private SnapshotException Missing(string name) =>
        new(SnapshotFailure.NotFound, $"There is no '{name}' in {Description}.");

    // The buffer has the size just reported; a storage that returns another number of bytes is refused.
    private async Task RewriteAsync(string from, int bytes, string to, CancellationToken cancellationToken)
    {
        var content = new byte[bytes];
        await using (
            var stream = new LimitedStream(
                await OpenReadAsync(from, cancellationToken).ConfigureAwait(false),
                bytes,
                () => Changed(from, bytes)))
        {
            if (await stream.ReadAtLeastAsync(
                content, bytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) != bytes
                || await stream.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false) != 0)
            {
                throw Changed(from, bytes);
            }
        }

        if (!await _bucket.PutAsync(
            to, content, Guid.NewGuid().ToString("N"), cancellationToken).ConfigureAwait(false))
        {
            throw Taken(_bucket.Options, to);
        }
    }

    private SnapshotException Changed(string name, int bytes) =>
        new(SnapshotFailure.StorageUnusable, string.Create(
        CultureInfo.InvariantCulture,
        $"'{name}' in {Description} no longer has the {bytes} bytes that the storage reported just before. "
            + $"Only the operator may write below this prefix."));

    private async Task CopyAsync(string from, S3ObjectInfo source, string to, CancellationToken cancellationToken)
    {
        var writer = Guid.NewGuid().ToString("N");
        var upload = await _bucket.BeginUploadAsync(to, writer, cancellationToken).ConfigureAwait(false);
        var done = false;
        try
        {
            var size = S3PartSizes.OfCopy(source.Bytes);
            var parts = new PartETag[(source.Bytes + size - 1) / size];
            await Parallel.ForEachAsync(
                Enumerable.Range(0, parts.Length),
                new ParallelOptions { MaxDegreeOfParallelism = CopiesAtOnce, CancellationToken = cancellationToken },
                async (i, token) =>
                    parts[i] = await _bucket.CopyPartAsync(
                        from,
                        source.ETag,
                        to,
                        upload,
                        i + 1,
                        i * size,
                        Math.Min(source.Bytes, (i + 1) * size) - 1,
                        token).ConfigureAwait(false)).ConfigureAwait(false);
            done =
                await _bucket.CompleteUploadAsync(to, upload, parts, writer, cancellationToken).ConfigureAwait(false);
            if (!done)
            {
                throw Taken(_bucket.Options, to);
            }
        }
        finally
        {
            if (!done)
            {
                await _bucket.AbandonUploadAsync(to, upload).ConfigureAwait(false);
            }
        }
    }
}
