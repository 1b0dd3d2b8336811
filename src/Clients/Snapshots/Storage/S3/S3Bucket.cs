using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;

namespace Drydock.Clients.Snapshots;

/// <summary>The single requests, with names relative to the prefix.</summary>
internal sealed partial class S3Bucket : IDisposable
{
    // Identifies the writer of an object: after a lost answer, the retried request reports that the name exists.
    private const string WriterKey = "x-amz-meta-drydock-writer";

    private readonly S3Client _api;
    private readonly TransferUtility _transfer;
    private readonly string _prefix;

    internal S3Bucket(S3StorageOptions options, TimeProvider time)
    {
        (Options, Time) = (options, time);
        _api = new S3Client(options, time);
        _transfer = new TransferUtility(_api);
        _prefix = options.Prefix.Length == 0 ? "" : options.Prefix + "/";
    }

    internal S3StorageOptions Options { get; }

    internal TimeProvider Time { get; }

    public void Dispose()
    {
        _transfer.Dispose();
        _api.Dispose();
    }

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

    internal Task<string> BeginUploadAsync(string name, string writer, CancellationToken cancellationToken) => RunAsync(
        "write",
        name,
        async token =>
        {
            var request = new InitiateMultipartUploadRequest { BucketName = Options.Bucket, Key = _prefix + name };
            request.Metadata[WriterKey] = writer;
            return (await _api.InitiateMultipartUploadAsync(request, token).ConfigureAwait(false)).UploadId;
        },
        cancellationToken);

    internal Task<PartETag> CopyPartAsync(
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
            return new PartETag(number, (await _api.CopyPartAsync(request, token).ConfigureAwait(false)).ETag);
        },
        cancellationToken);

    /// <summary>Completes an upload; false if another writer's object has the name.</summary>
    internal Task<bool> CompleteUploadAsync(
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

    /// <summary>Aborts an upload; a missing one is not an error.</summary>
    internal Task AbortUploadAsync(string name, string upload, CancellationToken cancellationToken) => RunAsync(
        "abort the upload of",
        name,
        async token =>
        {
            try
            {
                await _api.AbortAsync(Abort(name, upload), token).ConfigureAwait(false);
                return true;
            }
            catch (AmazonS3Exception e) when (e.ErrorCode == "NoSuchUpload")
            {
                // It was aborted already, as intended.
                return false;
            }
        },
        cancellationToken);

    /// <summary>Aborts an upload that failed, within limits and without an error of its own.</summary>
    internal Task AbandonUploadAsync(string name, string upload) =>
        _api.AbortMultipartUploadAsync(Abort(name, upload));

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
                request.ByteRange = new ByteRange(FormattableString.Invariant($"bytes={offset}-"));
            }

            try
            {
                return await _api.GetObjectAsync(request, token).ConfigureAwait(false);
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

    /// <summary>Removes an object; a missing one is not an error.</summary>
    internal Task DeleteAsync(string name, CancellationToken cancellationToken) => RunAsync(
        "delete",
        name,
        token =>
            _api.DeleteObjectAsync(
                new DeleteObjectRequest { BucketName = Options.Bucket, Key = _prefix + name }, token),
        cancellationToken);

    private async Task<S3ObjectInfo?> HeadOnceAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var found = await _api.GetObjectMetadataAsync(
                new GetObjectMetadataRequest { BucketName = Options.Bucket, Key = _prefix + name },
                cancellationToken).ConfigureAwait(false);
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
                cancellationToken).ConfigureAwait(false);
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
                await write(token).ConfigureAwait(false);
                return true;
            }
            catch (AmazonS3Exception e) when (S3Errors.IsPrecondition(e) || e.ErrorCode == "NoSuchUpload")
            {
                // An earlier try may have succeeded and its answer was lost.
                var isOurs = (await HeadOnceAsync(name, token).ConfigureAwait(false))?.Writer == writer;
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
            return await call(cancellationToken).ConfigureAwait(false);
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
/// <param name="Bytes">Its length.</param>
/// <param name="ETag">Changes with its content.</param>
/// <param name="ModifiedAt">When it was written.</param>
/// <param name="Writer">The operator's writer id; null if another program wrote it.</param>
internal sealed record S3ObjectInfo(long Bytes, string ETag, DateTimeOffset ModifiedAt, string? Writer);
