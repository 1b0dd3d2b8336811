namespace Drydock.Reconcilers.Oms;

/// <summary>What an image archive says of itself.</summary>
/// <param name="Sha256">Checksum of the file as stored, 64 hex digits.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="ImageIds">Ids of the images in it, <c>sha256:…</c>: the checksum of each image's configuration.</param>
/// <param name="Tags">Names under which Docker will know them.</param>
internal sealed record ImageArchiveContents(
    string Sha256, long Bytes, IReadOnlyList<string> ImageIds, IReadOnlyList<string> Tags);
