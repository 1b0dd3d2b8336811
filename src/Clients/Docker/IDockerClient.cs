namespace Drydock.Clients.Docker;

/// <summary>One Docker Engine, reached over the endpoint it was made for. The operations have the names and models of
/// Docker.DotNet, which carries them out. All members are thread-safe. The API version is negotiated on the first call
/// and kept for the life of the client.</summary>
/// <remarks>Every operation throws <see cref="DockerUnreachableException"/> (or a type derived from it) when the engine
/// cannot be asked, <see cref="DockerApiException"/> (or a type derived from it) when the engine refuses,
/// <see cref="DockerApiVersionException"/> when there is no common API version, and
/// <see cref="OperationCanceledException"/> only when the caller's token was cancelled.</remarks>
public interface IDockerClient : IAsyncDisposable
{
    /// <summary>The endpoint as it may be shown: scheme, user, host and port or socket path; never a secret.</summary>
    string EndpointName { get; }

    IContainerOperations Containers { get; }

    IExecOperations Exec { get; }

    IImageOperations Images { get; }

    ISystemOperations System { get; }
}
