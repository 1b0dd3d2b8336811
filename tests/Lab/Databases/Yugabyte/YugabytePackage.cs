namespace Drydock.Lab.Databases.Yugabyte;

/// <summary>A release: an archive with one directory in it.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Name">Name of the directory in the archive.</param>
/// <param name="Unpacked">That directory on the machine; nobody writes there.</param>
/// <param name="Archive">The archive (.tar.gz) on the machine.</param>
/// <param name="Sha256">Checksum of the archive.</param>
public sealed record YugabytePackage(string Version, string Name, string Unpacked, string Archive, string Sha256)
{
    /// <summary>Where the lab unpacks it on hosts.</summary>
    public string Directory => "/data/" + Name;
}
