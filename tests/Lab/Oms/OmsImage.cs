namespace Drydock.Lab.Oms;

/// <summary>One image of the stand-in, as an archive for <c>docker load</c>.</summary>
/// <param name="Tag">Repository and tag, for example <c>registry.example/oms:feature_3.3.1_ce</c>.</param>
/// <param name="ImageVersion">imageVersion of its supervisor.json: <c>4.2.2-bp1</c>, <c>3.3.1-ce</c>.</param>
/// <param name="Id">Image id with <c>sha256:</c>.</param>
/// <param name="Archive">The archive.</param>
/// <param name="ArchiveGz">The same, compressed, as vendors ship it; null if the image is not shipped
/// compressed.</param>
/// <param name="ArchiveGzSha256">SHA-256 of <paramref name="ArchiveGz"/>, lower-case hex.</param>
public sealed record OmsImage(
    string Tag, string ImageVersion, string Id, string Archive, string? ArchiveGz, string? ArchiveGzSha256)
{
    /// <summary>Three numbers: the version in the audit.</summary>
    public string Version => ImageVersion.Split('-')[0];

    /// <summary>Whether it is a Community Edition.</summary>
    public bool IsCommunity => ImageVersion.EndsWith("-ce", StringComparison.OrdinalIgnoreCase);

    internal static OmsImage Parse(string line)
    {
        var x = line.Split(' ');
        return new OmsImage(x[0], x[1], x[2], x[3], x[4] == "-" ? null : x[4], x[5] == "-" ? null : x[5]);
    }
}
