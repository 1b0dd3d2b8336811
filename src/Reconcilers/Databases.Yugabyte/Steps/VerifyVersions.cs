namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Verifies that every process is of the wanted version, by what each process reports and by the program that
/// each host reports, and that no instance has a second process. A process of the old version must not exist when
/// AutoFlags are promoted: it ends with a fatal error and cannot start again
/// (docs/research/yugabytedb.md#autoflags).</summary>
/// <param name="Version">In a rollback: the wanted version; null for toVersion.</param>
internal sealed record VerifyVersions(string? Version = null) : YugabyteStep, IWaitsOnly
{
    private const int Named = 8;

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var version = Version ?? Cluster.Spec.ToVersion;
        var report = await new VersionCheck(Cluster).ReadAsync(YugabyteVersion.Parse(version), cancellationToken);
        var processes = await YugabyteCluster.EachAsync(
            Cluster.Spec.Instances, (i, token) => WrongAsync(context, i, token), cancellationToken);
        var wrong = report.Others.Concat(processes.OfType<string>()).ToList();
        if (wrong.Count > 0)
        {
            var more = wrong.Count > Named ? $" {wrong.Count - Named} more processes are wrong." : "";
            return new Observation.Failed(
                Reasons.VersionMismatch,
                $"Not every process is of {version}. {string.Join(" ", wrong.Take(Named))}{more} "
                + "Stop processes that do not belong there, or start the right program; then the upgrade continues "
                + "automatically.");
        }

        if (report.IsClean)
        {
            return new Observation.Done($"Every process is of {version}.");
        }

        return Elapsed(context) < YugabytePlanTraits.VerifyPatience(Cluster.Spec)
            ? new Observation.Running($"Waiting until every process reports its version. {report.Describe()}")
            : new Observation.Failed(
                Reasons.InstanceUnhealthy, $"Not every process reports its version. {report.Describe()}");
    }

    private async Task<string?> WrongAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        if (process.Strays is [var stray, ..])
        {
            return $"{instance.Name}: unexpected second process on {instance.Host} (pid {stray.Pid}, "
                + $"{stray.Executable}), which its supervisor does not know.";
        }

        // In a rollback the program of each instance is verified by its own step.
        var name = Cluster.Vocabulary.Program(instance.Component);
        var program = PreparePackage.Program(context.Plan, instance.Host, name);
        return program is null || process.ExecutableSha256 is null || process.ExecutableSha256 == program
            ? null
            : $"{instance.Name} runs {process.Executable} on {instance.Host}, which is not the program of the package.";
    }
}
