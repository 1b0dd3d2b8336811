namespace Drydock.Clients.Docker;

internal sealed class ContainerOperations(DockerHttp http, DockerClientOptions options) : IContainerOperations
{
    public Task<IReadOnlyList<ContainerListResponse>> ListContainersAsync(
        ContainersListParameters parameters, CancellationToken cancellationToken = default)
    {
        var path = new QueryString("/containers/json")
            .Add("all", parameters.All)
            .Add("filters", parameters.Filters)
            .ToString();
        return http.JsonAsync(
            DockerRequest.Get(path, "list containers"),
            DockerJson.Default.IReadOnlyListContainerListResponse,
            cancellationToken);
    }

    public Task<IReadOnlyList<ContainerFileSystemChangeResponse>> InspectChangesAsync(
        string id, CancellationToken cancellationToken = default) =>
        http.JsonAsync(
            DockerRequest.Get(
                $"/containers/{Names.Container(id)}/changes", $"list the changed files of container {id}") with
            {
                NullIsEmpty = true,
            },
            DockerJson.Default.IReadOnlyListContainerFileSystemChangeResponse,
            cancellationToken);

    public Task<CreateContainerResponse> CreateContainerAsync(
        CreateContainerParameters parameters, CancellationToken cancellationToken = default)
    {
        var path = new QueryString("/containers/create")
            .Add("name", parameters.Name)
            .Add("platform", parameters.Platform)
            .ToString();
        var call = DockerRequest.Post(path, $"create container {parameters.Name ?? "without name"}") with
        {
            Content = JsonBody.Of(parameters, DockerJson.Default.CreateContainerParameters),
            Secrets = SecretScrubber.ForEnvironment(parameters.Env),
            Name = parameters.Name,
        };
        return http.JsonAsync(call, DockerJson.Default.CreateContainerResponse, cancellationToken);
    }

    public Task<ContainerInspectResponse> InspectContainerAsync(
        string id, CancellationToken cancellationToken = default) =>
        http.JsonAsync(
            DockerRequest.Get($"/containers/{Names.Container(id)}/json", $"inspect container {id}"),
            DockerJson.Default.ContainerInspectResponse,
            cancellationToken);

    public async Task<bool> StartContainerAsync(string id, CancellationToken cancellationToken = default) =>
        await http.SendAsync(
            DockerRequest.Post($"/containers/{Names.Container(id)}/start", $"start container {id}"),
            cancellationToken).ConfigureAwait(false) != HttpStatusCode.NotModified;

    public async Task<bool> StopContainerAsync(
        string id, ContainerStopParameters parameters, CancellationToken cancellationToken = default)
    {
        var path = new QueryString(
            $"/containers/{Names.Container(id)}/stop").Add("t", parameters.WaitBeforeKillSeconds).ToString();
        var call = WithGrace(DockerRequest.Post(path, $"stop container {id}"), parameters.WaitBeforeKillSeconds);
        return await http.SendAsync(call, cancellationToken).ConfigureAwait(false) != HttpStatusCode.NotModified;
    }

    public Task RemoveContainerAsync(
        string id, ContainerRemoveParameters parameters, CancellationToken cancellationToken = default)
    {
        var path = new QueryString($"/containers/{Names.Container(id)}")
            .Add("force", parameters.Force)
            .Add("v", parameters.RemoveVolumes)
            .ToString();
        return http.SendAsync(
            new DockerRequest(HttpMethod.Delete, path, $"remove container {id}") { Unlimited = true },
            cancellationToken);
    }

    public Task<ContainerUpdateResponse> UpdateContainerAsync(
        string id, ContainerUpdateParameters parameters, CancellationToken cancellationToken = default)
    {
        var call = DockerRequest.Post($"/containers/{Names.Container(id)}/update", $"update container {id}") with
        {
            Content = JsonBody.Of(parameters, DockerJson.Default.ContainerUpdateParameters),
        };
        return http.JsonAsync(call, DockerJson.Default.ContainerUpdateResponse, cancellationToken);
    }

    public async Task<GetArchiveFromContainerResponse> GetArchiveFromContainerAsync(
        string id,
        GetArchiveFromContainerParameters parameters,
        bool statOnly,
        CancellationToken cancellationToken = default)
    {
        var path =
            new QueryString($"/containers/{Names.Container(id)}/archive").Add("path", parameters.Path).ToString();
        var operation = $"{(statOnly ? "stat" : "read")} {parameters.Path} in container {id}";
        if (statOnly)
        {
            using var response = await http.SendShortAsync(
                new DockerRequest(HttpMethod.Head, path, operation), versioned: true, cancellationToken)
                .ConfigureAwait(false);
            return new GetArchiveFromContainerResponse(
                PathStat.Decode(http.EndpointName, ResponseHeaders.First(response, PathStat.Header)), stream: null);
        }

        var answer =
            await http.OpenAsync(DockerRequest.Get(path, operation), cancellationToken).ConfigureAwait(false);
        try
        {
            var stat = PathStat.Decode(http.EndpointName, ResponseHeaders.First(answer.Response, PathStat.Header));
            return new GetArchiveFromContainerResponse(
                stat, await answer.BodyAsync(cancellationToken).ConfigureAwait(false), answer);
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    public Task ExtractArchiveToContainerAsync(
        string id, CopyToContainerParameters parameters, Stream archive, CancellationToken cancellationToken = default)
    {
        var path = new QueryString($"/containers/{Names.Container(id)}/archive")
            .Add("path", parameters.Path).Add(
                "noOverwriteDirNonDir", parameters.AllowOverwriteDirWithFile ? null : "true").ToString();
        var call = new DockerRequest(HttpMethod.Put, path, $"write to {parameters.Path} in container {id}")
        {
            Content = () => new UploadContent(archive, progress: null),
            Unlimited = true,
        };
        return http.SendAsync(call, cancellationToken);
    }

    // The container's own grace is unknown here, and -1 means no limit. In both cases only an engine that stops
    // answering ends the call.
    private DockerRequest WithGrace(DockerRequest call, int? seconds) => seconds is { } grace and >= 0
        ? call with { Limit = options.RequestTimeout + TimeSpan.FromSeconds(grace) }
        : call with { Unlimited = true };
}
