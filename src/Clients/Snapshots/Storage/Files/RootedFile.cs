using Microsoft.Win32.SafeHandles;

namespace Drydock.Clients.Snapshots;

/// <summary>An open file of a storage root; every call to it runs on the root's threads, the closing too.</summary>
/// <param name="handle">The file.</param>
/// <param name="name">Its name, for messages.</param>
/// <param name="threads">The root's threads.</param>
internal sealed class RootedFile(SafeFileHandle handle, string name, StorageThreads threads) : IDisposable
{
    private Exception? _broken;
    private bool _closed;

    internal string Name => name;

    /// <summary>Runs a call. One that failed or was left may still be under way, so that the file is not used any
    /// more.</summary>
    internal async Task<T> RunAsync<T>(string verb, Func<SafeFileHandle, T> call, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_broken is not null)
        {
            throw new SnapshotException(SnapshotFailure.StorageUnusable, $"'{name}' is not used any more after an earlier failure: {_broken.Message}", _broken);
        }

        try
        {
            return await threads.RunAsync($"{verb} '{name}'", () => call(handle), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            _broken = error;
            throw;
        }
    }

    /// <summary>Closes it without waiting: closing can block as any other call.</summary>
    public void Dispose()
    {
        if (!_closed)
        {
            _closed = true;
            threads.Post($"close '{name}'", handle.Dispose);
        }
    }
}
