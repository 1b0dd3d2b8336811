using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>Where the correction JAR is inside the new container.</summary>
internal static class JarLocation
{
    /// <summary>
    /// Absolute path: <c>jarPath</c>, taken below <c>workingDir</c> if it is relative
    /// (docs/research/oms.md#correction-jar).
    /// </summary>
    public static string Of(CorrectionSpec correction) =>
        correction.JarPath.StartsWith('/')
            ? correction.JarPath
            : $"{correction.WorkingDir.TrimEnd('/')}/{correction.JarPath}";
}
