namespace Drydock.Reconcilers.Databases;

/// <summary>An archive in a storage, to be sent to a host.</summary>
internal sealed class StorageArchive(
    string host, DatabaseHostServices services, PackageArchive archive, string? @namespace)
{
    private readonly string _where = $"{services.Storages.Describe(archive.Storage!, @namespace)}, {archive.Path}";

    /// <summary>Its length in bytes.</summary>
    /// <exception cref="HostException">The archive does not exist, or the storage cannot be read.</exception>
    public Task<long> LengthAsync(CancellationToken cancellationToken) => ReadAsync(
        async () =>
            await (await StorageAsync(cancellationToken)).StatAsync(archive.Path!, cancellationToken) is { } stored
            ? stored.Bytes
            : throw Missing());

    /// <summary>Opens it from an offset on, after it was read to its end and its checksum was found right.</summary>
    /// <exception cref="HostException">The archive does not exist or is another one, or the storage cannot be
    /// read.</exception>
    public Task<Stream> OpenAsync(long offset, CancellationToken cancellationToken) => ReadAsync(
        async () => await services.Archives.OpenAsync(
            await StorageAsync(cancellationToken), archive.Path!, archive.Sha256, offset, cancellationToken));

    /// <summary>The complaint about a storage that cannot be read, or does not hold the archive that the spec
    /// means.</summary>
    public HostException Unusable(Exception exception) => exception switch
    {
        SnapshotException { Failure: SnapshotFailure.NotFound } => Missing(exception),
        SnapshotException { Failure: SnapshotFailure.ChecksumMismatch } =>
            new(
                host,
                Reasons.PackageCorrupt,
                $"The archive {archive.Name} ({_where}) is not the one that spec.package.archives names. "
                + $"{exception.Message}",
                retryable: false,
                innerException: exception),
        SnapshotException { Failure: SnapshotFailure.NotAllowed } =>
            HostException.OfSpec(
                host, $"spec.package.archives[{archive.Name}].storage", $"The archive {archive.Name}: "
                    + $"{exception.Message}", exception),
        _ =>
            new(
                host,
                Reasons.StorageUnusable,
                $"The archive {archive.Name} ({_where}) cannot be read: {Sentences.Open(exception.Message)}. "
                + $"The part that arrived at {host} is kept; the next attempt sends the rest.",
                innerException: exception),
    };

    private Task<ISnapshotStorage> StorageAsync(CancellationToken cancellationToken) =>
        services.Storages.OpenAsync(archive.Storage!, @namespace, cancellationToken);

    private async Task<T> ReadAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception exception) when (exception is SnapshotException or IOException)
        {
            throw Unusable(exception);
        }
    }

    private HostException Missing(Exception? cause = null) =>
        new(
            host,
            Reasons.PackageMissing,
            $"The archive {archive.Name} ({_where}) does not exist. Copy it there, or correct spec.package.archives.",
            retryable: false,
            innerException: cause);
}
