namespace Drydock.Clients.Docker;

/// <summary>Operations on containers. <c>id</c> is an id, an unambiguous prefix of one, or a name.</summary>
public interface IContainerOperations
{
    /// <summary>Lists containers; by default only running ones.</summary>
    Task<IList<ContainerListResponse>> ListContainersAsync(
        ContainersListParameters parameters, CancellationToken cancellationToken = default);

    /// <summary>Creates a container without starting it.</summary>
    /// <param name="options">The body of the request: the members of an inspect's <c>Config</c>, and
    /// <c>HostConfig</c>. What this program does not know is passed on as it is.</param>
    /// <exception cref="DockerNameConflictException">The name is in use.</exception>
    /// <exception cref="DockerNotFoundException">The image is not on the host.</exception>
    Task<CreateContainerResponse> CreateContainerAsync(
        string name, JsonObject options, CancellationToken cancellationToken = default);

    Task<InspectedContainer> InspectContainerAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Everything about a container as the engine wrote it, so that nothing is lost when it is created
    /// again.</summary>
    Task<JsonObject> InspectContainerJsonAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Paths of the files and directories that the container's own layer has changed against its
    /// image.</summary>
    Task<IReadOnlyList<string>> InspectChangesAsync(
        string id, CancellationToken cancellationToken = default);

    /// <returns>False: it was running already.</returns>
    Task<bool> StartContainerAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Stops a container: its stop signal, then SIGKILL after the grace. Returns when it has
    /// stopped.</summary>
    /// <param name="grace">Seconds; null: the container's own (10 by default); -1: no limit.</param>
    /// <returns>False: it was stopped already.</returns>
    Task<bool> StopContainerAsync(string id, int? grace, CancellationToken cancellationToken = default);

    /// <summary>Removes a container.</summary>
    /// <exception cref="DockerConflictException">It is running and <see cref="ContainerRemoveParameters.Force"/> is not
    /// set, or its removal is under way.</exception>
    Task RemoveContainerAsync(
        string id, ContainerRemoveParameters parameters, CancellationToken cancellationToken = default);

    Task UpdateContainerAsync(
        string id, ContainerUpdateParameters parameters, CancellationToken cancellationToken = default);

    /// <summary>What is at a path inside a container, also of one that was created and never started, and including its
    /// bind mounts. Symbolic links inside the path are followed, a link at its end is not.</summary>
    /// <exception cref="DockerNotFoundException">No such container or no such path.</exception>
    Task<ContainerPathStatResponse> StatAsync(string id, string path, CancellationToken cancellationToken = default);

    /// <summary>The same, with a tar of it that can be read until <paramref name="read"/> has ended.</summary>
    /// <exception cref="DockerNotFoundException">No such container or no such path.</exception>
    Task<T> ReadArchiveAsync<T>(
        string id,
        string path,
        Func<ContainerPathStatResponse, Stream, Task<T>> read,
        CancellationToken cancellationToken = default);

    /// <summary>Unpacks a tar in an existing directory of a container. A directory is not replaced by a file, nor a
    /// file by a directory. The stream is read once and not disposed.</summary>
    /// <exception cref="DockerNotFoundException">No such container or directory.</exception>
    Task ExtractArchiveToContainerAsync(
        string id, string directory, Stream archive, CancellationToken cancellationToken = default);
}
