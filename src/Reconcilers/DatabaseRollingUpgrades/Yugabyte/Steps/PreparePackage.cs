using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.DatabaseRollingUpgrades.Hosts;
using Drydock.Reconcilers.DatabaseRollingUpgrades.Yugabyte.Cluster;
using Drydock.Reconcilers.DatabaseRollingUpgrades.Yugabyte.Planning;

namespace Drydock.Reconcilers.DatabaseRollingUpgrades.Yugabyte.Steps;

/// <summary>
/// The new version on one host, beside the old one (runbook "install the new version"): archive, checksum, post_install.sh, extensions. The checksums of its
/// programs are recorded: by them every later step tells a new process from an old one.
/// </summary>
public sealed class PreparePackage(IYugabyteTargets targets) : YugabyteStep(targets)
{
    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var host = context.Step.Node!;
        var request = PackageRequests.For(Cluster, Targets.Hosts.ToolHost, host);
        var state = await Targets.Hosts.Files(host).PackageAsync(request, cancellationToken);
        if (!state.IsComplete)
        {
            return state.IsWrong
                ? new Observation.Failed(Reasons.PackageCorrupt, $"{host}: {state.Problem}")
                : new Observation.NotStarted(state.Problem);
        }

        return request.Programs.FirstOrDefault(p => !state.Programs.ContainsKey(p)) is { } missing
            ? new Observation.Failed(Reasons.PackageMissing, $"{host}: the package in {Cluster.Spec.Package.Directory} has no bin/{missing}; it is not this database's, or spec.yugabyte.names is wrong")
            : new Observation.Done(null, state.Programs.ToDictionary(p => YugabyteKeys.Program(p.Key), p => p.Value, StringComparer.Ordinal));
    }

    /// <inheritdoc />
    protected override Task WorkAsync(StepContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var host = context.Step.Node!;
        return Targets.Hosts.Files(host).PreparePackageAsync(PackageRequests.For(Cluster, Targets.Hosts.ToolHost, host), progress: null, cancellationToken);
    }
}
