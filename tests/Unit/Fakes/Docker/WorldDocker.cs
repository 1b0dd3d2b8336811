using System.Net;
using Drydock.Clients.Docker;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// One life's client of one host. Every operation answers at once; what takes time goes on in the world.
/// </summary>
internal sealed partial class WorldDocker(
    OmsWorld world, OperatorLife life, WorldHost? host, string endpoint, bool trusted)
    : IDockerClient, IContainerOperations, IExecOperations, IImageOperations, ISystemOperations
{
    public string EndpointName => endpoint;

    public IContainerOperations Containers => this;

    public IExecOperations Exec => this;

    public IImageOperations Images => this;

    public ISystemOperations System => this;

    private WorldHost Host => Refusal() is { } refusal ? throw refusal : host!;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public Task<PingResponse> PingAsync(CancellationToken cancellationToken = default) =>
        life.LookAsync(() => new PingResponse { ApiVersion = "1.41", ServerTime = world.Time.GetUtcNow() + Host.ClockOffset });

    public Task<VersionResponse> GetVersionAsync(CancellationToken cancellationToken = default) =>
        life.LookAsync(() => new VersionResponse { Version = Host.Podman ?? "20.10.24", Components = [new VersionComponent { Name = Host.Podman is null ? "Engine" : "Podman Engine" }], APIVersion = "1.41" });

    public Task<SystemInfoResponse> GetSystemInfoAsync(CancellationToken cancellationToken = default) =>
        life.LookAsync(() => new SystemInfoResponse { Name = Host.Name, ServerVersion = "20.10.24", SystemTime = world.Time.GetUtcNow() + Host.ClockOffset, LiveRestoreEnabled = Host.LiveRestore, CgroupVersion = Host.CgroupVersion });

    public IAsyncEnumerable<Message> MonitorEventsAsync(
        ContainerEventsParameters parameters, CancellationToken cancellationToken = default)
    {
        world.Looks++;
        return Host.Listen(life, parameters, cancellationToken);
    }

    public Task<IReadOnlyList<ContainerListResponse>> ListContainersAsync(ContainersListParameters parameters, CancellationToken cancellationToken = default) =>
        life.LookAsync<IReadOnlyList<ContainerListResponse>>(() =>
            [.. Host.Containers.Where(c => parameters.All || c.IsRunning).Select(c => new ContainerListResponse { ID = c.Id, Names = ["/" + c.Name], Image = c.Config.Image ?? "", ImageID = c.Image.Id, State = c.Status, Labels = new Dictionary<string, string>(c.Config.Labels ?? new Dictionary<string, string>(), StringComparer.Ordinal), Mounts = WorldMounts.Of(c.HostConfig) })]);

    public Task<CreateContainerResponse> CreateContainerAsync(CreateContainerParameters parameters, CancellationToken cancellationToken = default) => ChangeAsync("create", parameters.Name!, () =>
    {
        if (Host.Find(parameters.Name!) is { } holder)
        {
            throw new DockerNameConflictException(endpoint, $"create {parameters.Name}", $"the name /{parameters.Name} is in use by {holder.Id}", parameters.Name!, holder.Id);
        }

        if (WorldMounts.Refusal(Host, parameters.HostConfig) is { } refusal)
        {
            throw new DockerApiException(endpoint, "create container", HttpStatusCode.BadRequest, refusal);
        }

        var image = Host.FindImage(parameters.Image!) ?? throw NotFound($"no such image: {parameters.Image}");
        var container = new WorldContainer(world, Host, parameters.Name!, image, image.Merge(parameters), parameters.HostConfig ?? new HostConfig());
        Host.Containers.Add(container);
        Host.Emit(container, "create");
        if (parameters.Labels?.ContainsKey("drydock.dev/probe") != true)
        {
            world.Did("create", host!.Name);
        }

        return new CreateContainerResponse { ID = container.Id };
    });

    public Task<ContainerInspectResponse> InspectContainerAsync(string id, CancellationToken cancellationToken = default) => life.LookAsync(() =>
    {
        var c = Container(id);
        return new ContainerInspectResponse
        {
            ID = c.Id,
            Name = "/" + c.Name,
            Image = c.Image.Id,
            Config = c.Config,
            HostConfig = c.HostConfig,
            Mounts = WorldMounts.Of(c.HostConfig),
            State = new ContainerState { Status = c.Status, Running = c.IsRunning, StartedAt = c.StartedAt + Host.ClockOffset, FinishedAt = c.FinishedAt + Host.ClockOffset, ExitCode = c.ExitCode, Pid = c.IsRunning ? 4242 : 0 },
        };
    });

    public Task<IReadOnlyList<ContainerFileSystemChangeResponse>> InspectChangesAsync(string id, CancellationToken cancellationToken = default) => life.LookAsync<IReadOnlyList<ContainerFileSystemChangeResponse>>(() =>
        [.. Container(id).Changes.Select(path => new ContainerFileSystemChangeResponse { Path = path, Kind = 1 })]);

    public Task<bool> StartContainerAsync(string id, CancellationToken cancellationToken = default) => ChangeAsync("start", id, () =>
    {
        var container = Container(id);
        if (container.IsRunning)
        {
            return false;
        }

        if (host!.StrayTasks.TryGetValue(container.Name, out var words))
        {
            throw new DockerApiException(host.Endpoint, $"start container {id}", HttpStatusCode.InternalServerError, words.Replace("{0}", id, StringComparison.Ordinal));
        }

        if (container.Config.Labels?.ContainsKey("drydock.dev/probe") == true)
        {
            host.Probes.Add(container);
            return host.StartRefusal is { } refusal
                ? throw new DockerApiException(host.Endpoint, $"start container {id}", HttpStatusCode.InternalServerError, refusal)
                : true;
        }

        world.Did("start", host.Name);
        container.Start();
        return true;
    });

    public Task<bool> StopContainerAsync(string id, ContainerStopParameters parameters, CancellationToken cancellationToken = default) => ChangeAsync("stop", id, () =>
    {
        var container = Container(id);
        if (!container.IsRunning)
        {
            return false;
        }

        world.Rules.StopAsked(container);
        world.Did("stop", host!.Name);
        host.Graces.Add(parameters.WaitBeforeKillSeconds ?? 10);
        container.Stop(0);
        if (container.HostConfig.AutoRemove)
        {
            host.Containers.Remove(container);
        }

        return true;
    });

    public Task RemoveContainerAsync(string id, ContainerRemoveParameters parameters, CancellationToken cancellationToken = default) => ChangeAsync("remove", id, () =>
    {
        var container = Container(id);
        if (container.IsRunning && !parameters.Force)
        {
            throw new DockerConflictException(endpoint, $"remove {id}", "it is running");
        }

        Host.Containers.Remove(container);
        Host.Emit(container, "destroy");
        if (container.Config.Labels?.ContainsKey("drydock.dev/probe") != true)
        {
            world.Did("remove", host!.Name);
        }

        return true;
    });

    public Task<ContainerUpdateResponse> UpdateContainerAsync(string id, ContainerUpdateParameters parameters, CancellationToken cancellationToken = default) => ChangeAsync("update", id, () =>
    {
        var container = Container(id);
        container.HostConfig = container.HostConfig with { RestartPolicy = parameters.RestartPolicy ?? container.HostConfig.RestartPolicy };
        world.Did($"policy {parameters.RestartPolicy?.Name}", host!.Name);
        Host.Emit(container, "update");
        return new ContainerUpdateResponse();
    });

    private WorldContainer Container(string id) => Host.Find(id) ?? throw NotFound($"no such container: {id}");

    private DockerNotFoundException NotFound(string what) => new(endpoint, "look", what);

    private Task<T> ChangeAsync<T>(string what, string subject, Func<T> carryOut)
    {
        // What cannot arrive is no point of its own.
        if (Refusal() is { } refusal)
        {
            return life.LookAsync<T>(() => throw refusal);
        }

        return life.ChangeAsync($"{what} {host!.Name}/{subject}", carryOut, unclear: () => new DockerTimeoutException(endpoint, $"{what} at {endpoint} did not answer", mayHaveBeenProcessed: true));
    }

    private DockerUnreachableException? Refusal() => (host, trusted) switch
    {
        (not { IsReachable: true }, _) => new DockerUnreachableException(endpoint, $"{endpoint} cannot be reached: no route to host", mayHaveBeenProcessed: false),
        (_, false) => new DockerTlsException(endpoint, $"{endpoint} does not accept our certificate", TlsRefusal.Server),
        _ => null,
    };
}
