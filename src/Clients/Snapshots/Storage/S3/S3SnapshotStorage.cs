using System.IO.Pipelines;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;

namespace Drydock.Clients.Snapshots;

/// <summary>A bucket of an S3-compatible storage. There is no rename: publishing has the storage copy the object under
/// its final name, which appears whole or not at all, and then removes the old name. Every write carries the condition
/// that the name is free (<c>If-None-Match: *</c>); if a server does not support it, a check before each write and
/// unique names replace it.</summary>
public sealed class S3SnapshotStorage : ISnapshotStorage, IDisposable
{
    /// <summary>Uploads in parts of the whole process, of 33 MiB each: two snapshots with four databases at a
    /// time.</summary>
    private static readonly SemaphoreSlim Uploads = new(8);

    /// <summary>What is smaller is sent in a single request. Records and most manifests are, so that they do not wait
    /// for dumps.</summary>
    internal const int SmallBytes = 1 << 20;

    private const int CopiesAtOnce = 4;

    // Identifies the writer of an object: after a lost answer, the retried request reports that the name exists.
    private const string WriterKey = "x-amz-meta-drydock-writer";

    private readonly S3Client _api;
    private readonly TransferUtility _transfer;
    private readonly string _prefix;
    private readonly SemaphoreSlim _uploads;

    /// <summary>Connects to nothing yet.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.InvalidRequest"/>: ca.crt is no
    /// certificate.</exception>
    public S3SnapshotStorage(S3StorageOptions options, TimeProvider? time = null)
        : this(options, time, Uploads)
    {
    }

    internal S3SnapshotStorage(S3StorageOptions options, TimeProvider? time, SemaphoreSlim uploads)
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
        await RequireFreeAsync(name, cancellationToken);
        return new ObjectWriter((content, token) => StoreAsync(name, content, token));
    }

    public async Task PublishAsync(string from, string to, CancellationToken cancellationToken)
    {
        _ = StorageName.Checked(from);
        _ = StorageName.Checked(to);
        var source = await HeadAsync(from, cancellationToken) ?? throw this.Missing(from);
        await RequireFreeAsync(to, cancellationToken);

        // Small objects are copied through this process, so that the condition of a plain write applies, which most
        // servers support.
        if (source.Bytes <= SmallBytes)
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
            ?? throw this.Missing(name);
        return new S3ReadStream(this, name, response);
    }

    public Task<SnapshotObjectInfo?> StatAsync(string name, CancellationToken cancellationToken) =>
        HeadAsync(StorageName.Readable(name), cancellationToken);

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
        foreach (var upload in await AllAsync(
            "list the unfinished uploads of",
            prefix,
            _api.Paginators.ListMultipartUploads(
                new ListMultipartUploadsRequest { BucketName = Options.Bucket, Prefix = _prefix + prefix }).Responses,
            static page => page.MultipartUploads,
            static upload => upload.Key,
            cancellationToken))
        {
            await AbortUploadAsync(Relative(upload.Key), upload.UploadId, cancellationToken);
        }
    }

    public async Task<IReadOnlyList<SnapshotObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var found = await AllAsync(
            "list",
            prefix,
            _api.Paginators.ListObjectsV2(
                new ListObjectsV2Request { BucketName = Options.Bucket, Prefix = _prefix + prefix }).Responses,
            static page => page.S3Objects,
            static o => o.Key,
            cancellationToken);
        return
        [
            .. found.Select(o => new SnapshotObjectInfo(Relative(o.Key), o.Size ?? 0, o.ETag))
                .OrderBy(static o => o.Name, StringComparer.Ordinal),
        ];
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

    // What is small is sent in a single request once it is complete, the rest by the SDK's transfer in parts of a
    // constant size.
    private async Task StoreAsync(string name, PipeReader content, CancellationToken cancellationToken)
    {
        var writer = Guid.NewGuid().ToString("N");
        var first = await content.ReadAtLeastAsync(SmallBytes + 1, cancellationToken);
        long bytes;
        if (first.Buffer.Length <= SmallBytes)
        {
            bytes = first.Buffer.Length;
            await PutAsync(name, first.Buffer.ToArray(), writer, cancellationToken);
        }
        else
        {
            content.AdvanceTo(first.Buffer.Start);
            await _uploads.WaitAsync(cancellationToken);
            try
            {
                await using var sent = new SentStream(
                    content.AsStream(leaveOpen: true), token => RequireFreeAsync(name, token));
                var request = new TransferUtilityUploadRequest
                {
                    BucketName = Options.Bucket,
                    Key = _prefix + name,
                    InputStream = sent,
                    PartSize = Options.PartBytes,
                    Metadata = { [WriterKey] = writer },
                };

                // A failed upload is aborted, but not one whose completion has no answer.
                await WriteAsync(
                    name, writer, token => _transfer.UploadAsync(request, token), cancellationToken);
                bytes = sent.Bytes;
            }
            finally
            {
                _uploads.Release();
            }
        }

        var stored = await HeadAsync(name, cancellationToken);
        if (stored?.Bytes != bytes)
        {
            throw new SnapshotException(
                SnapshotFailure.StorageUnusable,
                $"'{name}' in {Description} is {stored?.Bytes ?? 0} bytes, but {bytes} were written and "
                        + "acknowledged. The storage lost data.");
        }
    }

    // Without conditional writes this check is the only protection. Names are unique, so only an object of another
    // program could be affected.
    private async Task RequireFreeAsync(string name, CancellationToken cancellationToken)
    {
        if (await HeadAsync(name, cancellationToken) is not null)
        {
            throw this.Taken(name);
        }
    }

    // A storage that returns another number of bytes than it just reported is refused.
    private async Task RewriteAsync(string from, int bytes, string to, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream(bytes);
        await using (var stream = new LimitedStream(
            await OpenReadAsync(from, cancellationToken), bytes, () => Changed(from, bytes)))
        {
            await stream.CopyToAsync(content, cancellationToken);
        }

        if (content.Length != bytes)
        {
            throw Changed(from, bytes);
        }

        await PutAsync(to, content.ToArray(), Guid.NewGuid().ToString("N"), cancellationToken);
    }

    private SnapshotException Changed(string name, int bytes) =>
        new(
            SnapshotFailure.StorageUnusable,
            $"'{name}' in {Description} no longer has the {bytes} bytes that the storage reported just before. "
                + "Only the operator may write below this prefix.");

    private async Task CopyAsync(string from, SnapshotObjectInfo source, string to, CancellationToken cancellationToken)
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
                {
                    var request = new CopyPartRequest
                    {
                        SourceBucket = Options.Bucket,
                        SourceKey = _prefix + from,
                        ETagToMatch = [source.Version!],
                        FirstByte = i * size,
                        LastByte = Math.Min(source.Bytes, (i + 1) * size) - 1,
                        DestinationBucket = Options.Bucket,
                        DestinationKey = _prefix + to,
                        UploadId = upload,
                        PartNumber = i + 1,
                    };
                    var copied = await RunAsync("publish", to, t => _api.CopyPartAsync(request, t), token);
                    parts[i] = new PartETag(i + 1, copied.ETag);
                });
            var complete = new CompleteMultipartUploadRequest
            {
                BucketName = Options.Bucket,
                Key = _prefix + to,
                UploadId = upload,
                PartETags = [.. parts],
            };
            await WriteAsync(
                to, writer, token => _api.CompleteMultipartUploadAsync(complete, token), cancellationToken);
            done = true;
        }
        finally
        {
            if (!done)
            {
                await _api.AbortMultipartUploadAsync(Abort(to, upload), CancellationToken.None);
            }
        }
    }

    private Task<SnapshotObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken) => RunAsync(
        "stat",
        name,
        async token => await HeadOnceAsync(name, token) is { } found
            ? new SnapshotObjectInfo(name, found.ContentLength, found.ETag)
            : null,
        cancellationToken);

    private Task PutAsync(
        string name, byte[] content, string writer, CancellationToken cancellationToken) => WriteAsync(
        name,
        writer,
        token => _api.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = Options.Bucket,
                Key = _prefix + name,
                InputStream = new MemoryStream(content, writable: false),
                AutoCloseStream = false,
                UseChunkEncoding = false,
                Metadata = { [WriterKey] = writer },
            },
            token),
        cancellationToken);

    private Task<string> BeginUploadAsync(string name, string writer, CancellationToken cancellationToken) => RunAsync(
        "write",
        name,
        async token => (await _api.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest
            {
                BucketName = Options.Bucket,
                Key = _prefix + name,
                Metadata = { [WriterKey] = writer },
            },
            token)).UploadId,
        cancellationToken);

    private Task<AbortMultipartUploadResponse> AbortUploadAsync(
        string name, string upload, CancellationToken cancellationToken) => RunAsync(
        "abort the upload of", name, token => _api.AbortAsync(Abort(name, upload), token), cancellationToken);

    /// <summary>Opens an object at an offset; null if there is none.</summary>
    /// <param name="etag">The expected ETag; null for any.</param>
    internal Task<GetObjectResponse?> GetAsync(
        string name, long offset, string? etag, CancellationToken cancellationToken) =>
        RunAsync(
        "read",
        name,
        async token =>
        {
            var request = new GetObjectRequest
            {
                BucketName = Options.Bucket,
                Key = _prefix + name,
                EtagToMatch = etag,
            };
            if (offset > 0)
            {
                request.ByteRange = new ByteRange($"bytes={offset}-");
            }

            try
            {
                return await _api.GetObjectAsync(request, token);
            }
            catch (AmazonS3Exception e) when (S3Errors.IsMissing(e))
            {
                return null;
            }
            catch (AmazonS3Exception e) when (S3Errors.IsPrecondition(e))
            {
                throw new SnapshotException(
                    SnapshotFailure.StorageUnusable,
                    $"'{name}' in {Options} was replaced while it was read. "
                        + "Only the operator may write below this prefix.",
                    e);
            }
        },
        cancellationToken);

    private Task<List<T>> AllAsync<TPage, T>(
        string verb,
        string prefix,
        IAsyncEnumerable<TPage> pages,
        Func<TPage, List<T>?> entries,
        Func<T, string> key,
        CancellationToken cancellationToken) => RunAsync(
        verb,
        prefix,
        async token =>
        {
            var found = new List<T>();
            var limit = new ListingLimit(Options, prefix);
            await foreach (var page in pages.WithCancellation(token))
            {
                limit.TakePage();
                foreach (var entry in entries(page) ?? [])
                {
                    // Some servers ignore the prefix; what has another name must not be touched.
                    if (key(entry).StartsWith(_prefix + prefix, StringComparison.Ordinal))
                    {
                        limit.Take(key(entry));
                        found.Add(entry);
                    }
                }
            }

            return found;
        },
        cancellationToken);

    private string Relative(string key) => key[_prefix.Length..];

    private async Task<GetObjectMetadataResponse?> HeadOnceAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await _api.GetObjectMetadataAsync(
                new GetObjectMetadataRequest { BucketName = Options.Bucket, Key = _prefix + name },
                cancellationToken);
        }
        catch (AmazonS3Exception e) when (S3Errors.IsMissing(e))
        {
            return null;
        }
        catch (AmazonS3Exception e) when ((int)e.StatusCode is 400 or 403 or 301)
        {
            // The answer to HEAD has no body and therefore no reason; this request returns one.
            await _api.ListObjectsV2Async(
                new ListObjectsV2Request { BucketName = Options.Bucket, Prefix = _prefix + name, MaxKeys = 1 },
                cancellationToken);
            throw;
        }
    }

    /// <exception cref="SnapshotException">The name is taken; or <see cref="SnapshotFailure.StorageUnusable"/>, also if
    /// the upload was aborted meanwhile.</exception>
    private async Task WriteAsync(
        string name,
        string writer,
        Func<CancellationToken, Task> write,
        CancellationToken cancellationToken) => await RunAsync(
        "write",
        name,
        async token =>
        {
            try
            {
                await write(token);
                return true;
            }
            catch (AmazonS3Exception e) when (S3Errors.IsPrecondition(e) || e.ErrorCode == "NoSuchUpload")
            {
                // An earlier try may have succeeded and its answer was lost.
                if ((await HeadOnceAsync(name, token))?.Metadata[WriterKey] == writer)
                {
                    return true;
                }

                throw S3Errors.IsPrecondition(e) ? this.Taken(name) : new SnapshotException(
                    SnapshotFailure.StorageUnusable,
                    $"The unfinished upload of '{name}' no longer exists in {Options}: "
                        + "another operator, or a lifecycle rule of the bucket, aborted it. "
                        + "The next attempt starts it again.",
                    e);
            }
        },
        cancellationToken);

    private async Task<T> RunAsync<T>(
        string verb, string name, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call(cancellationToken);
        }
        catch (Exception e) when (S3Errors.IsStorageError(e) && !cancellationToken.IsCancellationRequested)
        {
            throw S3Errors.Describe(Options, verb, name, e);
        }
    }

    private AbortMultipartUploadRequest Abort(string name, string upload) =>
        new() { BucketName = Options.Bucket, Key = _prefix + name, UploadId = upload };

    /// <summary>Counts what is sent, and runs a check before its end.</summary>
    private sealed class SentStream(Stream inner, Func<CancellationToken, Task> beforeEnd) : ReadOnlyStream
    {
        internal long Bytes { get; private set; }

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            Bytes += read;
            if (read == 0)
            {
                await beforeEnd(cancellationToken);
            }

            return read;
        }
    }
}
