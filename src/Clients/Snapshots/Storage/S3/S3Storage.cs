using Amazon.S3.Model;
using Amazon.S3.Transfer;

namespace Drydock.Clients.Snapshots;

/// <summary>A bucket of an S3-compatible storage. There is no rename: publishing has the storage copy the object under
/// its final name, which appears whole or not at all, and then removes the old name. Every write carries the condition
/// that the name is free (<c>If-None-Match: *</c>); if a server does not support it, a check before each write and
/// unique names replace it.</summary>
public sealed partial class S3Storage : ISnapshotStorage, IDisposable
{
    /// <summary>Uploads in parts of the whole process, of 33 MiB each: two snapshots with four databases at a
    /// time.</summary>
    private static readonly SemaphoreSlim Uploads = new(8);

    private const int CopiesAtOnce = 4;

    private readonly S3Client _api;
    private readonly TransferUtility _transfer;
    private readonly string _prefix;
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
        (Options, Time, _uploads) = (options, time ?? TimeProvider.System, uploads);
        _api = new S3Client(options, Time);
        _transfer = new TransferUtility(_api);
        _prefix = options.Prefix.Length == 0 ? "" : options.Prefix + "/";
    }

    public string Description => Options.ToString();

    internal S3StorageOptions Options { get; }

    internal TimeProvider Time { get; }

    public async Task<ISnapshotObjectWriter> CreateAsync(string name, CancellationToken cancellationToken)
    {
        _ = StorageName.Checked(name);
        return await HeadAsync(name, cancellationToken) is null
            ? new S3ObjectWriter(this, name, _uploads)
            : throw Taken(name);
    }

    public async Task PublishAsync(string from, string to, CancellationToken cancellationToken)
    {
        _ = StorageName.Checked(from);
        _ = StorageName.Checked(to);
        var source = await HeadAsync(from, cancellationToken) ?? throw Missing(from);
        if (await HeadAsync(to, cancellationToken) is not null)
        {
            throw Taken(to);
        }

        // Small objects are copied through this process, so that the condition of a plain write applies, which most
        // servers support.
        if (source.Bytes <= S3ObjectWriter.SmallBytes)
        {
            await RewriteAsync(from, (int)source.Bytes, to, cancellationToken);
        }
        else
        {
            await CopyAsync(from, source, to, cancellationToken);
        }

        if (await HeadAsync(to, cancellationToken) is var target && target?.Bytes != source.Bytes)
        {
            throw new SnapshotException(
                SnapshotFailure.StorageUnusable,
                $"'{to}' in {Description} is {target?.Bytes ?? 0} bytes, but {source.Bytes} were copied.");
        }

        await DeleteAsync(from, cancellationToken);
    }

    public async Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        _ = StorageName.Readable(name);
        var response = await GetAsync(name, 0, null, cancellationToken)
            ?? throw Missing(name);
        return new S3ReadStream(this, name, response);
    }

    public async Task<SnapshotObjectInfo?> StatAsync(string name, CancellationToken cancellationToken)
    {
        _ = StorageName.Readable(name);
        return await HeadAsync(name, cancellationToken) is { } found
            ? new SnapshotObjectInfo(name, found.Bytes, found.ModifiedAt, found.ETag)
            : null;
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        _ = StorageName.Checked(name);
        return RunAsync(
            "delete",
            name,
            token => _api.DeleteObjectAsync(
                new DeleteObjectRequest { BucketName = Options.Bucket, Key = _prefix + name }, token),
            cancellationToken);
    }

    public async Task AbandonUnfinishedAsync(string prefix, CancellationToken cancellationToken)
    {
        foreach (var (name, upload) in await UnfinishedAsync(prefix, cancellationToken))
        {
            await AbortUploadAsync(name, upload, cancellationToken);
        }
    }

    public Task<long?> GetFreeBytesAsync(CancellationToken cancellationToken) => Task.FromResult<long?>(null);

    public async Task<SnapshotStorageMark> EnsureMarkAsync(CancellationToken cancellationToken)
    {
        // A dump is a multipart upload: it is checked now, not during the downtime, that one can be started, found and
        // aborted.
        var name = $"{StorageMark.Name}.{StorageName.Unique()}{StorageName.Partial}";
        var upload = await BeginUploadAsync(name, "probe", cancellationToken);
        await AbandonUnfinishedAsync(StorageMark.Name, cancellationToken);
        await AbortUploadAsync(name, upload, cancellationToken);
        return await StorageMark.EnsureAsync(this, Time, cancellationToken);
    }

    public Task<SnapshotStorageMark?> ReadMarkAsync(CancellationToken cancellationToken) =>
        StorageMark.ReadAsync(this, cancellationToken);

    public void Dispose()
    {
        _transfer.Dispose();
        _api.Dispose();
    }

    internal SnapshotException Taken(string name) =>
        new(SnapshotFailure.AlreadyExists, $"'{name}' already exists in {Description} and is not overwritten.");

    private SnapshotException Missing(string name) =>
        new(SnapshotFailure.NotFound, $"There is no '{name}' in {Description}.");

    // The buffer has the size just reported; a storage that returns another number of bytes is refused.
    private async Task RewriteAsync(string from, int bytes, string to, CancellationToken cancellationToken)
    {
        var content = new byte[bytes];
        await using (
            var stream = new LimitedStream(
                await OpenReadAsync(from, cancellationToken),
                bytes,
                () => Changed(from, bytes)))
        {
            if (await stream.ReadAtLeastAsync(content, bytes, throwOnEndOfStream: false, cancellationToken) != bytes
                || await stream.ReadAsync(new byte[1], cancellationToken) != 0)
            {
                throw Changed(from, bytes);
            }
        }

        if (!await PutAsync(to, content, Guid.NewGuid().ToString("N"), cancellationToken))
        {
            throw Taken(to);
        }
    }

    private SnapshotException Changed(string name, int bytes) =>
        new(
            SnapshotFailure.StorageUnusable,
            $"'{name}' in {Description} no longer has the {bytes} bytes that the storage reported just before. "
                + "Only the operator may write below this prefix.");

    private async Task CopyAsync(string from, S3ObjectInfo source, string to, CancellationToken cancellationToken)
    {
        var writer = Guid.NewGuid().ToString("N");
        var upload = await BeginUploadAsync(to, writer, cancellationToken);
        var done = false;
        try
        {
            var size = S3PartSizes.OfCopy(source.Bytes);
            var parts = new PartETag[(source.Bytes + size - 1) / size];
            await Parallel.ForEachAsync(
                Enumerable.Range(0, parts.Length),
                new ParallelOptions { MaxDegreeOfParallelism = CopiesAtOnce, CancellationToken = cancellationToken },
                async (i, token) =>
                    parts[i] = await CopyPartAsync(
                        from,
                        source.ETag,
                        to,
                        upload,
                        i + 1,
                        i * size,
                        Math.Min(source.Bytes, (i + 1) * size) - 1,
                        token));
            done = await CompleteUploadAsync(to, upload, parts, writer, cancellationToken);
            if (!done)
            {
                throw Taken(to);
            }
        }
        finally
        {
            if (!done)
            {
                await _api.AbortMultipartUploadAsync(Abort(to, upload), CancellationToken.None);
            }
        }
    }
}
