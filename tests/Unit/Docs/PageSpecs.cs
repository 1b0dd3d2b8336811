using Drydock.Tests.Unit.Oms;

namespace Drydock.Tests.Unit.Docs;

/// <summary>Manifests of pages, to be applied in a world whose nodes have the image.</summary>
internal static class PageSpecs
{
    /// <summary>How hosts and storages are reached, and the names of containers, are other things in the
    /// world.</summary>
    /// <param name="own">The spec of that world.</param>
    public static OmsUpgradeSpec InWorldOf(this OmsUpgradeSpec page, OmsUpgradeSpec own) => page with
    {
        Approval = ApprovalPolicy.Automatic,
        Image = own.Image,
        ImageArchive = null,
        ImagePullSecretRef = null,
        MetadataDatabase = null,
        CurrentContainer = null,
        NewContainer = null,
        DiscoverFrom = own.Regions[0].Nodes[0].HostIP,
        Docker = ShortSpecs.Short(own).Docker,
        Backup = own.Backup,
    };
}
