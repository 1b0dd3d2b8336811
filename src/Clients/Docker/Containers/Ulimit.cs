namespace Drydock.Clients.Docker;

/// <summary>A resource limit of the container's processes.</summary>
public sealed record Ulimit
{
    /// <summary>Such as <c>nproc</c> or <c>nofile</c>.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The soft limit.</summary>
    public long Soft { get; init; }

    /// <summary>The hard limit.</summary>
    public long Hard { get; init; }
}
