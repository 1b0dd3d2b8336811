using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;

namespace Drydock.Clients.Snapshots;

/// <summary>The single requests, with names relative to the prefix.</summary>
internal sealed class S3Bucket : IS3Uploads, IDisposable
{
    // Tells our own object from another's where an answer was lost and the request, made again, is told that the name
    // is taken.
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

    /// <summary>The object; null if there is none.</summary>
    public Task<S3Head?> HeadAsync(string name, CancellationToken cancellationToken) =>
        Calls.RunAsync("look at", name, token => HeadOnceAsync(name, token), cancellationToken);

    /// <summary>Writes an object in one request; false if the name is taken by another's.</summary>
    public Task<bool> PutAsync(string name, ReadOnlyMemory<byte> content, string writer, CancellationToken cancellationToken) => Calls.RunAsync(
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
            return await UnlessTakenAsync(name, writer, conditional => Api.PutObjectAsync(conditional ? request : Unconditional(request, content), token), token).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>Begins an upload in parts and returns its id.</summary>
    public Task<string> BeginUploadAsync(string name, string writer, CancellationToken cancellationToken) => Calls.RunAsync(
        "write",
        name,
        async token =>
        {
            var request = new InitiateMultipartUploadRequest { BucketName = Options.Bucket, Key = _prefix + name };
            request.Metadata[WriterKey] = writer;
            return (await Api.InitiateMultipartUploadAsync(request, token).ConfigureAwait(false)).UploadId;
        },
        cancellationToken);

    /// <summary>Writes one part.</summary>
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

    /// <summary>Has the storage copy a range of another object into one part.</summary>
    internal Task<PartETag> CopyPartAsync(string from, string etag, string to, string upload, int number, long first, long last, CancellationToken cancellationToken) => Calls.RunAsync(
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

    /// <summary>Makes an upload the object; false if the name is taken by another's.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/>; also if somebody gave the
    /// upload up meanwhile.</exception>
    public Task<bool> CompleteUploadAsync(string name, string upload, IReadOnlyList<PartETag> parts, string writer, CancellationToken cancellationToken) => Calls.RunAsync(
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
                // An earlier try got through and its answer was lost; or somebody gave the upload up.
                return (await HeadOnceAsync(name, token).ConfigureAwait(false))?.Writer == writer
                    ? true
                    : throw new SnapshotException(SnapshotFailure.StorageUnusable, $"The unfinished upload of '{name}' is gone from {Options}: another operator, or a lifecycle rule of the bucket, gave it up. It is begun anew by the next attempt.", e);
            }
        },
        cancellationToken);

    /// <summary>Gives an upload up; one that is gone is no error.</summary>
    public Task AbortUploadAsync(string name, string upload, CancellationToken cancellationToken) => Calls.RunAsync(
        "give up",
        name,
        async token =>
        {
            try
            {
                await Api.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = Options.Bucket, Key = _prefix + name, UploadId = upload }, token).ConfigureAwait(false);
            }
            catch (AmazonS3Exception e) when (e.ErrorCode == "NoSuchUpload")
            {
                // Another one gave it up: what was wanted.
                return false;
            }

            return true;
        },
        cancellationToken);

    /// <summary>All uploads whose names begin with a prefix and that were neither completed nor given up.</summary>
    internal async Task<IReadOnlyList<(string Name, string Upload)>> UnfinishedAsync(string prefix, CancellationToken cancellationToken)
    {
        var found = new List<(string, string)>();
        var cap = new ListingCap(Options, prefix);
        ListMultipartUploadsResponse? page = null;
        do
        {
            var request = new ListMultipartUploadsRequest { BucketName = Options.Bucket, Prefix = _prefix + prefix, KeyMarker = page?.NextKeyMarker, UploadIdMarker = page?.NextUploadIdMarker };
            page = await Calls.RunAsync("list the unfinished uploads of", prefix, token => ListUploadsAsync(request, token), cancellationToken).ConfigureAwait(false);

            // Some servers take the prefix of another kind; a name that does not fit is not ours to touch.
            foreach (var upload in (page.MultipartUploads ?? []).Where(u => u.Key.StartsWith(_prefix + prefix, StringComparison.Ordinal)))
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

    /// <summary>Opens an object at an offset; null if there is none.</summary>
    /// <param name="name">The object.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="etag">What it must be; null for whatever is there.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal Task<GetObjectResponse?> GetAsync(string name, long offset, string? etag, CancellationToken cancellationToken) => Calls.RunAsync(
        "read",
        name,
        async token =>
        {
            var request = new GetObjectRequest { BucketName = Options.Bucket, Key = _prefix + name, EtagToMatch = etag };
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
                throw new SnapshotException(SnapshotFailure.StorageUnusable, $"'{name}' in {Options} was replaced while it was read; nobody but the operator may write below this prefix.", e);
            }
        },
        cancellationToken);

    /// <summary>All objects whose names begin with a prefix.</summary>
    internal async Task<IReadOnlyList<SnapshotObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var found = new List<SnapshotObjectInfo>();
        var cap = new ListingCap(Options, prefix);
        string? next = null;
        do
        {
            var request = new ListObjectsV2Request { BucketName = Options.Bucket, Prefix = _prefix + prefix, ContinuationToken = next };
            var page = await Calls.RunAsync("list", prefix, token => Api.ListObjectsV2Async(request, token), cancellationToken).ConfigureAwait(false);
            foreach (var o in (page.S3Objects ?? []).Where(o => o.Key.StartsWith(_prefix + prefix, StringComparison.Ordinal)))
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

    /// <summary>Removes an object; one that is not there is no error.</summary>
    internal Task DeleteAsync(string name, CancellationToken cancellationToken) => Calls.RunAsync(
        "delete",
        name,
        token => Api.DeleteObjectAsync(new DeleteObjectRequest { BucketName = Options.Bucket, Key = _prefix + name }, token),
        cancellationToken);

    // A server that cannot tell has to be told by a lifecycle rule of the bucket how long such things live.
    private async Task<ListMultipartUploadsResponse> ListUploadsAsync(
        ListMultipartUploadsRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await Api.ListMultipartUploadsAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonS3Exception e) when (S3Errors.IsNotImplemented(e))
        {
            return new ListMultipartUploadsResponse { IsTruncated = false };
        }
    }

    private async Task<S3Head?> HeadOnceAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var found = await Api.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = Options.Bucket, Key = _prefix + name }, cancellationToken).ConfigureAwait(false);
            return new S3Head(found.ContentLength, found.ETag, Utc(found.LastModified), found.Metadata[WriterKey]);
        }
        catch (AmazonS3Exception e) when (S3Errors.IsMissing(e))
        {
            return null;
        }
        catch (AmazonS3Exception e) when ((int)e.StatusCode is 400 or 403 or 301)
        {
            // The answer to HEAD has no body and so no reason; this request has.
            await Api.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Options.Bucket, Prefix = _prefix + name, MaxKeys = 1 }, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    // A server without conditional writes says so, or ignores the condition; names are unique all the same, and looked
    // at before.
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

    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "Content-MD5 is what S3 calls for; against damage, not against an attacker.")]
    private static string Digest(ReadOnlySpan<byte> content) => Convert.ToBase64String(MD5.HashData(content));
}
