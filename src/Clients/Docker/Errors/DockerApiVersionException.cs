namespace Drydock.Clients.Docker;


/// <summary>The engine and this client have no API version in common.</summary>
public sealed class DockerApiVersionException : DockerException
{
    /// <summary>Makes one.</summary>
    public DockerApiVersionException(string endpoint, string message, string? serverVersion, string supportedVersions)
        : base(endpoint, message)
    {
        ServerVersion = serverVersion;
        SupportedVersions = supportedVersions;
    }

    /// <summary>What the engine offers (<c>1.24</c>, or <c>1.60..1.62</c>), null if it does not say.</summary>
    public string? ServerVersion { get; }

    /// <summary>What this client speaks, as <c>1.35..1.47</c>.</summary>
    public string SupportedVersions { get; }
}
