namespace Drydock.Clients.Docker;

/// <summary>The new reference.</summary>
public sealed record ImageTagParameters
{
    public required string RepositoryName { get; init; }

    /// <summary>The tag; null: <c>latest</c>.</summary>
    public string? Tag { get; init; }
}

/// <summary>How to remove an image.</summary>
public sealed record ImageDeleteParameters
{
    public bool Force { get; init; }

    public bool NoPrune { get; init; }
}

/// <summary>One change made by a removal.</summary>
public sealed record ImageDeleteResponse
{
    public string? Untagged { get; init; }

    public string? Deleted { get; init; }
}
