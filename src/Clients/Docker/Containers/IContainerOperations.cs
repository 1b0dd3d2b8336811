namespace Drydock.Clients.Docker;

/// <summary>Operations on containers. <c>id</c> is an id, an unambiguous prefix of one, or a name.</summary>
public interface IContainerOperations
{
    /// <summary>Lists containers; by default only running ones.</summary>
    Task<IReadOnlyList<ContainerListResponse>> ListContainersAsync(
        ContainersListParameters parameters, CancellationToken cancellationToken = default);

    /// <summary>Creates a container without starting it.</summary>
    /// <exception cref="DockerNameConflictException">The name is in use.</exception>
    /// <exception cref="DockerNotFoundException">The image is not on the host.</exception>
    Task<CreateContainerResponse> CreateContainerAsync(
        CreateContainerParameters parameters, CancellationToken cancellationToken = default);

    Task<ContainerInspectResponse> InspectContainerAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Files and directories that the container's own layer has changed against its image.</summary>
    Task<IReadOnlyList<ContainerFileSystemChangeResponse>> InspectChangesAsync(
        string id, CancellationToken cancellationToken = default);

    Task<bool> StartContainerAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Stops a container: its stop signal, then SIGKILL after the grace. Returns when it has
    /// stopped.</summary>
    Task<bool> StopContainerAsync(
        string id, ContainerStopParameters parameters, CancellationToken cancellationToken = default);

    /// <summary>Removes a container.</summary>
    /// <exception cref="DockerConflictException">It is running and <see cref="ContainerRemoveParameters.Force"/> is not
    /// set, or its removal is under way.</exception>
    Task RemoveContainerAsync(
        string id, ContainerRemoveParameters parameters, CancellationToken cancellationToken = default);

    Task<ContainerUpdateResponse> UpdateContainerAsync(
        string id, ContainerUpdateParameters parameters, CancellationToken cancellationToken = default);

    /// <summary>What is at a path inside a container, and (unless <paramref name="statOnly"/>) a tar of it. Works on a
    /// container that was created and never started, including its bind mounts. Dispose the answer.</summary>
    /// <exception cref="DockerNotFoundException">No such container or no such path.</exception>
    Task<GetArchiveFromContainerResponse> GetArchiveFromContainerAsync(
        string id,
        GetArchiveFromContainerParameters parameters,
        bool statOnly,
        CancellationToken cancellationToken = default);

    Task ExtractArchiveToContainerAsync(
        string id, CopyToContainerParameters parameters, Stream archive, CancellationToken cancellationToken = default);
}
