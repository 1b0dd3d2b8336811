namespace Drydock.Clients.Docker;

/// <summary>The X-Docker-Container-Path-Stat header: JSON in base64.</summary>
internal static class PathStat
{
    public const string Header = "X-Docker-Container-Path-Stat";

    public static ContainerPathStatResponse Decode(string endpoint, string? header)
    {
        if (string.IsNullOrEmpty(header))
        {
            throw new DockerProtocolException(
                endpoint, $"Docker at {endpoint} sent no {Header} header. A proxy may have removed it.");
        }

        try
        {
            return JsonSerializer.Deserialize(
                Convert.FromBase64String(header), DockerJson.Default.ContainerPathStatResponse)
                ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            throw new DockerProtocolException(
                endpoint, $"Docker at {endpoint} sent a {Header} header that cannot be read.", e);
        }
    }
}
