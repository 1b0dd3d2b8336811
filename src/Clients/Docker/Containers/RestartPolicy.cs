namespace Drydock.Clients.Docker;

/// <summary>When the engine starts a container again by itself.</summary>
public sealed record RestartPolicy
{
    /// <summary><c>no</c>, <c>always</c>, <c>unless-stopped</c> or <c>on-failure</c>; empty means <c>no</c>.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Only with <c>on-failure</c>.</summary>
    public int MaximumRetryCount { get; init; }

    /// <summary>Never start again.</summary>
    public static RestartPolicy No { get; } = new() { Name = "no" };
}
