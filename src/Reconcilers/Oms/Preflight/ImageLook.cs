namespace Drydock.Reconcilers.Oms;

/// <summary>Where the new image of a node comes from.</summary>
/// <param name="Id">Its ID; null while not known (it is pulled).</param>
/// <param name="Present">Whether it is on the host.</param>
/// <param name="ArchivePath">The archive to load it from; null to pull it or if it is present.</param>
/// <param name="ArchiveStorage">The archive's storage (StorageText).</param>
/// <param name="ArchiveSha256">The archive's checksum as read.</param>
/// <param name="Bytes">Bytes of the archive.</param>
internal sealed record ImageLook(
    string? Id,
    bool Present,
    string? ArchivePath = null,
    string? ArchiveStorage = null,
    string? ArchiveSha256 = null,
    long? Bytes = null)
{
    /// <summary>The image is on the host, but not under the name of the spec.</summary>
    public bool UnderAnotherName { get; init; }

    /// <summary>The archive is a file on the host itself.</summary>
    public bool OnHost { get; init; }
}
