namespace Drydock.Clients.Snapshots;

/// <summary>A file being written.</summary>
/// <param name="file">The file.</param>
/// <param name="path">Its path, for messages.</param>
/// <param name="syncFolder">Makes its name durable.</param>
/// <param name="remove">Removes it.</param>
internal sealed class DirectoryObjectWriter(
    RootedFile file, string path, Func<CancellationToken, Task> syncFolder, Func<CancellationToken, Task> remove) : ISnapshotObjectWriter
{
    private readonly RootedWriteStream _content = new(file);
    private bool _completed;

    public Stream Content => _content;

    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _content.SyncAsync(cancellationToken).ConfigureAwait(false);
            await _content.DisposeAsync().ConfigureAwait(false);
            await syncFolder(cancellationToken).ConfigureAwait(false);
            _completed = true;
        }
        catch (IOException e)
        {
            throw new SnapshotException(SnapshotFailure.StorageUnusable, $"Cannot write {path} to disk: {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _content.DisposeAsync().ConfigureAwait(false);
        if (_completed)
        {
            return;
        }

        try
        {
            await remove(CancellationToken.None).ConfigureAwait(false);
        }
        catch (SnapshotException)
        {
            // Removed where possible. What remains has a temporary name, and the next attempt removes it; the failure
            // that led here is what the caller reports.
        }
    }
}
