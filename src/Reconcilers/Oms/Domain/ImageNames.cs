namespace Drydock.Reconcilers.Oms;

/// <summary>The version in the name of an image that follows the vendor's naming: <c>oms:feature_4.2.2</c>,
/// <c>oms:feature_3.3.1_ce</c>, <c>oms-ce:4.2.11</c>. Tags of a private registry follow other rules
/// (<c>base/oms-with-agent:1.0.3</c>, <c>oms:2024.01.15</c>) and name no version of OMS.</summary>
internal static class ImageNames
{
    private const string Prefix = "feature_";
    private const int LowestMajor = 2;
    private const int HighestMajor = 9;

    private static readonly string[] Community = ["oms-ce", "oms_ce"];

    public static OmsVersion? VersionOf(string? image)
    {
        var (repository, tag) = Split(image ?? "");
        var isCommunity = Community.Any(end => repository.EndsWith(end, StringComparison.OrdinalIgnoreCase));
        if (tag.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            tag = tag[Prefix.Length..];
        }
        else if (!isCommunity && !repository.EndsWith("oms", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        return OmsVersion.TryParse(tag, out var version) && version.Major is >= LowestMajor and <= HighestMajor
            ? isCommunity ? version.AsCommunity() : version
            : null;
    }

    public static string? Contradiction(string image, UpgradePath.Allowed path)
    {
        if (VersionOf(image) is not { } version)
        {
            return null;
        }

        if (!version.IsSameRelease(path.To))
        {
            return $"Image {image} is named after version {version}, but spec.toVersion is {path.To}. "
                + "Correct one of them.";
        }

        return version.Community && path.Edition == OmsEdition.Enterprise
            ? $"Image {image} is named after the Community edition, but spec.edition is Enterprise. "
                + "Correct one of them."
            : null;
    }

    public static bool IsOfRepository(string image, string end) =>
        Split(image).Repository.Split('/')[^1].Equals(end, StringComparison.OrdinalIgnoreCase);

    private static (string Repository, string Tag) Split(string image)
    {
        var name = image.Split('@')[0];
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? (name[..colon], name[(colon + 1)..]) : (name, "");
    }
}
