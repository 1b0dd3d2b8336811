namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>A release: an archive with one directory.</summary>
/// <param name="Name">Name of the directory in the archive.</param>
/// <param name="Unpacked">That directory on the machine; it must not be changed.</param>
/// <param name="Archive">The archive (.tar.gz) on the machine.</param>
/// <param name="Sha256">Checksum of the archive.</param>
public sealed record YugabytePackage(string Version, string Name, string Unpacked, string Archive, string Sha256)
{
    /// <summary>Its directory on the hosts.</summary>
    public string Directory => "/data/" + Name;
}
