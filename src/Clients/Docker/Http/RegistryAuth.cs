namespace Drydock.Clients.Docker;

/// <summary>The X-Registry-Auth header: JSON in base64 with the URL alphabet and padding.</summary>
internal static class RegistryAuth
{
    public const string Header = "X-Registry-Auth";

    public static string Encode(AuthConfig auth)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(
            new RegistryAuthBody(
                auth.Username,
                auth.Password,
                auth.ServerAddress,
                auth.IdentityToken), DockerJson.Default.RegistryAuthBody);
        return Convert.ToBase64String(json).Replace('+', '-').Replace('/', '_');
    }
}

/// <summary>Registry credentials as the engine reads them.</summary>
internal sealed record RegistryAuthBody(
    [property: JsonPropertyName("username")] string? Username,
    [property: JsonPropertyName("password")] string? Password,
    [property: JsonPropertyName("serveraddress")] string? ServerAddress,
    [property: JsonPropertyName("identitytoken")] string? IdentityToken)
{
    public override string ToString() => "credentials (not shown)";
}
