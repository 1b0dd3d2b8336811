namespace Drydock.Clients.Docker;

/// <summary>What an update answers.</summary>
public sealed record ContainerUpdateResponse
{
    /// <summary>The engine's warnings.</summary>
    public IReadOnlyList<string> Warnings { get; init => field = value ?? []; } = [];
}
