namespace Drydock.Reconcilers.Oms;

/// <summary>Where an image comes from, as the parameter <c>source</c> of a PrepareImage step says.</summary>
internal static class ImageSources
{
    /// <summary>It is on the host under the name of the spec.</summary>
    public const string Present = nameof(Present);

    /// <summary>It is on the host under another name.</summary>
    public const string Tag = nameof(Tag);

    /// <summary>It is pulled.</summary>
    public const string Pull = nameof(Pull);

    /// <summary>It is loaded from an archive in a storage.</summary>
    public const string Archive = nameof(Archive);

    /// <summary>It is loaded from an archive on the host itself.</summary>
    public const string HostArchive = nameof(HostArchive);
}
