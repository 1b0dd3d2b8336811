namespace Drydock.Clients.Docker;

/// <summary>
/// What is at a path in a container, and a tar of it unless only the stat was asked for. Disposing it ends the
/// transfer.
/// </summary>
public sealed class GetArchiveFromContainerResponse : IAsyncDisposable
{
    private readonly IDisposable? _owner;

    /// <summary>Makes one; <paramref name="owner"/> is disposed after the stream.</summary>
    public GetArchiveFromContainerResponse(ContainerPathStatResponse stat, Stream? stream, IDisposable? owner = null)
    {
        Stat = stat;
        Stream = stream;
        _owner = owner;
    }

    /// <summary>What is at the path.</summary>
    public ContainerPathStatResponse Stat { get; }

    /// <summary>A tar stream, null if only the stat was asked for.</summary>
    public Stream? Stream { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Stream is not null)
        {
            await Stream.DisposeAsync().ConfigureAwait(false);
        }

        _owner?.Dispose();
    }
}
