using System.Text.Json;
using Drydock.Clients.Docker.Json;

namespace Drydock.Clients.Docker.Http;

/// <summary>The X-Docker-Container-Path-Stat header: JSON in base64.</summary>
internal static class PathStat
{
    public const string Header = "X-Docker-Container-Path-Stat";

    /// <exception cref="DockerProtocolException">It is missing or not what it should be.</exception>
    public static ContainerPathStatResponse Decode(string endpoint, string? header)
    {
        if (string.IsNullOrEmpty(header))
        {
            throw new DockerProtocolException(endpoint, $"the engine at {endpoint} gave no {Header} header; is there a proxy that drops it?");
        }

        try
        {
            return JsonSerializer.Deserialize(Convert.FromBase64String(header), DockerJson.Default.ContainerPathStatResponse)
                ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            throw new DockerProtocolException(endpoint, $"the engine at {endpoint} gave a {Header} header that cannot be read", e);
        }
    }
}
