namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The replacement of the configuration file of an instance by the one that MigrateConfiguration wrote beside
/// it.</summary>
internal sealed class ConfigurationInstall(ITiDbTargets targets, Plan plan, DatabaseInstance instance)
{
    private readonly ConfigurationFile? _file = plan.Steps
        .Find(s => s.Id == TiDbStepIds.Configuration(instance.Component))?
        .As<MigrateConfiguration>().Files()
        .Find(f => f.Instance == instance.Name && f.IsChanged);

    private string Path => TiDbLayout.ConfigFile(instance);

    private string NewPath => targets.Spec().NewConfigFile(instance);

    /// <summary>The replacement that is left to do, checked before the instance is stopped; null if the file is
    /// installed, or the new version needs no other.</summary>
    /// <exception cref="StepActionException">The files are not those of the plan.</exception>
    public async Task<FileReplacement?> LeftAsync(CancellationToken cancellationToken)
    {
        if (_file is not { } file)
        {
            return null;
        }

        var sums = await targets.Hosts.Files(instance.Host).Sha256Async([Path, NewPath], cancellationToken);
        var (present, wanted) = (sums[0], sums[1]);
        if (IsShort(file.To, present))
        {
            return null;
        }

        if (present is null || !IsShort(file.From, present))
        {
            throw new StepActionException(
                Reasons.TargetChanged,
                $"{Path} on {instance.Host} is not the file that the plan was made for. Restore it from the Secret in "
                + "status.configurationRef, then retry.");
        }

        return wanted is not null && IsShort(file.To, wanted)
            ? new FileReplacement(Path, wanted, present, targets.Spec().FormerConfigFile(instance), NewPath)
            : throw new StepActionException(
                Reasons.TargetChanged,
                $"{NewPath} on {instance.Host} is missing, or was changed after it had been checked. Restore it, or "
                + $"repeat {TiDbStepIds.Configuration(instance.Component)} with a new upgrade.");
    }

    private static bool IsShort(string start, string? sha256) =>
        sha256?.StartsWith(start, StringComparison.Ordinal) == true;
}
