namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Checks instances on their hosts: supervisor, running process, program and configuration. Changes
/// nothing.</summary>
internal sealed class TiDbInstancePreflight(TiDbTargets targets, Findings findings)
{
    private DatabaseRollingUpgradeSpec Spec => targets.Spec;

    public Task<TiDbInstanceFacts?> LookAsync(DatabaseInstance instance, CancellationToken cancellationToken) =>
        findings.LookAsync<TiDbInstanceFacts>(
            async () =>
            {
                var host = targets.Hosts.Instance(instance.Name);
                var process = await host.LookAsync(cancellationToken);
                Judge(instance, host.Target, process);
                await findings.CheckControlAsync(
                    host, instance, process, $"spec.instances[{instance.Name}].control", cancellationToken);
                return new TiDbInstanceFacts(
                    instance, process, await ProgramVersionAsync(instance, process, cancellationToken),
                    await ConfigurationAsync(instance, cancellationToken));
            },
            instance.Name);

    /// <summary>Compares the ports of all instances of each host; TiKV's status port must be its own
    /// (docs/project/research/tidb.md#configuration).</summary>
    public void Ports()
    {
        var ports = Spec.Instances.SelectMany(
            i => new[] { (Instance: i, At: Spec.Service(i)), (Instance: i, At: Spec.Status(i)) })
                .Distinct();
        foreach (var taken in ports.GroupBy(p => p.At).Where(
            g => g.Select(p => p.Instance.Name).Distinct(StringComparer.Ordinal).Count() > 1))
        {
            var names = taken.Select(p => p.Instance.Name).Distinct(StringComparer.Ordinal).ToList();
            findings.Add(
                Reasons.InvalidSpec,
                $"{string.Join(" and ", names)} have the same port {taken.Key}. Give each its own port and "
                + "statusPort (tikv_status_port, default 20180, must differ for the TiKVs of one host)"
                + $"{Lines(taken.Select(p => p.Instance).DistinctBy(i => i.Name, StringComparer.Ordinal))}.",
                names[^1], $"spec.instances[{names[^1]}].statusPort");
        }
    }

    // The status ports of tidb-ansible's example: 20160 and 20180, 20171 and 20181, 20172 and 20182.
    private string Lines(IEnumerable<DatabaseInstance> tikvs)
    {
        var ports = tikvs.Select(i => 20180 + (Spec.Service(i).Port % 10)).ToList();
        return tikvs.All(i => i is { Component: DatabaseComponent.TiKV, StatusPort: null })
            && ports.Distinct().Count() == ports.Count
                ? ", for instance with the status ports of tidb-ansible, 20180 and the last digit of the port, in "
                    + "spec.instances: " + string.Join(", ", tikvs.Zip(ports, (i, port) => $"`{{name: {i.Name}, "
                    + $"component: TiKV, host: {i.Host}, port: {Spec.Service(i).Port}, statusPort: {port}}}`"))
                : "";
    }

    private void Judge(DatabaseInstance instance, InstanceTarget target, InstanceProcess process)
    {
        var where = $"{instance.Name} on {instance.Host}";
        if (process.Supervision == SupervisionState.Missing)
        {
            findings.Add(
                Reasons.ControlMismatch,
                $"{where}: its supervisor does not manage it ({process.SupervisionText}). Correct spec.processes.",
                instance.Name, $"spec.instances[{instance.Name}].control");
        }
        else if (process.Pid is null)
        {
            findings.Add(
                Reasons.InstanceDown, $"{where} is not running ({process.SupervisionText}). Start it first.",
                instance.Name);
        }
        else if (process.Supervision is SupervisionState.Restarting or SupervisionState.Inactive)
        {
            findings.Add(
                Reasons.ControlMismatch,
                $"{where}: pid {process.Pid} is running, but its supervisor reports {process.SupervisionText}: "
                + "the process was started manually, or keeps restarting. Start it through its supervisor.",
                instance.Name);
        }
        else if (!process.IsListening)
        {
            findings.Add(
                Reasons.InstanceDown,
                $"{where} is running but does not listen on port {Spec.Service(instance).Port}. Correct "
                + $"spec.instances[{instance.Name}].port, or fix the process.",
                instance.Name);
        }

        if (InstanceLayouts.Problem(target, process) is { } layout)
        {
            findings.Add(Reasons.ControlMismatch, layout, instance.Name, $"spec.instances[{instance.Name}].control");
        }

        if (process.Strays.Count > 0)
        {
            findings.Add(
                Reasons.ProcessLivesOn,
                $"{where}: unexpected additional processes: {SwapInstance.Strays(process)}. "
                + "Stop those that do not belong there.",
                instance.Name);
        }
    }

    // PD says "1.0.0" whatever it is (docs/project/research/tidb.md#rules): the program itself is asked, and only if it
    // is provably the program of the process.
    private async Task<string?> ProgramVersionAsync(
        DatabaseInstance instance, InstanceProcess process, CancellationToken cancellationToken)
    {
        if (instance.Component is DatabaseComponent.TiKV or DatabaseComponent.TiDB
            || process.ExecutableSha256 is not { } running)
        {
            return null;
        }

        var program = ProgramNames.Of(Spec, instance.Component);
        string?[] candidates =
        [
            process.Executable,
            $"{instance.DeployDir!.TrimEnd('/')}/bin/{program}",
            Spec.NewProgram(program),
        ];
        var places = candidates
            .OfType<string>()
            .Where(p => p.StartsWith('/'))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        var files = targets.Hosts.Files(instance.Host);
        var sums = await files.Sha256Async(places, cancellationToken);
        var place = places.Where((_, i) => sums[i] == running).FirstOrDefault();
        if (place is null)
        {
            findings.Add(
                Reasons.VersionMismatch,
                $"{instance.Name} on {instance.Host}: the program of pid {process.Pid} no longer exists "
                + $"({string.Join(", ", places)} differ): it was replaced without a restart. Restart the process, "
                + "or restore its program.",
                instance.Name);
            return null;
        }

        var asked = await ToolOutput.AskAsync(files, place, cancellationToken);
        if (asked.Version is null)
        {
            findings.Add(
                Reasons.VersionMismatch, $"`{place} -V` on {instance.Host} reports no version: {asked}", instance.Name);
        }

        return asked.Version;
    }

    private async Task<string?> ConfigurationAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        if (!ConfigurationMigration.Checked.Contains(instance.Component))
        {
            return null;
        }

        var path = TiDbLayout.ConfigFile(instance);
        var text = await targets.Hosts.Files(instance.Host).ReadAsync(path, cancellationToken);
        if (text is null)
        {
            findings.Add(
                Reasons.ConfigUnreadable,
                $"{path} does not exist on {instance.Host}. Set spec.instances[{instance.Name}].configFile to the "
                + $"file that {instance.Name} is started with.",
                instance.Name, $"spec.instances[{instance.Name}].configFile");
        }

        return text;
    }
}

/// <summary>An instance as preflight found it on its host.</summary>
/// <param name="ProgramVersion">The version that its program reports with -V; null for components whose version the
/// cluster reports, and if it could not be read.</param>
/// <param name="Configuration">Its configuration file; null if it could not be read or is not migrated.</param>
internal sealed record TiDbInstanceFacts(
    DatabaseInstance Instance, InstanceProcess Process, string? ProgramVersion, string? Configuration);

/// <summary>Carries configuration files over in memory and has the new programs check them where they are on the hosts
/// already; otherwise MigrateConfiguration does.</summary>
internal sealed class ConfigurationPreflight(TiDbTargets targets, Findings findings)
{
    public async Task<(MigratedConfiguration Migrated, TikvSettings? Settings)?> LookAsync(
        TiDbInstanceFacts look, TiDbHostFacts? host, CancellationToken cancellationToken)
    {
        if (look.Configuration is not { } text || host is null)
        {
            return null;
        }

        var spec = targets.Spec;
        var settings = look.Instance.Component == DatabaseComponent.TiKV && targets.Settings.Configuration.Migrate
            ? TikvSettings.Of(spec, look.Instance, host.Memory, host.Cpus)
            : null;
        try
        {
            var migrated = ConfigurationMigration.Migrate(look.Instance.Component, text, settings);
            if (host.Package.IsComplete
                && await findings.LookAsync<string>(
                    () => ConfigurationCheck.RefusalAsync(
                        targets, look.Instance, $"the migrated {TiDbLayout.ConfigFile(look.Instance)}", migrated.Text,
                        cancellationToken),
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
