namespace Drydock.Clients.Docker;

/// <summary>Credentials for a registry. <see cref="ToString"/> never contains them.</summary>
public sealed record AuthConfig
{
    /// <summary>User name.</summary>
    public string? Username { get; init; }

    /// <summary>Password or access token of the user.</summary>
    public string? Password { get; init; }

    /// <summary>The registry's address, such as <c>registry.example</c>.</summary>
    public string? ServerAddress { get; init; }

    /// <summary>An identity token instead of user and password.</summary>
    public string? IdentityToken { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"credentials for {ServerAddress ?? "the registry"} (not shown)";
}
