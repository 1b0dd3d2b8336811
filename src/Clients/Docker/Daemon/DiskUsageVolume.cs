namespace Drydock.Clients.Docker;

/// <summary>A volume on disk.</summary>
public sealed record DiskUsageVolume
{
    /// <summary>Its name.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Its path on the host.</summary>
    public string Mountpoint { get; init => field = value ?? ""; } = "";
}
