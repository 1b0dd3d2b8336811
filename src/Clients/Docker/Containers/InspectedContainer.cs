namespace Drydock.Clients.Docker;

/// <summary>What the operator reads of a container; nothing in it is null.</summary>
public sealed record InspectedContainer
{
    public required string ID { get; init; }

    /// <summary>The name, without slash.</summary>
    public required string ShortName { get; init; }

    /// <summary>The id of its image.</summary>
    public required string Image { get; init; }

    public required State State { get; init; }

    public required ContainerConfig Config { get; init; }

    public required HostConfig HostConfig { get; init; }

    /// <summary>Its mounts as the engine resolved them.</summary>
    public required IList<MountPoint> Mounts { get; init; }

    /// <summary>The last start by the host's clock; null: never.</summary>
    public DateTimeOffset? StartedAt => DockerModels.Time(State.StartedAt);

    /// <summary>The last end by the host's clock; null: never.</summary>
    public DateTimeOffset? FinishedAt => DockerModels.Time(State.FinishedAt);

    public string? Label(string name) => Config.Labels.TryGetValue(name, out var value) ? value : null;

    /// <summary>Null if what must be there is missing: the package would read an answer of somebody else as a container
    /// that does not run.</summary>
    internal static InspectedContainer? Of(ContainerInspectResponse? answer)
    {
        if (answer is not { ID.Length: > 0, State: { } state })
        {
            return null;
        }

        var (config, host) = (answer.Config ?? new ContainerConfig(), answer.HostConfig ?? new HostConfig());
        config.Env ??= [];
        config.Labels ??= new Dictionary<string, string>(StringComparer.Ordinal);
        host.RestartPolicy ??= new RestartPolicy();
        host.Devices ??= [];
        DockerModels.Complete(answer.Mounts ??= []);
        return new InspectedContainer
        {
            ID = answer.ID,
            ShortName = answer.Name?.TrimStart('/') ?? "",
            Image = answer.Image ?? "",
            State = state,
            Config = config,
            HostConfig = host,
            Mounts = answer.Mounts,
        };
    }
}
