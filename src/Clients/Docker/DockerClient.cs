namespace Drydock.Clients.Docker;

/// <summary>A client for one engine. <see cref="DockerClientFactory"/> creates it.</summary>
public sealed class DockerClient : IDockerClient
{
    private readonly DockerHttp _http;

    internal DockerClient(string endpointName, IConnector connector, DockerClientOptions options, TimeProvider time)
    {
        _http = new DockerHttp(endpointName, connector, options, time);
        Containers = new ContainerOperations(_http, options);
        Exec = new ExecOperations(_http);
        Images = new ImageOperations(_http);
        System = new SystemOperations(_http);
    }

    /// <inheritdoc/>
    public string EndpointName => _http.EndpointName;

    /// <inheritdoc/>
    public IContainerOperations Containers { get; }

    /// <inheritdoc/>
    public IExecOperations Exec { get; }

    /// <inheritdoc/>
    public IImageOperations Images { get; }

    /// <inheritdoc/>
    public ISystemOperations System { get; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _http.DisposeAsync();
}
