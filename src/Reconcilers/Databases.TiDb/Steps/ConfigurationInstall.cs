using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Replaces the configuration file of an instance by the one that MigrateConfiguration wrote beside it; the former file
/// is kept.
/// </summary>
internal sealed class ConfigurationInstall(ITiDbTargets targets, Plan plan, DatabaseInstance instance)
{
    private readonly ConfigurationFile? _file = plan.Steps
        .Find(s => s.Id == TiDbStepIds.Configuration(instance.Component))?
        .Arguments<MigrateConfiguration.Args>().Files()
        .Find(f => f.Instance == instance.Name && f.IsChanged);

    private string Path => TiDbLayout.ConfigFile(instance);

    private string NewPath => targets.Spec().NewConfigFile(instance);

    /// <summary>Checks before the instance is stopped that the file can be installed.</summary>
    /// <exception cref="StepActionException">The files are not those of the plan.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (_file is { } file)
        {
            await ReadAsync(file, cancellationToken);
        }
    }

    /// <summary>Installs the file, unless it is installed.</summary>
    /// <exception cref="StepActionException">The files are not those of the plan.</exception>
    public async Task InstallAsync(CancellationToken cancellationToken)
    {
        if (_file is not { } file || await ReadAsync(file, cancellationToken) is not { } texts)
        {
            return;
        }

        targets.EnsureMayAct();
        await targets.Hosts.Files(instance.Host).WriteAsync(
            Path,
            texts.Wanted,
            ContentHash.Of(texts.Present),
            targets.Spec().FormerConfigFile(instance),
            cancellationToken);
    }

    // Null if it is installed.
    private async Task<(string Present, string Wanted)?> ReadAsync(
        ConfigurationFile file, CancellationToken cancellationToken)
    {
        var files = targets.Hosts.Files(instance.Host);
        var present = await files.ReadAsync(Path, cancellationToken);
        if (present is not null && ContentHash.Short(present) == file.To)
        {
            return null;
        }

        if (present is null || ContentHash.Short(present) != file.From)
        {
            throw new StepActionException(
                Reasons.TargetChanged,
                $"{Path} on {instance.Host} is not the file that the plan was made for. Restore it from the Secret in "
                + "status.configurationRef, then retry.");
        }

        return await files.ReadAsync(NewPath, cancellationToken) is { } wanted && ContentHash.Short(wanted) == file.To
            ? (present, wanted)
            : throw new StepActionException(
                Reasons.TargetChanged,
                $"{NewPath} on {instance.Host} is missing, or was changed after it had been checked. Restore it, or "
                + $"repeat {TiDbStepIds.Configuration(instance.Component)} with a new upgrade.");
    }
}
