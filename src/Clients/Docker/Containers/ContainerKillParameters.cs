namespace Drydock.Clients.Docker;

/// <summary>Which signal to send.</summary>
public sealed record ContainerKillParameters
{
    /// <summary>Such as <c>SIGKILL</c> (the default).</summary>
    public string? Signal { get; init; }
}
