namespace Drydock.Tests.Integration.Clients.Ssh;

/// <summary>A client of a host whose commands are counted.</summary>
internal sealed class CountedClient(IRemoteClient inner) : IRemoteClient
{
    private int _commands;

    public string Name => inner.Name;

    public bool IsInteractive => inner.IsInteractive;

    public int Commands => _commands;

    public Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _commands);
        return inner.RunAsync(command, cancellationToken);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
