namespace Drydock.Clients.Docker.Transport;

/// <summary>
/// Opens byte streams to one engine. Throws only typed exceptions, all of which mean that nothing was asked of the
/// engine yet.
/// </summary>
internal interface IConnector : IDisposable
{
    /// <summary>Opens one stream.</summary>
    /// <exception cref="DockerUnreachableException">It cannot be had;
    /// <see cref="DockerUnreachableException.MayHaveBeenProcessed"/> is false.</exception>
    ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken);
}
