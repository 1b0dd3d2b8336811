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
    /// <summary>Also when stopped containers use it or it has several references.</summary>
    public bool Force { get; init; }

    /// <summary>Keep untagged parents.</summary>
    public bool NoPrune { get; init; }
}

/// <summary>One change made by a removal.</summary>
public sealed record ImageDeleteResponse
{
    /// <summary>The removed reference.</summary>
    public string? Untagged { get; init; }

    /// <summary>The removed layer or image.</summary>
    public string? Deleted { get; init; }
}
