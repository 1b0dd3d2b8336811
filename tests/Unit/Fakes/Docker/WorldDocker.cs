using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Drydock.Clients.Docker;
using Drydock.Reconcilers.Oms;
using ContainerListResponse = Docker.DotNet.Models.ContainerListResponse;
using Models = Docker.DotNet.Models;

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

    public Task<DateTimeOffset?> PingAsync(CancellationToken cancellationToken = default) =>
        life.LookAsync<DateTimeOffset?>(() => world.Time.GetUtcNow() + Host.ClockOffset);

    public Task<Models.VersionResponse> GetVersionAsync(CancellationToken cancellationToken = default) =>
        life.LookAsync(() => new Models.VersionResponse { Version = Host.Podman ?? "20.10.24", Components = [new Models.ComponentVersion { Name = Host.Podman is null ? "Engine" : "Podman Engine" }], APIVersion = "1.41" });

    public Task<Models.SystemInfoResponse> GetSystemInfoAsync(CancellationToken cancellationToken = default) =>
        life.LookAsync(() => new Models.SystemInfoResponse { Name = Host.Name, ServerVersion = "20.10.24", SystemTime = Text(world.Time.GetUtcNow() + Host.ClockOffset), LiveRestoreEnabled = Host.LiveRestore, CgroupVersion = Host.CgroupVersion });

    public IAsyncEnumerable<Models.Message> MonitorEventsAsync(
        IReadOnlyDictionary<string, IReadOnlyList<string>> filters, DateTimeOffset? since = null, CancellationToken cancellationToken = default)
    {
        world.Looks++;
        return Host.Listen(life, filters, since, cancellationToken);
    }

    public Task<IList<ContainerListResponse>> ListContainersAsync(Models.ContainersListParameters parameters, CancellationToken cancellationToken = default) =>
        life.LookAsync<IList<ContainerListResponse>>(() =>
            [.. Host.Containers.Where(c => parameters.All == true || c.IsRunning).Select(c => new ContainerListResponse { ID = c.Id, Names = ["/" + c.Name], Image = c.Config.Image ?? "", ImageID = c.Image.Id, State = c.Status, Labels = new Dictionary<string, string>(c.Config.Labels ?? new Dictionary<string, string>(), StringComparer.Ordinal), Mounts = WorldMounts.Of(c.HostConfig) })]);

    public Task<Models.CreateContainerResponse> CreateContainerAsync(string name, JsonObject options, CancellationToken cancellationToken = default) => ChangeAsync("create", name, () =>
    {
        var (config, hostConfig) = (ContainerConfig.Of(options), HostConfig.Of(options));
        if (Host.Find(name) is { } holder)
        {
            throw new DockerNameConflictException(endpoint, $"create {name}", $"the name /{name} is in use by {holder.Id}", name, holder.Id);
        }

        if (WorldMounts.Refusal(Host, hostConfig) is { } refusal)
        {
            throw new DockerApiException(endpoint, "create container", HttpStatusCode.BadRequest, refusal);
        }

        var image = Host.FindImage(config.Image!) ?? throw NotFound($"no such image: {config.Image}");
        var container = new WorldContainer(world, Host, name, image, image.Merge(config), hostConfig);
        Host.Containers.Add(container);
        Host.Emit(container, "create");
        if (config.Labels?.ContainsKey("drydock.dev/probe") != true)
        {
            world.Did("create", host!.Name);
        }

        return new Models.CreateContainerResponse { Warnings = [], ID = container.Id };
    });

    public Task<InspectedContainer> InspectContainerAsync(string id, CancellationToken cancellationToken = default) => life.LookAsync(() =>
    {
        var c = Container(id);
        return new InspectedContainer
        {
            ID = c.Id,
            ShortName = c.Name,
            Image = c.Image.Id,
            Config = new Models.ContainerConfig
            {
                Image = c.Config.Image ?? "",
                Env = [.. c.Config.Env ?? []],
                WorkingDir = c.Config.WorkingDir ?? "",
                Labels = new Dictionary<string, string>(c.Config.Labels ?? new Dictionary<string, string>(), StringComparer.Ordinal),
                StopTimeout = c.Config.StopTimeout is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            },
            HostConfig = new Models.HostConfig
            {
                AutoRemove = c.HostConfig.AutoRemove,
                RestartPolicy = RestartPolicies.Update(c.HostConfig.RestartPolicy is { Name.Length: > 0 } policy ? policy.Name : "no", c.HostConfig.RestartPolicy?.MaximumRetryCount ?? 0).RestartPolicy,
                Devices = [.. (c.HostConfig.Devices ?? []).Select(device => new Models.DeviceMapping { PathOnHost = device.PathOnHost })],
            },
            Mounts = WorldMounts.Of(c.HostConfig),
            State = new Models.State { Status = c.Status, Running = c.IsRunning, StartedAt = Text(c.StartedAt + Host.ClockOffset), FinishedAt = Text(c.FinishedAt + Host.ClockOffset), ExitCode = c.ExitCode, Pid = c.IsRunning ? 4242 : 0 },
        };
    });

    public Task<JsonObject> InspectContainerJsonAsync(string id, CancellationToken cancellationToken = default) => life.LookAsync(() =>
    {
        var c = Container(id);
        return new JsonObject
        {
            ["Id"] = c.Id,
            ["Config"] = WorldOptions.Write(c.Config),
            ["HostConfig"] = WorldOptions.Write(c.HostConfig),
            ["Mounts"] = new JsonArray([.. WorldMounts.Of(c.HostConfig).Select(WorldOptions.Write)]),
        };
    });

    public Task<IReadOnlyList<string>> InspectChangesAsync(string id, CancellationToken cancellationToken = default) =>
        life.LookAsync<IReadOnlyList<string>>(() => [.. Container(id).Changes]);

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

    public Task<bool> StopContainerAsync(string id, int? grace, CancellationToken cancellationToken = default) => ChangeAsync("stop", id, () =>
    {
        var container = Container(id);
        if (!container.IsRunning)
        {
            return false;
        }

        world.Rules.StopAsked(container);
        world.Did("stop", host!.Name);
        host.Graces.Add(grace ?? 10);
        container.Stop(0);
        if (container.HostConfig.AutoRemove)
        {
            host.Containers.Remove(container);
        }

        return true;
    });

    public Task RemoveContainerAsync(string id, Models.ContainerRemoveParameters parameters, CancellationToken cancellationToken = default) => ChangeAsync("remove", id, () =>
    {
        var container = Container(id);
        if (container.IsRunning && parameters.Force != true)
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

    public Task UpdateContainerAsync(string id, Models.ContainerUpdateParameters parameters, CancellationToken cancellationToken = default) => ChangeAsync("update", id, () =>
    {
        var container = Container(id);
        var policy = RestartPolicies.NameOf(parameters.RestartPolicy);
        container.HostConfig = container.HostConfig with { RestartPolicy = new RestartPolicy { Name = policy, MaximumRetryCount = (int)parameters.RestartPolicy.MaximumRetryCount } };
        world.Did($"policy {policy}", host!.Name);
        Host.Emit(container, "update");
        return true;
    });

    private static string Text(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture) ?? "0001-01-01T00:00:00Z";

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
