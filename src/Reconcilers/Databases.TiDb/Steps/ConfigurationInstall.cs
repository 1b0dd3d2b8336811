using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Puts the file that MigrateConfiguration laid beside into the place of the present one; that one is kept.
/// </summary>
internal sealed class ConfigurationInstall
{
    private readonly ITiDbTargets _targets;
    private readonly DatabaseInstance _instance;
    private readonly ConfigurationFile? _file;

    public ConfigurationInstall(ITiDbTargets targets, Plan plan, DatabaseInstance instance)
    {
        (_targets, _instance) = (targets, instance);
        var step = plan.Steps.Find(s => s.Id == TiDbStepIds.Configuration(instance.Component));
        _file = step is null ? null : ConfigurationFile.Parse(step.Parameters.GetValueOrDefault("files") ?? "").FirstOrDefault(f => f.Instance == instance.Name && f.Changes);
    }

    private string Path => TiDbLayout.ConfigFile(_instance);

    private string NewPath => _targets.Spec().NewConfigFile(_instance);

    /// <summary>Finds out before anything is stopped whether it will work.</summary>
    /// <exception cref="StepActionException">Something else is there than planned.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (_file is not null)
        {
            await ReadAsync(cancellationToken);
        }
    }

    /// <summary>Installs it; nothing is done where it is installed.</summary>
    /// <exception cref="StepActionException">Something else is there than planned.</exception>
    public async Task InstallAsync(CancellationToken cancellationToken)
    {
        if (_file is null || await ReadAsync(cancellationToken) is not { } files)
        {
            return;
        }

        _targets.EnsureMayAct();
        await _targets.Hosts.Files(_instance.Host).WriteAsync(Path, files.Wanted, ContentHash.Of(files.Present), _targets.Spec().FormerConfigFile(_instance), cancellationToken);
    }

    // Null: it is installed.
    private async Task<(string Present, string Wanted)?> ReadAsync(CancellationToken cancellationToken)
    {
        var files = _targets.Hosts.Files(_instance.Host);
        var present = await files.ReadAsync(Path, cancellationToken);
        if (present is not null && ContentHash.Short(present) == _file!.To)
        {
            return null;
        }

        if (present is null || ContentHash.Short(present) != _file!.From)
        {
            throw new StepActionException(Reasons.TargetChanged, $"{Path} on {_instance.Host} is not the file the plan was made for; put it back (Secret in status.configurationRef), then retry");
        }

        return await files.ReadAsync(NewPath, cancellationToken) is { } wanted && ContentHash.Short(wanted) == _file.To
            ? (present, wanted)
            : throw new StepActionException(Reasons.TargetChanged, $"{NewPath} on {_instance.Host} is gone or changed since it was checked; retry {TiDbStepIds.Configuration(_instance.Component)} by a new upgrade, or restore it");
    }
}
