using System.Text.Json;
using Drydock.Clients.Docker.Json;

namespace Drydock.Clients.Docker.Http;

/// <summary>The X-Registry-Auth header: JSON in base64 with the URL alphabet and padding.</summary>
internal static class RegistryAuth
{
    public const string Header = "X-Registry-Auth";

    public static string Encode(AuthConfig auth)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(
            new RegistryAuthWire(auth.Username, auth.Password, auth.ServerAddress, auth.IdentityToken), DockerJson.Default.RegistryAuthWire);
        return Convert.ToBase64String(json).Replace('+', '-').Replace('/', '_');
    }
}
