namespace Drydock.Clients.Docker;

/// <summary>The state of a container's health check.</summary>
public sealed record ContainerHealth
{
    /// <summary><c>none</c>, <c>starting</c>, <c>healthy</c> or <c>unhealthy</c>.</summary>
    public string Status { get; init => field = value ?? ""; } = "";

    /// <summary>Failures in a row.</summary>
    public int FailingStreak { get; init; }
}
