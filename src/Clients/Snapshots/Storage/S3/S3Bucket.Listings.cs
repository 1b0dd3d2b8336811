using Amazon.S3;
using Amazon.S3.Model;

namespace Drydock.Clients.Snapshots;

/// <content>Listings of objects and of unfinished uploads.</content>
internal sealed partial class S3Bucket
{
    internal async Task<IReadOnlyList<(string Name, string Upload)>> UnfinishedAsync(
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
                cancellationToken).ConfigureAwait(false);

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

    internal async Task<IReadOnlyList<SnapshotObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken)
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
                cancellationToken).ConfigureAwait(false);
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
            return await _api.ListMultipartUploadsAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonS3Exception e) when (S3Errors.IsNotImplemented(e))
        {
            return new ListMultipartUploadsResponse { IsTruncated = false };
        }
    }
}
