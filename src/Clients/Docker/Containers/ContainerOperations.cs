namespace Drydock.Clients.Docker;

internal sealed class ContainerOperations(DockerApi api) : IContainerOperations
{
    public async Task<IList<ContainerListResponse>> ListContainersAsync(
        ContainersListParameters parameters, CancellationToken cancellationToken = default)
    {
        var call = new DockerCall("list containers");
        var list = await api.CallAsync(
            call, token => api.Package.Containers.ListContainersAsync(parameters, token), cancellationToken)
            .ConfigureAwait(false);
        return list?.All(container => container.Completed()) == true ? list : throw api.NotJson(call, path: null);
    }

    public async Task<IReadOnlyList<string>> InspectChangesAsync(
        string id, CancellationToken cancellationToken = default)
    {
        // The engine writes no list if there are none.
        var changes = await api.CallAsync(
            new DockerCall($"list the changed files of container {id}"),
            token => api.Package.Containers.InspectChangesAsync(Names.Container(id), token),
            cancellationToken).ConfigureAwait(false);
        return [.. (changes ?? []).Select(change => change.Path)];
    }

    public Task<CreateContainerResponse> CreateContainerAsync(
        string name, JsonObject options, CancellationToken cancellationToken = default)
    {
        var call = new DockerCall($"create container {name}")
        {
            Changes = true,
            Secrets = SecretScrubber.ForEnvironment(options.Texts("Env")),
            Name = name,
        };
        return api.JsonAsync(
            call,
            HttpMethod.Post,
            $"/containers/create?name={Names.Container(name)}",
            options,
            created => created.Text("Id") is { Length: > 0 } id
                ? new CreateContainerResponse { ID = id, Warnings = [.. created.Texts("Warnings")] }
                : throw api.NotJson(call, "$.Id"),
            cancellationToken);
    }

    public async Task<InspectedContainer> InspectContainerAsync(
        string id, CancellationToken cancellationToken = default)
    {
        var call = new DockerCall($"inspect container {id}");
        var container = await api.CallAsync(
            call, token => api.Package.Containers.InspectContainerAsync(Names.Container(id), token), cancellationToken)
            .ConfigureAwait(false);
        return InspectedContainer.Of(container) ?? throw api.NotJson(call, path: null);
    }

    public Task<JsonObject> InspectContainerJsonAsync(string id, CancellationToken cancellationToken = default) =>
        api.JsonAsync(
            new DockerCall($"inspect container {id}"),
            HttpMethod.Get,
            $"/containers/{Names.Container(id)}/json",
            body: null,
            container => container["Config"] is JsonObject && container["HostConfig"] is JsonObject ? container : null,
            cancellationToken);

    public Task<bool> StartContainerAsync(string id, CancellationToken cancellationToken = default) =>
        api.CallAsync(
            new DockerCall($"start container {id}") { Changes = true },
            token => api.Package.Containers.StartContainerAsync(Names.Container(id), null, token),
            cancellationToken);

    // The package cannot say -1.
    public Task<bool> StopContainerAsync(string id, int? grace, CancellationToken cancellationToken = default) =>
        api.SendAsync(
            new DockerCall($"stop container {id}")
            {
                Changes = true,

                // The container's own grace is unknown here. Then, and without a limit, only an engine that stops
                // answering ends the call.
                Terms = grace is { } seconds and >= 0
                    ? new RequestTerms(api.Options.RequestTimeout + TimeSpan.FromSeconds(seconds))
                    : DockerCall.Unlimited,
            },
            HttpMethod.Post,
            $"/containers/{Names.Container(id)}/stop" + (grace is { } t ? FormattableString.Invariant($"?t={t}") : ""),
            body: null,
            response => Task.FromResult(response.StatusCode != HttpStatusCode.NotModified),
            cancellationToken);

    public Task RemoveContainerAsync(
        string id, ContainerRemoveParameters parameters, CancellationToken cancellationToken = default) =>
        api.CallAsync(
            new DockerCall($"remove container {id}") { Changes = true, Terms = DockerCall.Unlimited },
            token => api.Package.Containers.RemoveContainerAsync(Names.Container(id), parameters, token),
            cancellationToken);

    public Task UpdateContainerAsync(
        string id, ContainerUpdateParameters parameters, CancellationToken cancellationToken = default) =>
        api.CallAsync(
            new DockerCall($"update container {id}") { Changes = true },
            token => api.Package.Containers.UpdateContainerAsync(Names.Container(id), parameters, token),
            cancellationToken);

    public async Task<ContainerPathStatResponse> StatAsync(
        string id, string path, CancellationToken cancellationToken = default) =>
        (await ArchiveAsync(
            new DockerCall($"stat {path} in container {id}"), id, path, statOnly: true, cancellationToken)
            .ConfigureAwait(false)).Stat;

    public async Task<T> ReadArchiveAsync<T>(
        string id,
        string path,
        Func<ContainerPathStatResponse, Stream, Task<T>> read,
        CancellationToken cancellationToken = default)
    {
        var call = new DockerCall($"read {path} in container {id}") { Terms = DockerCall.Streamed };
        var found = await ArchiveAsync(call, id, path, statOnly: false, cancellationToken).ConfigureAwait(false);
        await using var stream = new AnswerStream(api, call, found.Stream!);
        return await read(found.Stat, stream).ConfigureAwait(false);
    }

    public Task ExtractArchiveToContainerAsync(
        string id, string directory, Stream archive, CancellationToken cancellationToken = default)
    {
        var upload = new UploadStream(archive);

        // The package has this parameter under a name that says the opposite.
        var parameters = new CopyToContainerParameters { Path = directory, AllowOverwriteDirWithFile = true };
        return api.CallAsync(
            new DockerCall($"write to {directory} in container {id}")
            {
                Changes = true,
                Terms = DockerCall.Unlimited,
                Upload = upload,
            },
            token => api.Package.Containers.ExtractArchiveToContainerAsync(
                Names.Container(id), parameters, upload, token),
            cancellationToken);
    }

    private Task<ContainerArchiveResponse> ArchiveAsync(
        DockerCall call, string id, string path, bool statOnly, CancellationToken cancellationToken) =>
        api.CallAsync(
            call,
            async token =>
            {
                try
                {
                    var found = await api.Package.Containers.GetArchiveFromContainerAsync(
                        Names.Container(id), new ContainerPathStatParameters { Path = path }, statOnly, token)
                        .ConfigureAwait(false);
                    return found.Stat is null ? throw api.NotJson(call, path: null) : found;
                }
                catch (InvalidOperationException)
                {
                    // The header with what is there is missing.
                    throw api.NotJson(call, path: null);
                }
            },
            cancellationToken);

    /// <summary>An answer that the caller reads: only its own failures are those of the call.</summary>
    private sealed class AnswerStream(DockerApi api, DockerCall call, Stream inner) : ReadOnlyStream
    {
        protected override IDisposable Owned => inner;

        public override ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(api.CallAsync(call, token => inner.ReadAsync(buffer, token).AsTask(), cancellationToken));
    }
}
