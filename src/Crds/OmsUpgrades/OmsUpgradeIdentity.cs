using System.Security.Cryptography;
using System.Text.Json;
using Drydock.Abstractions.Entities;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>
/// The identity fields of an OmsUpgrade as one text. Kept in status beside the stored plan, so that a changed identity is noticed
/// also where the server has no CEL to refuse it (SpecChangeIgnored).
/// </summary>
public static class OmsUpgradeIdentity
{
    /// <summary>64 hex digits over all fields of <see cref="FieldClass.Identity"/>, and over nothing else. Regions and nodes count in their order.</summary>
    public static string Fingerprint(OmsUpgradeSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var standard = new OmsUpgradeSpec();
        var identity = spec with
        {
            Mode = standard.Mode,
            ApprovedPlanHash = null,
            Paused = false,
            HoldBefore = [],
            Retry = null,
            MetadataDatabase = null,
            Preflight = standard.Preflight,
            Timeouts = standard.Timeouts,
            Regions = [.. spec.Regions.Select(region => region with { Nodes = [.. region.Nodes.Select(node => node with { Docker = new() })] })],
        };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(identity, CrdsJsonContext.Default.OmsUpgradeSpec)));
    }
}
