namespace Drydock.Clients.Docker;

/// <summary>What an attached command wrote.</summary>
public sealed record ContainerExecOutput
{
    /// <summary>stdout; with a terminal, everything.</summary>
    public BoundedOutput Stdout { get; init => field = value ?? new(); } = new();

    /// <summary>stderr.</summary>
    public BoundedOutput Stderr { get; init => field = value ?? new(); } = new();
}
