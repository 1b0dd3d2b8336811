namespace Drydock.Clients.Docker;

/// <summary>Why a wait failed.</summary>
public sealed record ContainerWaitError
{
    /// <summary>The engine's words.</summary>
    public string Message { get; init => field = value ?? ""; } = "";
}
