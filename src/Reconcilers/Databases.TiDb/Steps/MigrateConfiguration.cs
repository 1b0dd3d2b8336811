using Drydock.Clients.Ssh;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Lays the migrated file of each instance of a component beside its present one, and has the new program check it
/// (docs/research/tidb.md#tikv). Nothing that runs sees a difference yet; the file takes its place while its instance
/// is stopped.
/// </summary>
internal sealed class MigrateConfiguration(ITiDbTargets targets) : TiDbStep(targets)
{
    private const int AtATime = 8;

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var files = ConfigurationFile.Parse(context.Parameter("files"));
        foreach (var some in files.Chunk(AtATime))
        {
            var seen = await Task.WhenAll(some.Select(f => ObserveAsync(f, cancellationToken)));
            if (Array.Find(seen, o => o is not Observation.Done) is { } other)
            {
                return other;
            }
        }

        return new Observation.Done($"{files.Count} files, {files.Count(f => f.Changes)} of them changed; the new programs accept them");
    }

    /// <inheritdoc />
    protected override async Task CarryOutAsync(StepContext context, CancellationToken cancellationToken)
    {
        foreach (var file in ConfigurationFile.Parse(context.Parameter("files")).Where(f => f.Changes))
        {
            var instance = Targets.Instance(file.Instance);
            var host = Targets.Hosts.Files(instance.Host);
            var present = await host.ReadAsync(TiDbLayout.ConfigFile(instance), cancellationToken);
            if (present is null || ContentHash.Short(present) == file.To)
            {
                continue;
            }

            var wanted = Migrate(file, instance, present);
            var beside = await host.ReadAsync(Spec.NewConfigFile(instance), cancellationToken);
            if (beside != wanted)
            {
                Targets.EnsureMayAct();
                await host.WriteAsync(Spec.NewConfigFile(instance), wanted, beside is null ? null : ContentHash.Of(beside), keepAs: null, cancellationToken);
            }
        }
    }

    private async Task<Observation> ObserveAsync(ConfigurationFile file, CancellationToken cancellationToken)
    {
        var instance = Targets.Instance(file.Instance);
        var host = Targets.Hosts.Files(instance.Host);
        var path = TiDbLayout.ConfigFile(instance);
        var present = await host.ReadAsync(path, cancellationToken);
        if (present is null || (ContentHash.Short(present) is var now && now != file.From && now != file.To))
        {
            return new Observation.Failed(Reasons.TargetChanged, $"{path} on {instance.Host} is not the file the plan was made for; put it back, or begin anew with a plan for the new one");
        }

        var check = path;
        if (file.Changes && ContentHash.Short(present) != file.To)
        {
            check = Spec.NewConfigFile(instance);
            if (await host.ReadAsync(check, cancellationToken) is not { } beside || ContentHash.Short(beside) != file.To)
            {
                return new Observation.NotStarted($"{check} on {instance.Host} is not there yet");
            }
        }

        var refusal = await ConfigurationCheck.RefusalAsync(Targets, instance, check, cancellationToken);
        return refusal is null ? new Observation.Done() : new Observation.Failed(Reasons.ConfigurationInvalid, refusal);
    }

    private string Migrate(ConfigurationFile file, DatabaseInstance instance, string present)
    {
        // Memory and CPUs are not read again: the plan has what was shown.
        var settings = file.Capacity is null ? null : TikvSettings.Of(Spec, instance, memory: 0, cpus: 1) with { Capacity = file.Capacity, Concurrency = file.Concurrency };
        var wanted = ConfigurationMigration.Migrate(instance.Component, present, settings).Text;
        return ContentHash.Short(wanted) == file.To
            ? wanted
            : throw new StepActionException(Reasons.TargetChanged, $"{TiDbLayout.ConfigFile(instance)} on {instance.Host} now migrates to another file than the plan shows; begin anew with a plan for it", retryable: false);
    }
}
