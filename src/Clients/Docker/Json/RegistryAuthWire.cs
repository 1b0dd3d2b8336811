using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker.Json;

/// <summary>Registry credentials as the engine reads them.</summary>
internal sealed record RegistryAuthWire(
    [property: JsonPropertyName("username")] string? Username,
    [property: JsonPropertyName("password")] string? Password,
    [property: JsonPropertyName("serveraddress")] string? ServerAddress,
    [property: JsonPropertyName("identitytoken")] string? IdentityToken)
{
    public override string ToString() => "credentials (not shown)";
}
