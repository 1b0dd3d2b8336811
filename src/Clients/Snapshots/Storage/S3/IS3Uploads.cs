using Amazon.S3.Model;

namespace Drydock.Clients.Snapshots;

/// <summary>The requests for writing an object.</summary>
internal interface IS3Uploads
{
    S3StorageOptions Options { get; }

    Task<S3ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken);

    Task<bool> PutAsync(string name, ReadOnlyMemory<byte> content, string writer, CancellationToken cancellationToken);

    Task<string> BeginUploadAsync(string name, string writer, CancellationToken cancellationToken);

    Task<PartETag> PutPartAsync(
        string name, string upload, int number, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Completes an upload; false if another writer's object has the name.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/>; also if the upload was
    /// aborted meanwhile.</exception>
    Task<bool> CompleteUploadAsync(
        string name, string upload, IReadOnlyList<PartETag> parts, string writer, CancellationToken cancellationToken);

    /// <summary>Aborts an upload; a missing one is not an error.</summary>
    Task AbortUploadAsync(string name, string upload, CancellationToken cancellationToken);
}

/// <summary>The metadata of an object in S3.</summary>
/// <param name="Bytes">Its length.</param>
/// <param name="ETag">Changes with its content.</param>
/// <param name="ModifiedAt">When it was written.</param>
/// <param name="Writer">The operator's writer id; null if another program wrote it.</param>
internal sealed record S3ObjectInfo(long Bytes, string ETag, DateTimeOffset ModifiedAt, string? Writer);
