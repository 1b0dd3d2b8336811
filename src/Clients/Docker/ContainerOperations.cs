using System.Formats.Tar;
using Docker.DotNet.Models;

namespace Drydock.Clients.Docker;

/// <summary>Operations on containers. <c>id</c> is an id, an unambiguous prefix of one, or a name.</summary>
public sealed class ContainerOperations
{
    private const long LargestTree = 1L << 30;

    private readonly DockerApi _api;

    internal ContainerOperations(DockerApi api) => _api = api;

    /// <summary>Lists containers; by default only running ones.</summary>
    public async Task<IList<ContainerListResponse>> ListContainersAsync(
        ContainersListParameters parameters, CancellationToken cancellationToken = default)
    {
        var call = new DockerCall("list containers");
        var list = await _api.CallAsync(
            call, token => _api.Package.Containers.ListContainersAsync(parameters, token), cancellationToken)
            .ConfigureAwait(false);
        return list?.All(container => container.Completed()) == true ? list : throw _api.NotJson(call);
    }

    /// <summary>Paths of the files and directories that the container's own layer has changed against its
    /// image.</summary>
    public async Task<IReadOnlyList<string>> InspectChangesAsync(
        string id, CancellationToken cancellationToken = default)
    {
        // The engine writes no list if there are none.
        var changes = await _api.CallAsync(
            new DockerCall($"list the changed files of container {id}"),
            token => _api.Package.Containers.InspectChangesAsync(DockerApi.Id(id), token),
            cancellationToken).ConfigureAwait(false);
        return [.. (changes ?? []).Select(change => change.Path)];
    }

    /// <summary>Creates a container without starting it.</summary>
    /// <param name="options">The body of the request: the members of an inspect's <c>Config</c>, and
    /// <c>HostConfig</c>. What this program does not know is passed on as it is.</param>
    /// <exception cref="DockerNameConflictException">The name is in use.</exception>
    /// <exception cref="DockerNotFoundException">The image is not on the host.</exception>
    public Task<CreateContainerResponse> CreateContainerAsync(
        string name, JsonObject options, CancellationToken cancellationToken = default)
    {
        var call = new DockerCall($"create container {name}")
        {
            Changes = true,
            Body = options,
            Secrets = ErrorMapper.Values(options.Texts("Env")),
        };
        return _api.JsonAsync(
            call,
            $"/containers/create?name={DockerApi.Id(name)}",
            created => created.Text("Id") is { Length: > 0 } id
                ? new CreateContainerResponse { ID = id, Warnings = [.. created.Texts("Warnings")] }
                : throw _api.NotJson(call, "$.Id"),
            cancellationToken);
    }

    public async Task<InspectedContainer> InspectContainerAsync(
        string id, CancellationToken cancellationToken = default)
    {
        var call = new DockerCall($"inspect container {id}");
        var container = await _api.CallAsync(
            call, token => _api.Package.Containers.InspectContainerAsync(DockerApi.Id(id), token), cancellationToken)
            .ConfigureAwait(false);
        return InspectedContainer.Of(container) ?? throw _api.NotJson(call);
    }

    /// <summary>A container; null if there is none of that name or id.</summary>
    public async Task<InspectedContainer?> FindContainerAsync(string id, CancellationToken cancellationToken = default)
    {
        try
        {
            return await InspectContainerAsync(id, cancellationToken).ConfigureAwait(false);
        }
        catch (DockerNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Everything about a container as the engine wrote it, so that nothing is lost when it is created
    /// again.</summary>
    public Task<JsonObject> InspectContainerJsonAsync(string id, CancellationToken cancellationToken = default) =>
        _api.JsonAsync(
            new DockerCall($"inspect container {id}"),
            $"/containers/{DockerApi.Id(id)}/json",
            container => container["Config"] is JsonObject && container["HostConfig"] is JsonObject ? container : null,
            cancellationToken);

    /// <returns>False: it was running already.</returns>
    public Task<bool> StartContainerAsync(string id, CancellationToken cancellationToken = default) =>
        _api.CallAsync(
            new DockerCall($"start container {id}") { Changes = true },
            token => _api.Package.Containers.StartContainerAsync(DockerApi.Id(id), null, token),
            cancellationToken);

    /// <summary>Stops a container: its stop signal, then SIGKILL after the grace. Returns when it has
    /// stopped.</summary>
    /// <param name="grace">Seconds; null: the container's own (10 by default); -1: no limit, which the package cannot
    /// say.</param>
    /// <returns>False: it was stopped already.</returns>
    public Task<bool> StopContainerAsync(string id, int? grace, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new DockerCall($"stop container {id}")
            {
                Changes = true,

                // The container's own grace is unknown here. Then, and without a limit, only an engine that stops
                // answering ends the call.
                Terms = grace is { } seconds and >= 0
                    ? new RequestTerms(_api.Options.RequestTimeout + TimeSpan.FromSeconds(seconds))
                    : DockerCall.Unlimited,
            },
            $"/containers/{DockerApi.Id(id)}/stop" + (grace is { } t ? FormattableString.Invariant($"?t={t}") : ""),
            (response, _) => Task.FromResult(response.StatusCode != HttpStatusCode.NotModified),
            cancellationToken);

    /// <summary>Removes a container.</summary>
    /// <exception cref="DockerConflictException">It is running and <see cref="ContainerRemoveParameters.Force"/> is not
    /// set, or its removal is under way.</exception>
    public Task RemoveContainerAsync(
        string id, ContainerRemoveParameters parameters, CancellationToken cancellationToken = default) =>
        _api.CallAsync(
            new DockerCall($"remove container {id}") { Changes = true, Terms = DockerCall.Unlimited },
            token => _api.Package.Containers.RemoveContainerAsync(DockerApi.Id(id), parameters, token),
            cancellationToken);

    public Task UpdateContainerAsync(
        string id, ContainerUpdateParameters parameters, CancellationToken cancellationToken = default) =>
        _api.CallAsync(
            new DockerCall($"update container {id}") { Changes = true },
            token => _api.Package.Containers.UpdateContainerAsync(DockerApi.Id(id), parameters, token),
            cancellationToken);

    /// <summary>What is at a path inside a container, also of one that was created and never started, and including its
    /// bind mounts. Symbolic links inside the path are followed, a link at its end is not.</summary>
    /// <returns>Null when the path (not the container) does not exist.</returns>
    public async Task<ContainerPathStatResponse?> FindAsync(
        string id, string path, CancellationToken cancellationToken = default) =>
        (await ArchiveAsync(
            new DockerCall($"stat {path} in container {id}"), id, path, statOnly: true, cancellationToken)
            .ConfigureAwait(false))?.Stat;

    /// <summary>Reads what is at a path: its stat, and a tar of it until <paramref name="read"/> has ended.</summary>
    /// <returns>Null when the path (not the container) does not exist.</returns>
    public async Task<T?> OpenAsync<T>(
        string id,
        string path,
        Func<ContainerPathStatResponse, Stream, Task<T>> read,
        CancellationToken cancellationToken = default)
        where T : class?
    {
        var call = new DockerCall($"read {path} in container {id}") { Terms = DockerCall.Streamed };
        var found = await ArchiveAsync(call, id, path, statOnly: false, cancellationToken).ConfigureAwait(false);
        if (found is null)
        {
            return null;
        }

        await using var stream = new AnswerStream(_api, call, found.Stream!);
        return await read(found.Stat, stream).ConfigureAwait(false);
    }

    /// <summary>Reads one regular file of a container (running, stopped or never started), bind mounts
    /// included.</summary>
    /// <returns>The bytes, or null when the path (not the container) does not exist.</returns>
    /// <exception cref="InvalidDataException">It is not a regular file, or larger than
    /// <paramref name="maxBytes"/>.</exception>
    public async Task<byte[]?> ReadFileAsync(
        string id, string path, int maxBytes, CancellationToken cancellationToken = default)
    {
        string? link = null;
        var what = $"{path} in container {id}";
        var content = await OpenAsync(id, path, ReadAsync, cancellationToken).ConfigureAwait(false);
        return link is null
            ? content
            : await OpenAsync(id, link, ReadAsync, cancellationToken).ConfigureAwait(false);

        async Task<byte[]?> ReadAsync(ContainerPathStatResponse stat, Stream stream)
        {
            if (link is null && stat is { IsSymbolicLink: true, LinkTarget.Length: > 0 })
            {
                link = stat.LinkTarget;
                return null;
            }

            return !stat.IsRegularFile
                ? throw new InvalidDataException($"{what} is not a regular file.")
                : await FirstFileAsync(stream, what, maxBytes, ContentAsync, cancellationToken).ConfigureAwait(false);
        }

        async Task<byte[]> ContentAsync(TarEntry? entry)
        {
            if (entry is null)
            {
                throw new InvalidDataException($"{what}: Docker sent an empty archive.");
            }

            if (entry.Length > maxBytes)
            {
                throw new InvalidDataException($"{what} has {entry.Length} bytes; at most {maxBytes} are read.");
            }

            var bytes = new byte[entry.DataStream is null ? 0 : entry.Length];
            await (entry.DataStream ?? Stream.Null).ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
            return bytes;
        }
    }

    /// <summary>The paths of all that is below a directory of a container (running, stopped or never started), bind
    /// mounts included, each from the name of the directory on. The contents are sent too, and dropped.</summary>
    /// <returns>Null when the path (not the container) does not exist.</returns>
    public Task<IReadOnlyList<string>?> ListAsync(
        string id, string path, CancellationToken cancellationToken = default)
    {
        return OpenAsync(id, path, NamesAsync, cancellationToken);

        async Task<IReadOnlyList<string>?> NamesAsync(ContainerPathStatResponse stat, Stream stream)
        {
            var names = new List<string>();
            var bounded = new BoundedTarStream(stream, $"{path} in container {id}", LargestTree);
            var reader = new TarReader(bounded);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false)
                    is { } entry)
                {
                    names.Add(entry.Name);
                }
            }

            return names;
        }
    }

    /// <summary>The SHA-256 of one regular file of a container, 64 lower-case hex digits; null if the path (not the
    /// container) does not exist or is no regular file of that length.</summary>
    public Task<string?> HashFileAsync(
        string id, string path, long bytes, CancellationToken cancellationToken = default)
    {
        return OpenAsync(
            id,
            path,
            async (stat, stream) => stat.IsRegularFile && stat.Size == bytes
                ? await FirstFileAsync(stream, $"{path} in container {id}", bytes, HashAsync, cancellationToken)
                    .ConfigureAwait(false)
                : null,
            cancellationToken);

        async Task<string?> HashAsync(TarEntry? entry) => entry?.DataStream is { } content
            ? Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken).ConfigureAwait(false))
            : null;
    }

    /// <summary>Copies a file of any length into an existing directory of a container (root:root, mode 0644), running
    /// or not, replacing one of that name. An interrupted copy may leave a part of it.</summary>
    /// <param name="fileName">Name of the file, at most 100 bytes; directories before it, which the engine
    /// makes, at most 155.</param>
    /// <exception cref="DockerNotFoundException">No such container or directory.</exception>
    /// <exception cref="EndOfStreamException">The content is shorter.</exception>
    public async Task CopyFileAsync(
        string id,
        string directory,
        string fileName,
        Stream content,
        long bytes,
        DateTimeOffset changed,
        CancellationToken cancellationToken = default)
    {
        await using var tar = new SingleFileTar(fileName, bytes, content, changed);
        var upload = new UploadStream(tar);
        var call = new DockerCall($"write to {directory} in container {id}")
        {
            Changes = true,
            Terms = DockerCall.Unlimited,
            Upload = upload,
        };

        // The package has this parameter under a name that says the opposite: a directory is not replaced by a file.
        var parameters = new CopyToContainerParameters { Path = directory, AllowOverwriteDirWithFile = true };
        await _api.CallAsync(
            call,
            token => _api.Package.Containers.ExtractArchiveToContainerAsync(
                DockerApi.Id(id), parameters, upload, token),
            cancellationToken).ConfigureAwait(false);
    }

    // Null when the path does not exist.
    private async Task<ContainerArchiveResponse?> ArchiveAsync(
        DockerCall call, string id, string path, bool statOnly, CancellationToken cancellationToken)
    {
        try
        {
            var parameters = new ContainerPathStatParameters { Path = path };
            var found = await _api.CallAsync(
                call,
                token => _api.Package.Containers.GetArchiveFromContainerAsync(
                    DockerApi.Id(id), parameters, statOnly, token),
                cancellationToken).ConfigureAwait(false);
            return found.Stat is null ? throw _api.NotJson(call) : found;
        }
        catch (InvalidOperationException)
        {
            // The header with what is there is missing.
            throw _api.NotJson(call);
        }
        catch (DockerNotFoundException)
        {
            // Throws if it is the container that does not exist.
            await InspectContainerAsync(id, cancellationToken).ConfigureAwait(false);
            return null;
        }
    }

    // Reads one entry: its headers, its bytes, and what pads them.
    private static async Task<T> FirstFileAsync<T>(
        Stream tar, string what, long maxBytes, Func<TarEntry?, Task<T>> read, CancellationToken cancellationToken)
    {
        var bounded = new BoundedTarStream(tar, what, maxBytes + (2L * BoundedTarStream.MaxHeaderBytes));
        var reader = new TarReader(bounded);
        await using (reader.ConfigureAwait(false))
        {
            return await read(await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false))
                .ConfigureAwait(false);
        }
    }
}
