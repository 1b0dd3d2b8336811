namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Which program an instance runs, as its host shows it.</summary>
internal static class InstancePrograms
{
    /// <summary>SHA-256 of the new program.</summary>
    /// <exception cref="StepActionException">PreparePackage has not recorded it.</exception>
    public static string NewSha256(ITiDbTargets targets, Plan plan, DatabaseInstance instance) =>
        targets.NewProgramSha256(plan, instance)
        ?? throw new StepActionException(
            Reasons.PackageMissing,
            $"The plan has no checksum of {TiDbLayout.Program(instance.Component)} for {instance.Host}: "
            + "PreparePackage has not succeeded there.",
            retryable: false);

    public static bool RunsNew(InstanceProcess process, string newSha256) =>
        process.Pid is not null && process.ExecutableSha256 == newSha256;

    public static bool IsStarting(InstanceProcess process, DatabaseInstance instance) =>
        process.Executable is not { Length: > 0 } path
        || process.ExecutableSha256 is null
        || !Path.GetFileName(path).StartsWith(TiDbLayout.Program(instance.Component), StringComparison.Ordinal);

    public static async Task<string?> NeedsNoDrainAsync(
        ITiDbTargets targets, Plan plan, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var process = await targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        if (RunsNew(process, NewSha256(targets, plan, instance)))
        {
            return $"{instance.Name} already runs the new program.";
        }

        return process.IsAlive ? null : $"{instance.Name} is not running.";
    }
}
