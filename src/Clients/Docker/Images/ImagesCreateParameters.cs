namespace Drydock.Clients.Docker;

/// <summary>What to pull.</summary>
public sealed record ImagesCreateParameters
{
    /// <summary>The repository, or a whole reference.</summary>
    public required string FromImage { get; init; }

    /// <summary>Tag or digest; null: what <see cref="FromImage"/> says, else <c>latest</c>.</summary>
    public string? Tag { get; init; }

    /// <summary><c>os/arch</c>; null: the host's.</summary>
    public string? Platform { get; init; }
}
