namespace Drydock.Clients.Snapshots;

/// <summary>A file being written.</summary>
internal sealed class DirectoryObjectWriter(FileStream file, string path) : ISnapshotObjectWriter
{
    private bool _completed;

    public Stream Content => file;

    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await file.FlushAsync(cancellationToken).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
            await file.DisposeAsync().ConfigureAwait(false);
            Posix.SyncDirectory(Path.GetDirectoryName(path)!);
            _completed = true;
        }
        catch (IOException e)
        {
            throw new SnapshotException(SnapshotFailure.StorageUnusable, $"Cannot write {path} to disk: {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await file.DisposeAsync().ConfigureAwait(false);
        if (!_completed)
        {
            File.Delete(path);
        }
    }
}
