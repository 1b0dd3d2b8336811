using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Every process is of the wanted version: by what each says itself, by the program each host says it runs, and no
/// other process of any instance lives. A process of the old version must not be there when AutoFlags are promoted (it
/// ends with a fatal error and cannot come back; docs/research/yugabytedb.md#autoflags).
/// </summary>
internal sealed class VerifyVersions(IYugabyteTargets targets) : YugabyteStep(targets)
{
    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var version = context.OptionalParameter(YugabyteKeys.Version) ?? Cluster.Spec.ToVersion;
        var report = await new VersionCheck(Cluster).ReadAsync(YugabyteVersion.Parse(version), cancellationToken);
        var wrong = report.Others.Concat((await YugabyteCluster.EachAsync(Cluster.Spec.Instances, (i, token) => WrongAsync(context, i, token), cancellationToken)).OfType<string>()).ToList();
        if (wrong.Count > 0)
        {
            return new Observation.Failed(
                Reasons.VersionMismatch,
                $"not every process is of {version}: {string.Join("; ", wrong.Take(8))}{(wrong.Count > 8 ? $" and {wrong.Count - 8} more" : "")}. End what does not belong there, or start the right program; then this goes on by itself");
        }

        return report.IsClean ? new Observation.Done($"every process is of {version}")
            : Elapsed(context) < YugabyteWork.VerifyPatience(Cluster.Spec) ? new Observation.Running($"waits for every process to answer: {report.Describe()}")
            : new Observation.Failed(Reasons.InstanceUnhealthy, $"not every process says its version: {report.Describe()}");
    }

    private async Task<string?> WrongAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        if (process.Strays is [var stray, ..])
        {
            return $"process {stray.Pid} ({stray.Executable}) of {instance.Name} lives on {instance.Host} beside the one its supervisor knows";
        }

        // On the way back the program of each is checked by its own step.
        var program = YugabyteWork.PackagedProgram(context.Plan, instance.Host, Cluster.Vocabulary.Program(instance.Component));
        return program is null || process.ExecutableSha256 is null || process.ExecutableSha256 == program ? null : $"{instance.Name} runs {process.Executable} on {instance.Host}, which is not the program of the package";
    }
}
