namespace Drydock.Clients.Docker;

/// <summary>A mount of a container as the engine resolved it.</summary>
public sealed record MountPoint
{
    /// <summary><c>bind</c>, <c>volume</c>, <c>tmpfs</c>.</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>The volume's name, empty for a bind.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The path on the host.</summary>
    public string Source { get; init => field = value ?? ""; } = "";

    /// <summary>The path in the container.</summary>
    public string Destination { get; init => field = value ?? ""; } = "";

    /// <summary>The volume's driver.</summary>
    public string Driver { get; init => field = value ?? ""; } = "";

    /// <summary>Options as written, such as <c>ro</c>.</summary>
    public string Mode { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it can be written.</summary>
    public bool RW { get; init; }

    /// <summary>Mount propagation.</summary>
    public string Propagation { get; init => field = value ?? ""; } = "";
}
