namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The replacement of the program of an instance by the new one.</summary>
/// <param name="targets">The cluster.</param>
/// <param name="plan">The plan.</param>
/// <param name="instance">The instance.</param>
internal sealed class StagedProgram(ITiDbTargets targets, Plan plan, DatabaseInstance instance)
{
    private readonly InstanceReplacement _replacement =
        new(targets.Hosts.Instance(instance.Name), targets.Spec().FromVersion);

    /// <summary>What is replaced by what. The program that is replaced is the one that runs; if an earlier operator
    /// process stopped it, or it is only being started, the installed one. If the new program is installed already,
    /// nothing is replaced.</summary>
    public ProgramSwap Swap(InstanceProcess process)
    {
        var ran = InstancePrograms.IsStarting(process, instance) ? null : process.ExecutableSha256;
        return new ProgramSwap(
            targets.Spec().Package.Directory,
            InstancePrograms.NewSha256(targets, plan, instance),
            TiDbVersion.Plain(targets.Spec().FromVersion),
            ran ?? process.InstalledSha256 ?? "",
            process.LinkTarget);
    }

    /// <summary>Prepares the new program beside the one that serves. Once it is prepared, the host only looks at it
    /// again.</summary>
    /// <exception cref="HostException">It is impossible; the process was not touched.</exception>
    public Task StageAsync(InstanceProcess process, CancellationToken cancellationToken)
    {
        targets.EnsureMayAct();
        return _replacement.StageAsync(Swap(process), PreparePackage.Ask, cancellationToken);
    }

    public Task ReplaceAsync(InstanceProcess process, FileReplacement? file, CancellationToken cancellationToken)
    {
        targets.EnsureMayAct();
        return _replacement.ReplaceAsync(Swap(process), file, cancellationToken);
    }
}
