using System.Security.Cryptography;
using System.Text.Json;
using Drydock.Crds;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// A hash of the identity fields of a spec, by which a change of them is noticed while a stored plan runs.
/// </summary>
internal static class IdentityHash
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
                ImageArchive = Archive(spec.ImageArchive),
                AllowUnsupportedPath = spec.AllowUnsupportedPath,
                Https = spec.Https,
                CurrentContainer = spec.CurrentContainer,
                NewContainer = spec.NewContainer,
                Regions = [.. spec.Regions.Select(r => r with { Nodes = [.. r.Nodes.Select(n => n with { Docker = new DockerAccess(), ImageArchive = Archive(n.ImageArchive) })] })],
                HighAvailability = spec.HighAvailability,
                Correction = spec.Correction,
                Backup = spec.Backup with { Storage = StorageText.WithoutSecrets(spec.Backup.Storage), IdentitySecretRef = null },
            },
        };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(identity, CrdsJsonContext.Default.OmsUpgrade)));
    }

    private static ImageArchive? Archive(ImageArchive? archive) =>
        archive is { Storage: { } storage } ? archive with { Storage = StorageText.WithoutSecrets(storage) } : archive;
}
