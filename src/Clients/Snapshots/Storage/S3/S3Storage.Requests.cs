using Amazon.S3;
using Amazon.S3.Model;

namespace Drydock.Clients.Snapshots;

/// <content>The single requests, with names relative to the prefix.</content>
public sealed partial class S3Storage
{
    // Identifies the writer of an object: after a lost answer, the retried request reports that the name exists.
    private const string WriterKey = "x-amz-meta-drydock-writer";

    private Task<SnapshotObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken) => RunAsync(
        "stat",
        name,
        async token => await HeadOnceAsync(name, token) is { } found
            ? new SnapshotObjectInfo(name, found.ContentLength, Utc(found.LastModified), found.ETag)
            : null,
        cancellationToken);

    private Task<bool> PutAsync(
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
            .. found.Select(o => new SnapshotObjectInfo(Relative(o.Key), o.Size ?? 0, Utc(o.LastModified), o.ETag))
                .OrderBy(static o => o.Name, StringComparer.Ordinal),
        ];
    }

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

    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/>; also if the upload was
    /// aborted meanwhile.</exception>
    private Task<bool> WriteAsync(
        string name,
        string writer,
        Func<CancellationToken, Task> write,
        CancellationToken cancellationToken) => RunAsync(
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
                var isOurs = (await HeadOnceAsync(name, token))?.Metadata[WriterKey] == writer;
                return isOurs || S3Errors.IsPrecondition(e)
                    ? isOurs
                    : throw new SnapshotException(
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

    private static DateTimeOffset Utc(DateTime? time) =>
        time is { } at ? new DateTimeOffset(at.ToUniversalTime(), TimeSpan.Zero) : DateTimeOffset.UnixEpoch;
}
