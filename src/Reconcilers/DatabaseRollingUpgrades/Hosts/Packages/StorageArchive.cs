using Drydock.Clients.Snapshots;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Common.Storage;

namespace Drydock.Reconcilers.DatabaseRollingUpgrades.Hosts.Packages;

/// <summary>An archive in a storage, to be sent to a host.</summary>
internal sealed class StorageArchive(string host, IStorages storages, PackageArchive archive, string? @namespace)
{
    private const int Buffer = 128 * 1024;

    private readonly string _where = $"{StorageText.Describe(archive.Storage!)}, {archive.Path}";

    /// <summary>Its length in bytes.</summary>
    /// <exception cref="HostException">There is none, or the storage cannot be read.</exception>
    public Task<long> LengthAsync(CancellationToken cancellationToken) => ReadAsync(
        async () => await (await storages.OpenAsync(archive.Storage!, @namespace, cancellationToken)).StatAsync(archive.Path!, cancellationToken) is { } stored
            ? stored.Bytes
            : throw Missing());

    /// <summary>Opens it from an offset on.</summary>
    /// <exception cref="HostException">There is none, or the storage cannot be read.</exception>
    public Task<Stream> OpenAsync(long offset, CancellationToken cancellationToken) => ReadAsync(async () =>
    {
        var content = await (await storages.OpenAsync(archive.Storage!, @namespace, cancellationToken)).OpenReadAsync(archive.Path!, cancellationToken);
        try
        {
            await SkipAsync(content, offset, cancellationToken);
            return content;
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }
    });

    private static async Task SkipAsync(Stream content, long offset, CancellationToken cancellationToken)
    {
        if (content.CanSeek)
        {
            content.Seek(offset, SeekOrigin.Begin);
            return;
        }

        var buffer = new byte[Buffer];
        while (offset > 0)
        {
            var read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, offset)), cancellationToken);
            if (read == 0)
            {
                throw new EndOfStreamException();
            }

            offset -= read;
        }
    }

    private async Task<T> ReadAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (SnapshotException exception) when (exception.Failure == SnapshotFailure.NotFound)
        {
            throw Missing(exception);
        }
        catch (Exception exception) when (exception is SnapshotException or IOException)
        {
            throw Unusable(exception);
        }
    }

    /// <summary>The complaint about a storage that stopped giving.</summary>
    public HostException Unusable(Exception exception) =>
        new(host, Reasons.StorageUnusable, $"the archive {archive.Name} ({_where}) cannot be read: {exception.Message}; what arrived at {host} is kept, and the rest is sent by the next attempt", innerException: exception);

    private HostException Missing(Exception? cause = null) =>
        new(host, Reasons.PackageMissing, $"there is no archive {archive.Name} ({_where}); put it there, or correct spec.package.archives", retryable: false, innerException: cause);
}
