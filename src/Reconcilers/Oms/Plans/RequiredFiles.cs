using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>What the new image must hold, because it will be run.</summary>
internal static class RequiredFiles
{
    /// <summary>Absolute paths in the image.</summary>
    public static IReadOnlyList<string> Of(UpgradePath.Allowed path, CorrectionSpec correction) =>
    [
        .. path.NeedsInit ? [DockerInit.ScriptPath] : Array.Empty<string>(),
        .. path.NeedsCorrectionJar ? [JarLocation.Of(correction)] : Array.Empty<string>(),
    ];
}
