using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>
/// How a prepared command is: <see cref="Running"/> false and <see cref="ExitCode"/> null means it was never started.
/// </summary>
public sealed record ContainerExecInspectResponse
{
    /// <summary>The exec id.</summary>
    [JsonRequired]
    public string ID { get; init => field = value ?? ""; } = "";

    /// <summary>The container's id.</summary>
    public string ContainerID { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it runs.</summary>
    [JsonRequired]
    public bool Running { get; init; }

    /// <summary>Null before the start and while it runs.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Its process on the host; 0 before the start.</summary>
    public int Pid { get; init; }

    /// <summary>Whether the engine will forget it.</summary>
    public bool CanRemove { get; init; }

    /// <summary>Whether it has been started and has ended.</summary>
    [JsonIgnore]
    public bool HasEnded => !Running && ExitCode is not null;

    /// <summary>Whether it has been prepared and not started.</summary>
    [JsonIgnore]
    public bool NotStarted => !Running && ExitCode is null;
}
