using Amazon.S3.Model;

namespace Drydock.Clients.Snapshots;

/// <summary>The requests by which an object is written.</summary>
internal interface IS3Uploads
{
    /// <summary>Where the storage is.</summary>
    S3StorageOptions Options { get; }

    /// <summary>The object; null if there is none.</summary>
    Task<S3Head?> HeadAsync(string name, CancellationToken cancellationToken);

    /// <summary>Writes an object in one request; false if the name is taken by another's.</summary>
    Task<bool> PutAsync(string name, ReadOnlyMemory<byte> content, string writer, CancellationToken cancellationToken);

    /// <summary>Begins an upload in parts and returns its id.</summary>
    Task<string> BeginUploadAsync(string name, string writer, CancellationToken cancellationToken);

    /// <summary>Writes one part.</summary>
    Task<PartETag> PutPartAsync(string name, string upload, int number, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Makes an upload the object; false if the name is taken by another's.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.StorageUnusable"/>; also if somebody gave the
    /// upload up meanwhile.</exception>
    Task<bool> CompleteUploadAsync(string name, string upload, IReadOnlyList<PartETag> parts, string writer, CancellationToken cancellationToken);

    /// <summary>Gives an upload up; one that is gone is no error.</summary>
    Task AbortUploadAsync(string name, string upload, CancellationToken cancellationToken);
}
