namespace Drydock.Reconcilers.Upgrades;

/// <summary>An S3 storage that has a client only while it is used. It may be kept as long as its holder
/// likes.</summary>
internal sealed class SharedS3Storage(S3Clients clients, string key, S3StorageOptions options) : ISnapshotStorage
{
    public string Description { get; } = options.ToString();

    public async Task<ISnapshotObjectWriter> CreateAsync(string name, CancellationToken cancellationToken)
    {
        var use = clients.Rent(key, options);
        try
        {
            return new Writer(await use.Storage.CreateAsync(name, cancellationToken), use);
        }
        catch
        {
            use.Dispose();
            throw;
        }
    }

    public async Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        var use = clients.Rent(key, options);
        try
        {
            return new UsedStream(await use.Storage.OpenReadAsync(name, cancellationToken), use);
        }
        catch
        {
            use.Dispose();
            throw;
        }
    }

    public Task PublishAsync(string from, string to, CancellationToken cancellationToken) => RunAsync(async storage =>
    {
        await storage.PublishAsync(from, to, cancellationToken);
        return true;
    });

    public Task<SnapshotObjectInfo?> StatAsync(string name, CancellationToken cancellationToken) =>
        RunAsync(storage => storage.StatAsync(name, cancellationToken));

    public Task<IReadOnlyList<SnapshotObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        RunAsync(storage => storage.ListAsync(prefix, cancellationToken));

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => RunAsync(async storage =>
    {
        await storage.DeleteAsync(name, cancellationToken);
        return true;
    });

    public Task AbandonUnfinishedAsync(string prefix, CancellationToken cancellationToken) => RunAsync(async storage =>
    {
        await storage.AbandonUnfinishedAsync(prefix, cancellationToken);
        return true;
    });

    public Task<long?> GetFreeBytesAsync(CancellationToken cancellationToken) =>
        RunAsync(storage => storage.GetFreeBytesAsync(cancellationToken));

    public Task<SnapshotStorageMark> EnsureMarkAsync(CancellationToken cancellationToken) =>
        RunAsync(storage => storage.EnsureMarkAsync(cancellationToken));

    public Task<SnapshotStorageMark?> ReadMarkAsync(CancellationToken cancellationToken) =>
        RunAsync(storage => storage.ReadMarkAsync(cancellationToken));

    private async Task<T> RunAsync<T>(Func<ISnapshotStorage, Task<T>> work)
    {
        using var use = clients.Rent(key, options);
        return await work(use.Storage);
    }

    private sealed class Writer(ISnapshotObjectWriter inner, IDisposable use) : ISnapshotObjectWriter
    {
        public Stream Content => inner.Content;

        public Task CompleteAsync(CancellationToken cancellationToken) => inner.CompleteAsync(cancellationToken);

        public async ValueTask DisposeAsync()
        {
            try
            {
                await inner.DisposeAsync();
            }
            finally
            {
                use.Dispose();
            }
        }
    }
}

/// <summary>A stream that is read, and something that is in use until it is closed.</summary>
internal sealed class UsedStream(Stream inner, IDisposable use) : ReadOnlyStream
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(buffer, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            use.Dispose();
        }

        base.Dispose(disposing);
    }
}
