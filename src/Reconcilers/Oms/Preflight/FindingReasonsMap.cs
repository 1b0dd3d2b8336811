using Drydock.Crds.Common;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>The API's reasons for what the OMS domain and the metadata database report.</summary>
internal static class FindingReasonsMap
{
    /// <summary>The API's finding for one of the domain.</summary>
    public static Finding Of(OmsFinding finding) =>
        new() { Reason = Of(finding.Reason), Message = finding.Message, Node = finding.Node };

    /// <summary>The reason for a domain finding.</summary>
    public static string Of(string domainReason) => domainReason switch
    {
        FindingReasons.ConfigInvalid or FindingReasons.ConfigMismatch => Reasons.ConfigUnreadable,
        FindingReasons.NodesMismatch => Reasons.NodesDiffer,
        FindingReasons.DuplicateDatabase => Reasons.HeartbeatDatabaseShared,
        FindingReasons.DefaultRegionInvalid or FindingReasons.DuplicateLocation or FindingReasons.RegionsMismatch => Reasons.RegionsInvalid,
        FindingReasons.HostNotOnline => Reasons.ComponentsUnhealthy,
        FindingReasons.DuplicateProjectNames => Reasons.DuplicateProjectNames,
        FindingReasons.HaConfigInvalid => Reasons.MetadataUnreadable,
        _ => Reasons.InvalidSpec,
    };

    /// <summary>The reason for an error of the metadata database.</summary>
    public static string Of(OmsMetadataErrorKind kind) => kind switch
    {
        OmsMetadataErrorKind.Unreachable => Reasons.MetadataDatabaseUnreachable,
        OmsMetadataErrorKind.AccessDenied => Reasons.AccessDenied,
        OmsMetadataErrorKind.Missing => Reasons.MetadataUnreadable,
        OmsMetadataErrorKind.ReadOnly => Reasons.AccessDenied,
        _ => Reasons.MetadataUnreadable,
    };
}
