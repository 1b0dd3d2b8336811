using System.Security.Cryptography;
using System.Text.Json;
using Drydock.Crds;
using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.OmsUpgrades.Planning;

/// <summary>A hash of the identity fields of a spec, by which a change of them is noticed while a stored plan runs.</summary>
public static class IdentityHash
{
    /// <summary>Computes it; access and control fields do not count.</summary>
    public static string Of(OmsUpgradeSpec spec)
    {
        var identity = new OmsUpgrade
        {
            Spec = new OmsUpgradeSpec
            {
                Edition = spec.Edition,
                FromVersion = spec.FromVersion,
                ToVersion = spec.ToVersion,
                Image = spec.Image,
                ImageArchive = spec.ImageArchive,
                CurrentContainer = spec.CurrentContainer,
                NewContainer = spec.NewContainer,
                Regions = [.. spec.Regions.Select(r => r with { Nodes = [.. r.Nodes.Select(n => n with { Docker = new DockerAccess() })] })],
                HighAvailability = spec.HighAvailability,
                Correction = spec.Correction,
                Backup = spec.Backup,
            },
        };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(identity, CrdsJsonContext.Default.OmsUpgrade)));
    }
}
