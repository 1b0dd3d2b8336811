namespace Drydock.Clients.Docker;

/// <summary>The new reference.</summary>
public sealed record ImageTagParameters
{
    /// <summary>The repository.</summary>
    public required string RepositoryName { get; init; }

    /// <summary>The tag; null: <c>latest</c>.</summary>
    public string? Tag { get; init; }
}
