using Docker.DotNet.Models;

namespace Drydock.Reconcilers.Oms;

/// <summary>Looks at a file of a Docker host without running anything: through a container that is created with the
/// file mounted read-only, never started, and removed. Mounted in the long form, so that dockerd refuses a file that is
/// not there instead of making a directory in its place; symbolic links of the host are followed by the host.</summary>
/// <param name="ownerUid">Uid of the upgrade (<see cref="ProbeContainer.NameOf"/>).</param>
/// <param name="image">An image that is on the host.</param>
internal sealed class OmsHostFiles(DockerClient docker, string ownerUid, string image)
{
    private const string Target = "/drydock/file";

    /// <summary>What is at a path; null if there is nothing.</summary>
    /// <exception cref="DockerException">The host cannot be reached or refuses.</exception>
    public Task<ContainerPathStatResponse?> StatAsync(string path, CancellationToken cancellationToken) =>
        WithAsync(
            path,
            container => docker.Containers.FindAsync(container, Target, cancellationToken),
            cancellationToken);

    /// <summary>Whether there is anything at a path, also a directory or a device.</summary>
    /// <exception cref="DockerException">The host cannot be reached or refuses.</exception>
    public async Task<bool> ExistsAsync(string path, CancellationToken cancellationToken) =>
        await WithAsync(path, static container => Task.FromResult<string?>(container), cancellationToken) is not null;

    /// <summary>Reads a file as a stream of its bytes; the container is removed when the reading has ended.</summary>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">It is not a regular file.</exception>
    /// <exception cref="DockerException">The host cannot be reached or refuses.</exception>
    public async Task<T> ReadAsync<T>(
        string path, Func<Stream, ContainerPathStatResponse, Task<T>> read, CancellationToken cancellationToken)
        where T : class =>
        await WithAsync<T>(
            path,
            container => docker.Containers.OpenAsync<T>(
                container,
                Target,
                async (stat, stream) =>
                {
                    if (!stat.IsRegularFile)
                    {
                        throw new InvalidDataException($"{path} is not a regular file");
                    }

                    var limit = stat.Size + (2L * BoundedTarStream.MaxHeaderBytes);
                    await using var tar = new TarReader(new BoundedTarStream(stream, path, limit));
                    return await tar.GetNextEntryAsync(copyData: false, cancellationToken)
                        is { DataStream: { } content }
                        ? await read(content, stat)
                        : throw new InvalidDataException($"{path} is empty");
                },
                cancellationToken),
            cancellationToken) ?? throw new FileNotFoundException($"there is no file {path} on the host");

    public async Task<bool> IsLeftoverThereAsync(CancellationToken cancellationToken) =>
        await docker.Containers.FindContainerAsync(Name, cancellationToken) is not null;

    public async Task RemoveLeftoverAsync(CancellationToken cancellationToken)
    {
        try
        {
            await docker.Containers.RemoveContainerAsync(
                Name, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, cancellationToken);
        }
        catch (DockerNotFoundException)
        {
            // Nothing was left behind.
        }
    }

    /// <summary>Whether dockerd refused a container because the source of a mount is missing.</summary>
    public static bool IsMissingSource(DockerApiException refusal) =>
        refusal.StatusCode == HttpStatusCode.BadRequest
        && refusal.EngineMessage.Contains("source path does not exist", StringComparison.Ordinal);

    private string Name => ProbeContainer.NameOf(ownerUid);

    private static JsonObject Mounting(string path) => new()
    {
        ["HostConfig"] = new JsonObject
        {
            ["NetworkMode"] = "none",
            ["Mounts"] = new JsonArray(ProbeContainer.LongForm(new Bind(path, Target))),
        },
    };

    private async Task<T?> WithAsync<T>(string path, Func<string, Task<T?>> look, CancellationToken cancellationToken)
        where T : class
    {
        await RemoveLeftoverAsync(cancellationToken);
        string container;
        try
        {
            container = (await docker.Containers.CreateContainerAsync(
                Name, ProbeContainer.Marked(Mounting(path), ownerUid, image), cancellationToken)).ID;
        }
        catch (DockerApiException refusal) when (IsMissingSource(refusal))
        {
            return null;
        }

        try
        {
            return await look(container);
        }
        finally
        {
            await RemoveLeftoverAsync(CancellationToken.None);
        }
    }
}
