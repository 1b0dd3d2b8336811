using Amazon.S3;
using Amazon.S3.Model;

namespace Drydock.Clients.Snapshots;

/// <summary>The single requests, with names relative to the prefix.</summary>
internal sealed partial class S3Bucket : IS3Uploads, IDisposable
{
    // Identifies the writer of an object: after a lost answer, the retried request reports that the name exists.
    private const string WriterKey = "x-amz-meta-drydock-writer";

    private readonly S3Client _client;
    private readonly string _prefix;
    private volatile bool _conditional = true;

    internal S3Bucket(S3StorageOptions options, TimeProvider time)
    {
        Options = options;
        _client = new S3Client(options);
        _prefix = options.Prefix.Length == 0 ? "" : options.Prefix + "/";
        Calls = new S3Calls(options, time);
    }

    public S3StorageOptions Options { get; }

    internal S3Calls Calls { get; }

    private AmazonS3Client Api => _client.Api;

    public void Dispose() => _client.Dispose();

    public Task<S3ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken) =>
        Calls.RunAsync("stat", name, token => HeadOnceAsync(name, token), cancellationToken);

    public Task<bool> PutAsync(
        string name, ReadOnlyMemory<byte> content, string writer, CancellationToken cancellationToken) =>
        Calls.RunAsync(
        "write",
        name,
        async token =>
        {
            var request = new PutObjectRequest
            {
                BucketName = Options.Bucket,
                Key = _prefix + name,
                InputStream = Reading(content),
                UseChunkEncoding = false,
                MD5Digest = Digest(content.Span),
                IfNoneMatch = _conditional ? "*" : null,
            };
            request.Metadata[WriterKey] = writer;
            return await UnlessTakenAsync(
                name,
                writer,
                conditional => Api.PutObjectAsync(conditional ? request : Unconditional(request, content), token),
                token).ConfigureAwait(false);
        },
        cancellationToken);

    public Task<string> BeginUploadAsync(string name, string writer, CancellationToken cancellationToken) =>
        Calls.RunAsync(
        "write",
        name,
        async token =>
        {
            var request = new InitiateMultipartUploadRequest { BucketName = Options.Bucket, Key = _prefix + name };
            request.Metadata[WriterKey] = writer;
            return (await Api.InitiateMultipartUploadAsync(request, token).ConfigureAwait(false)).UploadId;
        },
        cancellationToken);

    public Task<PartETag> PutPartAsync(
        string name, string upload, int number, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var digest = Digest(content.Span);
        return Calls.RunAsync(
            "write",
            name,
            async token =>
            {
                var request = new UploadPartRequest
                {
                    BucketName = Options.Bucket,
                    Key = _prefix + name,
                    UploadId = upload,
                    PartNumber = number,
                    PartSize = content.Length,
                    InputStream = Reading(content),
                    UseChunkEncoding = false,
                    MD5Digest = digest,
                };
                return new PartETag(number, (await Api.UploadPartAsync(request, token).ConfigureAwait(false)).ETag);
            },
            cancellationToken);
    }

    internal Task<PartETag> CopyPartAsync(
        string from,
        string etag,
        string to,
        string upload,
        int number,
        long first,
        long last,
        CancellationToken cancellationToken) =>
        Calls.RunAsync(
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
            return new PartETag(number, (await Api.CopyPartAsync(request, token).ConfigureAwait(false)).ETag);
        },
        cancellationToken);

    /// <summary>Completes an upload; false if another writer's object has the name.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/>; also if the upload was
    /// aborted meanwhile.</exception>
    public Task<bool> CompleteUploadAsync(
        string name,
        string upload,
        IReadOnlyList<PartETag> parts,
        string writer,
        CancellationToken cancellationToken) =>
        Calls.RunAsync(
        "write",
        name,
        async token =>
        {
            try
            {
                return await UnlessTakenAsync(
                    name,
                    writer,
                    conditional => Api.CompleteMultipartUploadAsync(
                        new CompleteMultipartUploadRequest
                        {
                            BucketName = Options.Bucket,
                            Key = _prefix + name,
                            UploadId = upload,
                            PartETags = [.. parts],
                            IfNoneMatch = conditional ? "*" : null,
                        },
                        token),
                    token).ConfigureAwait(false);
            }
            catch (AmazonS3Exception e) when (e.ErrorCode == "NoSuchUpload")
            {
                // An earlier try succeeded and its answer was lost, or the upload was aborted.
                return (await HeadOnceAsync(name, token).ConfigureAwait(false))?.Writer == writer
                    ? true
                    : throw new SnapshotException(
                        SnapshotFailure.StorageUnusable,
                        $"The unfinished upload of '{name}' no longer exists in {Options}: "
                            + "another operator, or a lifecycle rule of the bucket, aborted it. "
                            + "The next attempt starts it again.",
                        e);
            }
        },
        cancellationToken);

    /// <summary>Aborts an upload; a missing one is not an error.</summary>
    public Task AbortUploadAsync(string name, string upload, CancellationToken cancellationToken) => Calls.RunAsync(
        "abort the upload of",
        name,
        async token =>
        {
            try
            {
                await Api.AbortMultipartUploadAsync(
                    new AbortMultipartUploadRequest
                    {
                        BucketName = Options.Bucket,
                        Key = _prefix + name,
                        UploadId = upload,
                    },
                    token).ConfigureAwait(false);
            }
            catch (AmazonS3Exception e) when (e.ErrorCode == "NoSuchUpload")
            {
                // It was aborted already, as intended.
                return false;
            }

            return true;
        },
        cancellationToken);

    /// <summary>Opens an object at an offset; null if there is none.</summary>
    /// <param name="etag">The expected ETag; null for any.</param>
    internal Task<GetObjectResponse?> GetAsync(
        string name, long offset, string? etag, CancellationToken cancellationToken) =>
        Calls.RunAsync(
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
                return await Api.GetObjectAsync(request, token).ConfigureAwait(false);
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
    internal Task DeleteAsync(string name, CancellationToken cancellationToken) => Calls.RunAsync(
        "delete",
        name,
        token =>
            Api.DeleteObjectAsync(new DeleteObjectRequest { BucketName = Options.Bucket, Key = _prefix + name }, token),
        cancellationToken);

    private async Task<S3ObjectInfo?> HeadOnceAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var found = await Api.GetObjectMetadataAsync(
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
            await Api.ListObjectsV2Async(
                new ListObjectsV2Request { BucketName = Options.Bucket, Prefix = _prefix + name, MaxKeys = 1 },
                cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    // A server without conditional writes reports that, or ignores the condition; names are unique anyway and checked
    // before.
    private async Task<bool> UnlessTakenAsync<T>(
        string name, string writer, Func<bool, Task<T>> write, CancellationToken cancellationToken)
    {
        try
        {
            await write(_conditional).ConfigureAwait(false);
            return true;
        }
        catch (AmazonS3Exception e) when (S3Errors.IsPrecondition(e))
        {
            return (await HeadOnceAsync(name, cancellationToken).ConfigureAwait(false))?.Writer == writer;
        }
        catch (AmazonS3Exception e) when (S3Errors.IsNotImplemented(e) && _conditional)
        {
            await write(false).ConfigureAwait(false);
            _conditional = false;
            return true;
        }
    }

    private static PutObjectRequest Unconditional(PutObjectRequest request, ReadOnlyMemory<byte> content)
    {
        request.IfNoneMatch = null;
        request.InputStream = Reading(content);
        return request;
    }

    private static DateTimeOffset Utc(DateTime? time) =>
        time is { } at ? new DateTimeOffset(at.ToUniversalTime(), TimeSpan.Zero) : DateTimeOffset.UnixEpoch;

    private static MemoryStream Reading(ReadOnlyMemory<byte> content) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(content, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(content.ToArray(), writable: false);

    [SuppressMessage(
        "Security",
        "CA5351:Do Not Use Broken Cryptographic Algorithms",
        Justification = "Content-MD5 is what S3 calls for; against damage, not against an attacker.")]
    private static string Digest(ReadOnlySpan<byte> content) => Convert.ToBase64String(MD5.HashData(content));
}
