using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;

namespace Drydock.Clients.Snapshots;

/// <content>The single requests, with names relative to the prefix.</content>
public sealed partial class S3Storage
{
    // Identifies the writer of an object: after a lost answer, the retried request reports that the name exists.
    private const string WriterKey = "x-amz-meta-drydock-writer";

    internal Task<S3ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken) =>
        RunAsync("stat", name, token => HeadOnceAsync(name, token), cancellationToken);

    internal Task<bool> PutAsync(
        string name, byte[] content, string writer, CancellationToken cancellationToken) => WriteAsync(
        name,
        writer,
        token =>
        {
            var request = new PutObjectRequest
            {
                BucketName = Options.Bucket,
                Key = _prefix + name,
                InputStream = new MemoryStream(content, writable: false),
                AutoCloseStream = false,
                UseChunkEncoding = false,
                MD5Digest = Digest(content),
            };
            request.Metadata[WriterKey] = writer;
            return _api.PutObjectAsync(request, token);
        },
        cancellationToken);

    /// <summary>Uploads a stream of any length in parts; false if another writer's object has the name. A failed upload
    /// is aborted, but not one whose completion has no answer.</summary>
    internal Task<bool> UploadAsync(
        string name, Stream content, string writer, CancellationToken cancellationToken) => WriteAsync(
        name,
        writer,
        token =>
        {
            var request = new TransferUtilityUploadRequest
            {
                BucketName = Options.Bucket,
                Key = _prefix + name,
                InputStream = content,
                PartSize = Options.PartBytes,
            };
            request.Metadata[WriterKey] = writer;
            return _transfer.UploadAsync(request, token);
        },
        cancellationToken);

    private Task<string> BeginUploadAsync(string name, string writer, CancellationToken cancellationToken) => RunAsync(
        "write",
        name,
        async token =>
        {
            var request = new InitiateMultipartUploadRequest { BucketName = Options.Bucket, Key = _prefix + name };
            request.Metadata[WriterKey] = writer;
            return (await _api.InitiateMultipartUploadAsync(request, token)).UploadId;
        },
        cancellationToken);

    private Task<PartETag> CopyPartAsync(
        string from,
        string etag,
        string to,
        string upload,
        int number,
        long first,
        long last,
        CancellationToken cancellationToken) =>
        RunAsync(
        "publish",
        to,
        async token =>
        {
            var request = new CopyPartRequest
            {
                SourceBucket = Options.Bucket,
                SourceKey = _prefix + from,
                ETagToMatch = [etag],
                FirstByte = first,
                LastByte = last,
                DestinationBucket = Options.Bucket,
                DestinationKey = _prefix + to,
                UploadId = upload,
                PartNumber = number,
            };
            return new PartETag(number, (await _api.CopyPartAsync(request, token)).ETag);
        },
        cancellationToken);

    /// <summary>Completes an upload; false if another writer's object has the name.</summary>
    private Task<bool> CompleteUploadAsync(
        string name,
        string upload,
        IReadOnlyList<PartETag> parts,
        string writer,
        CancellationToken cancellationToken) => WriteAsync(
        name,
        writer,
        token => _api.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest
            {
                BucketName = Options.Bucket,
                Key = _prefix + name,
                UploadId = upload,
                PartETags = [.. parts],
            },
            token),
        cancellationToken);

    /// <summary>Aborts an upload; false if there is none any more.</summary>
    private Task<bool> AbortUploadAsync(string name, string upload, CancellationToken cancellationToken) => RunAsync(
        "abort the upload of",
        name,
        async token =>
        {
            try
            {
                await _api.AbortAsync(Abort(name, upload), token);
                return true;
            }
            catch (AmazonS3Exception e) when (e.ErrorCode == "NoSuchUpload")
            {
                // It was aborted already, as intended.
                return false;
            }
        },
        cancellationToken);

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

    private async Task<IReadOnlyList<(string Name, string Upload)>> UnfinishedAsync(
        string prefix, CancellationToken cancellationToken)
    {
        var found = new List<(string, string)>();
        var cap = new ListingLimit(Options, prefix);
        ListMultipartUploadsResponse? page = null;
        do
        {
            var request = new ListMultipartUploadsRequest
            {
                BucketName = Options.Bucket,
                Prefix = _prefix + prefix,
                KeyMarker = page?.NextKeyMarker,
                UploadIdMarker = page?.NextUploadIdMarker,
            };
            page = await RunAsync(
                "list the unfinished uploads of",
                prefix,
                token => ListUploadsAsync(request, token),
                cancellationToken);

            // Some servers ignore the prefix; an upload with another name must not be touched.
            foreach (var upload in (page.MultipartUploads ?? []).Where(
                u => u.Key.StartsWith(_prefix + prefix, StringComparison.Ordinal)))
            {
                cap.Take(upload.Key, upload.UploadId);
                found.Add((upload.Key[_prefix.Length..], upload.UploadId));
            }

            if (page.IsTruncated == true)
            {
                cap.Next($"{page.NextKeyMarker} {page.NextUploadIdMarker}");
            }
        }
        while (page.IsTruncated == true);
        return found;
    }

    public async Task<IReadOnlyList<SnapshotObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var found = new List<SnapshotObjectInfo>();
        var cap = new ListingLimit(Options, prefix);
        string? next = null;
        do
        {
            var request = new ListObjectsV2Request
            {
                BucketName = Options.Bucket,
                Prefix = _prefix + prefix,
                ContinuationToken = next,
            };
            var page = await RunAsync(
                "list",
                prefix,
                token => _api.ListObjectsV2Async(request, token),
                cancellationToken);
            foreach (var o in (page.S3Objects ?? []).Where(
                o => o.Key.StartsWith(_prefix + prefix, StringComparison.Ordinal)))
            {
                cap.Take(o.Key, o.ETag);
                found.Add(new SnapshotObjectInfo(o.Key[_prefix.Length..], o.Size ?? 0, Utc(o.LastModified), o.ETag));
            }

            next = page.IsTruncated == true ? page.NextContinuationToken : null;
            if (page.IsTruncated == true)
            {
                cap.Next(next);
            }
        }
        while (next is not null);
        return [.. found.OrderBy(static o => o.Name, StringComparer.Ordinal)];
    }

    // A server without this request needs a lifecycle rule of the bucket that removes unfinished uploads.
    private async Task<ListMultipartUploadsResponse> ListUploadsAsync(
        ListMultipartUploadsRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await _api.ListMultipartUploadsAsync(request, cancellationToken);
        }
        catch (AmazonS3Exception e) when (S3Errors.IsNotImplemented(e))
        {
            return new ListMultipartUploadsResponse { IsTruncated = false };
        }
    }

    private async Task<S3ObjectInfo?> HeadOnceAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var found = await _api.GetObjectMetadataAsync(
                new GetObjectMetadataRequest { BucketName = Options.Bucket, Key = _prefix + name },
                cancellationToken);
            return new S3ObjectInfo(
                found.ContentLength, found.ETag, Utc(found.LastModified), found.Metadata[WriterKey]);
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
                var isOurs = (await HeadOnceAsync(name, token))?.Writer == writer;
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

    [SuppressMessage(
        "Security",
        "CA5351:Do Not Use Broken Cryptographic Algorithms",
        Justification = "Content-MD5 is what S3 calls for; against damage, not against an attacker.")]
    private static string Digest(byte[] content) => Convert.ToBase64String(MD5.HashData(content));
}

/// <summary>The metadata of an object in S3.</summary>
/// <param name="ETag">Changes with its content.</param>
/// <param name="Writer">The operator's writer id; null if another program wrote it.</param>
internal sealed record S3ObjectInfo(long Bytes, string ETag, DateTimeOffset ModifiedAt, string? Writer);
