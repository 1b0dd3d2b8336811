namespace Drydock.Reconcilers.Oms;

/// <summary>What the new image must hold, because it will be run.</summary>
/// <param name="Required">Absolute paths that must exist before the container was started.</param>
/// <param name="Jar">The correction JAR, if it may also be put in place by the first start of the container; null if
/// there is nothing to look for.</param>
internal sealed record RequiredFiles(IReadOnlyList<string> Required, JarLocation? Jar)
{
    public static RequiredFiles Of(UpgradePath.Allowed path, OmsUpgradeSpec spec, string node)
    {
        IEnumerable<string> script = path.NeedsInit ? [DockerInit.ScriptPath] : [];
        if (!path.NeedsCorrectionJar || spec.Correction.Archive is not null)
        {
            return new RequiredFiles([.. script], null);
        }

        var jar = JarLocation.Of(spec.Correction);
        return jar.Path is { } given && !IsAcknowledged(spec, node)
            ? new RequiredFiles([.. script, given], null)
            : new RequiredFiles([.. script], jar);
    }

    // An administrator knows that the first start puts the JAR where the spec says.
    private static bool IsAcknowledged(OmsUpgradeSpec spec, string node) => spec.Preflight.Acknowledge.Exists(
        word => word is Reasons.JarMissing || word == $"{Reasons.JarMissing}/{node}");
}
