namespace Drydock.Lab.Upgrades;

/// <summary>How the new image comes to the hosts.</summary>
public enum ImageSource
{
    /// <summary>It is there.</summary>
    Present,

    /// <summary>An archive in the storage, streamed by the operator.</summary>
    StorageArchive,

    /// <summary>An archive on every host.</summary>
    HostArchive,

    /// <summary>Pulled from a registry that asks for a password.</summary>
    Registry,
}
