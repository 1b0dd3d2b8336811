namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Carries configuration files over in memory and has the new programs check them where they are on the hosts
/// already; otherwise MigrateConfiguration does.</summary>
internal sealed class ConfigurationPreflight(ITiDbTargets targets, Findings findings)
{
    public async Task<(MigratedConfiguration Migrated, TikvSettings? Settings)?> LookAsync(
        InstanceFacts look, HostFacts? host, CancellationToken cancellationToken)
    {
        if (look.Configuration is not { } text || host is null)
        {
            return null;
        }

        var spec = targets.Spec();
        var settings = look.Instance.Component == DatabaseComponent.TiKV && targets.Settings().Configuration.Migrate
            ? TikvSettings.Of(spec, look.Instance, host.Memory, host.Cpus)
            : null;
        try
        {
            var migrated = ConfigurationMigration.Migrate(look.Instance.Component, text, settings);
            if (host.Package.IsComplete
                && await findings.LookAsync<string>(
                    () =>
                        ConfigurationCheck.RefusalOfTextAsync(targets, look.Instance, migrated.Text, cancellationToken),
                    look.Instance.Name) is { } refusal)
            {
                findings.Add(Reasons.ConfigurationInvalid, refusal, look.Instance.Name);
            }

            return (migrated, settings);
        }
        catch (FormatException exception)
        {
            findings.Add(
                Reasons.ConfigurationInvalid,
                $"{TiDbLayout.ConfigFile(look.Instance)} of {look.Instance.Name} on {look.Instance.Host} cannot "
                + $"be migrated: {exception.Message}",
                look.Instance.Name);
            return null;
        }
    }
}
