namespace Drydock.Tests.Integration.Databases.Hosts;

/// <summary>A client of a host whose uploads are followed, byte by byte.</summary>
internal sealed class FollowedClient(IRemoteClient inner, IProgress<long> uploads) : IRemoteClient
{
    public string Name => inner.Name;

    public Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken = default) =>
        inner.RunAsync(command, cancellationToken);

    public Task<bool> UploadAsync(
        RemoteFile file,
        Func<long, CancellationToken, Task<Stream>> open,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default) => inner.UploadAsync(file, open, uploads, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
