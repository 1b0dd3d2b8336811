namespace Drydock.Lab.Upgrades;

/// <summary>The source of the new image on the hosts.</summary>
public enum ImageSource
{
    /// <summary>The hosts have the image.</summary>
    Present,

    /// <summary>An archive in the storage, streamed by the operator.</summary>
    StorageArchive,

    /// <summary>An archive on every host.</summary>
    HostArchive,

    /// <summary>A registry that asks for a password.</summary>
    Registry,
}
