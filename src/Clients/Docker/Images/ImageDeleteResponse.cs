namespace Drydock.Clients.Docker;

/// <summary>One thing a removal did.</summary>
public sealed record ImageDeleteResponse
{
    /// <summary>The reference that went.</summary>
    public string? Untagged { get; init; }

    /// <summary>The layer or image that went.</summary>
    public string? Deleted { get; init; }
}
